import { Failure, toFailure } from '../../../base/failure.ts';
import type { VerifyResult } from '../../seal/verify-result.ts';
import { type OpenBag, openBag } from '../open-bag.ts';
import { type BundleCheck, checkOf, harmlessStatuses } from './bundle-check.ts';
import type { BundleChecking } from './bundle-checking.ts';
import { type CheckedFiles, checkBag } from './check-bag.ts';
import { checkParts } from './check-parts.ts';

/**
 * Checks a bundle: first that it is what was packed, and by whom, then that its parts fit each other and their seals. What is
 * wrong comes as it is found, the seals of rollouts in any case, and a record of the whole at the end.
 *
 * @param path folder or archive
 */
export async function* verifyBundle(
  path: string,
  checking: BundleChecking,
): AsyncGenerator<BundleCheck | VerifyResult> {
  let faults = 0;
  // A bundle that nobody signed is not one that somebody changed.
  let unsigned = 0;
  let files = 0;
  let vouched: string | null = null;
  try {
    const bag = await openBag(path, checking.signal, checking.workplace);
    try {
      const checks = checkAll(bag, checking);
      for (;;) {
        const { value, done } = await checks.next();
        if (done) {
          ({ files, vouched } = value);
          break;
        }
        if (value.schema === 'sessions.bundle-check/1' && !harmlessStatuses.has(value.status)) faults++;
        if (isOfSigner(value)) unsigned++;
        yield value;
      }
    } finally {
      bag.remove();
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'findings') throw error;
    faults++;
    yield checkOf('INVALID', { message: toFailure(error).message });
  }
  if (faults === 0) yield checkOf('VALID', { files, faults, message: vouched });
  else if (faults === unsigned) {
    yield checkOf('INVALID', { files, faults, message: 'nobody who may has signed it' });
  } else yield checkOf('INVALID', { files, faults, message: 'the bundle is not what was packed' });
}

function isOfSigner(result: BundleCheck | VerifyResult): boolean {
  if (result.schema !== 'sessions.bundle-check/1') return false;
  return result.status === 'UNKNOWN-KEY' || (result.status === 'BAD-SIG' && result.file === null);
}

/** @returns how many files there are, and who vouches for them */
async function* checkAll(
  { folder }: OpenBag,
  checking: BundleChecking,
): AsyncGenerator<BundleCheck | VerifyResult, { files: number; vouched: string | null }> {
  const checks = checkBag(folder, {
    signal: checking.signal,
    onProgress: (done, of) => checking.onProgress?.(`checking file ${done + 1} of ${of}`),
  });
  let isWhole = true;
  let files: CheckedFiles;
  for (;;) {
    const { value, done } = await checks.next();
    if (done) {
      files = value;
      break;
    }
    isWhole = false;
    yield value;
  }
  // What is not what was packed is not read: it could be anything.
  const vouched = isWhole ? yield* checkParts(folder, files, checking) : null;
  return { files: files.size, vouched };
}
