import { basename } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { Home } from '../../store/home.ts';
import { knownLogOf } from '../../store/seals-known.ts';
import { findAllowedSigners } from './allowed-signers.ts';
import { sealSessions } from './seal-sessions.ts';
import { SignatureCheck } from './signature-check.ts';
import type { Signer } from './signer.ts';
import type { Env } from './ssh-keygen.ts';

/**
 * Seals one file of a home, without looking at the rest of it.
 *
 * @throws Failure as `sealRollout` and `sealSessions` do
 */
export async function sealFile(
  home: Home,
  path: string,
  signer: Signer,
  { env, cwd, clock, onNote }: { env: Env; cwd: string; clock: Clock; onNote(message: string): void },
): Promise<void> {
  const name = parseRolloutName(basename(path));
  if (!name) throw new Failure('usage', 'the name is not that of a rollout', { file: path });
  const entry = { kind: 'rollout' as const, path, name: basename(path), archived: false, ...name };
  // A run that was asked to stop is at its end here, and what it recorded is sealed.
  const { signal } = new AbortController();
  const check = new SignatureCheck(findAllowedSigners(undefined, { env, cwd }), { env, signal });
  const options = { signer, check, clock, signal, catalog: null, known: knownLogOf(home, env), onNote };
  for await (const sealing of sealSessions(home, [entry], options)) {
    // What is doubtful about others is said by `seal` and `verify`.
    if ('error' in sealing && sealing.entry) throw sealing.error;
  }
}
