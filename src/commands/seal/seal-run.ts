import { toFailure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';
import type { sealFile } from '../../engine/seal/seal-file.ts';
import type { Config } from '../../runner/config/config.ts';

type Home = Parameters<typeof sealFile>[0];

/**
 * Seals the session of a run that has ended, if that is set. What goes wrong is said, and changes nothing about the run.
 *
 * @param path the rollout; null when nothing was recorded
 */
export async function sealRun(home: Home, path: string | null, { auto, key }: Config['seal'], io: Io): Promise<void> {
  if (!auto || path === null) return;
  if (key === null) {
    await warn(io, 'the session was not sealed: seal.auto is set, and seal.key is not');
    return;
  }
  try {
    const { sealFile } = await import('../../engine/seal/seal-file.ts');
    const { openSigner } = await import('../../engine/seal/signer.ts');
    const notes: string[] = [];
    const { env, cwd, clock } = io;
    const onNote = (message: string) => notes.push(message);
    try {
      await sealFile(home, path, await openSigner(key, env), { env, cwd, clock, onNote });
    } finally {
      for (const note of notes) await warn(io, note);
    }
  } catch (error) {
    const { message, place } = toFailure(error);
    await warn(io, `the session was not sealed: ${message}`, place);
  }
}
