import { basename, join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { BundleCheck } from '../bundle/check/bundle-check.ts';
import { type CheckedFiles, checkBag } from '../bundle/check/check-bag.ts';
import { checkEvents } from '../bundle/check/check-contents.ts';
import { checkCustody } from '../bundle/check/check-custody.ts';
import { checkSignature } from '../bundle/check/check-signature.ts';
import type { CheckedFolder } from '../bundle/checked-file.ts';
import { type Custody, type CustodyRollout, namesOf, readCustody } from '../bundle/custody.ts';
import { isRolloutPlace } from '../bundle/names.ts';
import { openBag, type Workplace } from '../bundle/open-bag.ts';
import { BundleView } from '../bundle/view.ts';
import type { SignatureCheck } from '../seal/signature-check.ts';
import type { Incoming, Source } from './incoming.ts';

/**
 * The sessions of a bundle that is what was packed: files as they were stored, at the places that they had.
 *
 * @throws Failure `findings` for a bundle in which something is missing, changed, or leads out of it; `refused` for one that nobody
 *   vouches for who may, where it is known who may
 */
export async function readBundle(path: string, shownAs: string, context: BundleContext): Promise<Source> {
  const { signal, workplace } = context;
  const bag = await openBag(path, signal, workplace);
  try {
    const { folder, remove } = bag;
    const checked = await checkBag(folder, { signal }).next();
    if (!checked.done) throw refusal(checked.value, shownAs);
    const files = checked.value;
    const doubt = await doubtOf({ folder, files }, shownAs, context);
    const custody = readCustody({ folder, files });
    for (const found of checkCustody(custody, files)) throw refusal(found, shownAs);
    const naming = { folder, files, names: namesOf(custody), redacted: custody.redacted, shownAs };
    const incoming = custody.rollouts.map((rollout) => incomingOf(rollout, naming));
    // Who vouches for the bundle vouches for both.
    const doubts = doubt === null ? [] : [doubt, ...(await eventDoubts({ folder, files }, custody, signal))];
    return { kind: 'bundle', incoming, bundle: { folder, files, redacted: custody.redacted, doubts }, remove };
  } catch (error) {
    bag.remove();
    throw error;
  }
}

export interface BundleContext {
  check: SignatureCheck;
  /** Whether one is taken that nobody vouches for who may. */
  allowsUnsigned: boolean;
  workplace: Workplace;
  signal: AbortSignal;
}

/** Why it is not known whose word the bundle is; null where it is. What somebody has changed who has no key is refused. */
async function doubtOf(bundle: CheckedFolder, shownAs: string, context: BundleContext): Promise<string | null> {
  const { check, allowsUnsigned } = context;
  const { isGood, message, fault } = await checkSignature(bundle, check, false);
  if (fault?.status === 'BAD-SIG') throw refusal(fault, shownAs);
  if (isGood) return null;
  const told = `nobody known vouches for this bundle: ${message}`;
  if (check.signers === null || allowsUnsigned) return told;
  const hint = '--allow-unsigned takes it all the same; what it holds can be anything';
  throw new Failure('refused', told, { file: shownAs, hint });
}

async function eventDoubts(bundle: CheckedFolder, custody: Custody, signal: AbortSignal): Promise<string[]> {
  const doubts: string[] = [];
  const view = BundleView.open(bundle, custody.rollouts, namesOf(custody));
  try {
    const parts = { custody, view, files: bundle.files, isVouchedFor: false };
    for await (const { file, message } of checkEvents(parts, signal)) doubts.push(`${file} ${message}`);
  } finally {
    view.remove();
  }
  return doubts;
}

function refusal({ file, status, message, line }: BundleCheck, shownAs: string): Failure {
  return new Failure('findings', `the bundle is not what was packed: ${file ?? 'it'} ${message ?? status}`, {
    ...{ file: shownAs, hint: 'sessions verify says all that is wrong with it' },
    ...(line !== null && { line }),
  });
}

interface Naming {
  folder: string;
  files: CheckedFiles;
  names: ReadonlyMap<string, string>;
  redacted: boolean;
  shownAs: string;
}

function incomingOf(rollout: CustodyRollout, { folder, files, names, redacted, shownAs }: Naming): Incoming {
  const { rollout_id: rolloutId, thread_id: threadId, path: place, mtime, file, original, damage } = rollout;
  const name = parseRolloutName(basename(place));
  const isPlace = isRolloutPlace(place) && name?.threadId === threadId && name.rolloutId === rolloutId;
  const content = original ?? file;
  const sha256 = files.get(file);
  // In a redacted bundle the name may be one of what was taken out.
  if (!(isPlace || redacted) || sha256 === undefined || !files.has(content)) {
    const message = `the custody record names what is no file of a session: ${JSON.stringify(place)}`;
    throw new Failure('findings', message, { file: shownAs });
  }
  const begun = Date.parse(mtime);
  return {
    ...{ threadId, rolloutId, file: join(folder, content), sha256, archived: place.startsWith('archived_sessions/') },
    damage: original === null ? null : damage,
    place: isPlace ? `${basename(place).replace(/\.zst$/, '')}${original === null ? '' : '.zst'}` : null,
    ...{ begun: Number.isFinite(begun) ? begun : null, name: names.get(threadId) ?? null, lines: null, altered: null },
  };
}
