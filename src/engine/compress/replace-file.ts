import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { isUnchanged, pathInHome } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { statIn, unlinkIn } from '../../store/home-acts.ts';
import type { TrashTx } from '../trash/open-trash.ts';
import type { KeptReason } from './compressed-row.ts';
import { KeptFile } from './kept-file.ts';
import { type MakeOptions, makeReplacement, type Replacement } from './make-replacement.ts';
import type { FileStep } from './plan-files.ts';

/**
 * Puts the other form of a file in its place, and it into the trash.
 *
 * @param options.check asked under the lock of the thread
 *
 * @returns bytes of what lies there now
 *
 * @throws KeptFile when the file stays as it is; Failure `trouble` when the disk takes no more
 */
export async function replaceFile(
  home: Home,
  trash: TrashTx,
  threadId: string,
  step: FileStep,
  options: MakeOptions & { check(): Promise<KeptReason[]> },
): Promise<number> {
  const replacement = await makeReplacement(home, step, options);
  const { original, temp, twin, size } = replacement;
  const check = async () => {
    const [reason] = await options.check();
    if (reason) throw new KeptFile(reason);
    // Codex keeps one of two forms when it opens a session: it may have been the other one.
    if (twin && !isUnchanged(twin, statIn(home, twin.path))) {
      throw new KeptFile({ code: 'changed', detail: `${step.to} has changed` });
    }
  };
  try {
    const target = pathInHome(home, step.to);
    if (temp === null) await dropOriginal(trash, threadId, replacement, check);
    else await trash.replaceFile({ threadId, original, made: temp, target, check });
    return size;
  } catch (error) {
    throw options.signal.aborted ? options.signal.reason : keptBecause(home, replacement, error);
  } finally {
    if (temp !== null) unlinkIn(home, temp);
  }
}

/** The twin holds the same, and is what readers find from then on. */
async function dropOriginal(
  trash: TrashTx,
  threadId: string,
  { original }: Replacement,
  check: () => Promise<void>,
): Promise<void> {
  const outcome = await trash.moveThread({ threadId, files: [original] }, async () => {
    await check();
    return new Map();
  });
  const [reason] = outcome.reasons;
  if (reason) throw new KeptFile({ code: reason.code, ...(reason.detail !== undefined && { detail: reason.detail }) });
}

/** What is no fault of the disk concerns this session alone. */
function keptBecause(home: Home, { original }: Replacement, error: unknown): unknown {
  if (!(error instanceof Failure) || (error.kind !== 'busy' && error.kind !== 'refused')) return error;
  const isSame = isUnchanged(original, statIn(home, original.path));
  const code = error.kind === 'busy' && isSame ? 'live' : 'changed';
  const file = error.place.file;
  return new KeptFile({
    code,
    detail: file === undefined ? error.message : `${join(home.path, file)}: ${error.message}`,
  });
}
