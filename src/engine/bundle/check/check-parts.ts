import { join } from 'node:path';
import { verifyReceipts } from '../../seal/receipts-verify.ts';
import { SignatureCheck } from '../../seal/signature-check.ts';
import type { VerifyResult } from '../../seal/verify-result.ts';
import { type VerifyContext, verifyRollout } from '../../seal/verify-rollout.ts';
import { type Ledger, openLedger, verifySessions } from '../../seal/verify-sessions.ts';
import { type Custody, type CustodyRollout, namesOf, readCustody } from '../custody.ts';
import { RedactionReader } from '../redactions.ts';
import { BundleView } from '../view.ts';
import type { BundleCheck } from './bundle-check.ts';
import type { BundleChecking } from './bundle-checking.ts';
import type { CheckedFiles } from './check-bag.ts';
import { checkContents } from './check-contents.ts';
import { checkCustody } from './check-custody.ts';
import { checkLog } from './check-log.ts';
import { checkSignature, namesIn, unknownKey } from './check-signature.ts';
import { judgeRedacted } from './verify-redacted.ts';

/**
 * Checks a bundle of which every file is what its manifests say: who signed it, that its parts fit each other, and the seals.
 *
 * @returns who vouches for it, in words
 */
export async function* checkParts(
  folder: string,
  files: CheckedFiles,
  checking: BundleChecking,
): AsyncGenerator<BundleCheck | VerifyResult, string> {
  const { signers, allowsUnsigned, env, signal } = checking;
  const check = new SignatureCheck(signers, { env, signal, allowsUnsigned, demandsSigned: true });
  const signature = await checkSignature({ folder, files }, check, !allowsUnsigned);
  if (signature.fault) yield signature.fault;
  const custody = readCustody({ folder, files });
  yield* checkCustody(custody, files);
  const view = BundleView.open({ folder, files }, custody.rollouts, namesOf(custody));
  try {
    checking.onProgress?.('checking contents');
    yield* checkContents({ folder, custody, view, files, isVouchedFor: signature.isGood }, signal);
    const ledger = await openLedger(view.home, checking.anchors, check);
    const told = namesIn(folder);
    for await (const result of checkSeals(folder, custody, ledger, { home: view.home, check, signal })) {
      yield named(result, told);
    }
    if (!custody.redacted) {
      const context = { check, signal };
      for await (const result of verifyReceipts(view.home, ledger.log, context)) {
        yield named({ ...result, path: nameBelow(view.home.path, result.path) }, told);
      }
    }
    yield* checkLog(ledger, custody, { home: view.home, check, signal });
    return signature.message;
  } finally {
    view.remove();
  }
}

async function* checkSeals(
  folder: string,
  { rollouts, redacted }: Custody,
  ledger: Ledger,
  context: VerifyContext,
): AsyncGenerator<VerifyResult> {
  const found = rollouts.map((rollout) => ({ ...rollout, entry: entryOf(folder, rollout) }));
  const fileOf = new Map(found.map(({ entry, file }) => [entry.path, file]));
  const shown = (result: VerifyResult) => ({ ...result, path: (result.path && fileOf.get(result.path)) ?? null });
  if (redacted) {
    const reader = new RedactionReader(folder);
    for (const { rollout_id: rolloutId, entry, file } of found.sort((a, b) => (a.file < b.file ? -1 : 1))) {
      const lines = await reader.of(file);
      const known = ledger.log.sealed.rollouts.get(rolloutId) ?? null;
      const standIn = (index: number) => lines.leafAt(index);
      const result = await verifyRollout({ rolloutId, entry, known, fate: null }, { ...context, standIn });
      yield shown(judgeRedacted(result, lines));
    }
    await reader.end();
  }
  const subjects = redacted ? [] : found.map(({ rollout_id: rolloutId, entry }) => ({ rolloutId, entry }));
  for await (const result of verifySessions(ledger, subjects, context)) yield shown(result);
}

function entryOf(folder: string, { file, thread_id: threadId }: CustodyRollout) {
  return { path: join(folder, file), threadId };
}

/** Whose key it is by the word of the bundle helps to find out whose it is. */
function named(result: VerifyResult, told: ReadonlyMap<string, string>): VerifyResult {
  if (result.status !== 'UNKNOWN-KEY' || !result.signer) return result;
  const { key } = result.signer;
  return { ...result, message: `signed with ${key}, ${unknownKey(key, told)}` };
}

/** Of what lies in a home that was made for the check, the name in the bundle. */
function nameBelow(home: string, path: string | null): string | null {
  return path?.slice(join(home, '.sessions').length + 1) ?? null;
}
