import type { Home } from '../../store/home.ts';
import { listOldLogs, sealLogPath } from '../../store/seals.ts';
import type { Anchor } from './anchor.ts';
import { type Checkpoint, LOG_ORIGIN } from './checkpoint.ts';
import { judgeSignature, signatoryOf } from './judge-signature.ts';
import { againstAnchor } from './known-log.ts';
import { fitsCheckpoint, type SealLog } from './read-log.ts';
import type { SignatureCheck } from './signature-check.ts';
import { resultOf, type VerifyResult, verifyStatuses } from './verify-result.ts';
import type { Fault, VerifyContext } from './verify-rollout.ts';

/** What was seen of the seals while they were checked. */
export interface Sightings {
  /** Rollouts with a seal that the log knows nothing of, in no part of it. */
  ahead: string[];
  hasSeals: boolean;
  /** A run is adding to the log. */
  isSealing: boolean;
}

/**
 * Checks the log of the seals against its checkpoint, and against those that were kept elsewhere.
 *
 * @returns null where nothing was ever sealed, and nothing says so
 */
export async function verifyLog(
  log: SealLog,
  anchors: readonly Anchor[],
  { ahead, hasSeals, isSealing }: Sightings,
  { home, check, isLogTrusted = false }: VerifyContext,
): Promise<VerifyResult | null> {
  const { content, stored, checkpoint } = log;
  const about = { subject: 'log' as const, path: content ? sealLogPath(home) : null, lines: content?.lines ?? null };
  // What is wrong with a log in itself says more than that it is not the one that was last seen.
  const isFaulty = stored ? !isSoundLog(log) : content !== null || hasSeals;
  const counting = isFaulty ? anchors.filter(({ isOwn }) => !isOwn) : anchors;
  const anchored: Fault[] = [];
  for (const anchor of counting) {
    const vouched = isLogTrusted ? await vouchFor(anchor, log, check) : anchor;
    anchored.push(...againstAnchor(vouched, checkpoint, content));
  }
  const done = (faults: Fault[], more: Partial<VerifyResult> = {}) => {
    const rank = ({ status }: Fault) => verifyStatuses.indexOf(status);
    const { status, message } = faults.sort((a, b) => rank(a) - rank(b))[0] as Fault;
    return resultOf(status, { ...about, ...more, message });
  };
  if (!stored) {
    if (!content && !hasSeals) return anchored.length > 0 ? done(anchored) : null;
    const message = content ? 'the checkpoint of the log is gone' : 'there are seals, and their log is gone';
    return done([...anchored, { status: content ? 'UNSEALED' : 'MISSING', message }]);
  }
  if (!checkpoint || !LOG_ORIGIN.test(checkpoint.origin)) {
    return done([...anchored, { status: 'BAD-SIG', message: 'the checkpoint of the log cannot be read' }]);
  }
  const { verdict, fault } = await judgeSignature(
    stored,
    { key: null, earlierKey: lastKey(log), vouchedAt: null },
    check,
  );
  const faults = [...anchored, ...(fault ? [fault] : [])];
  const damage = contentFaults(log, checkpoint);
  faults.push(...(damage.length > 0 ? damage : lostSeals(ahead)));
  faults.push(endOf(log, checkpoint, { isSealing, isSigned: verdict !== null, begun: begunOf(log, home) }));
  return done(faults, { sealed: checkpoint.size, root: checkpoint.root, signer: signatoryOf(verdict) });
}

/** One whose key has expired since stays good where the log, which is signed by a key that is good, has these lines and had them then. */
async function vouchFor(anchor: Anchor, { content, timesAt }: SealLog, check: SignatureCheck): Promise<Anchor> {
  const { checkpoint, signed, verdict } = anchor;
  const isHere = content?.roots.get(checkpoint.size)?.root.toString('base64') === checkpoint.root;
  if (verdict?.status !== 'unknown-key' || !signed || !isHere) return anchor;
  return { ...anchor, verdict: await check.check({ ...signed, vouchedAt: timesAt.get(checkpoint.size) ?? null }) };
}

/** What nobody signed counts for nothing: a run that was killed leaves it, and the next one looks at it. */
function endOf(
  { content, foreign }: SealLog,
  { size }: Checkpoint,
  { isSealing, isSigned, begun }: { isSealing: boolean; isSigned: boolean; begun: string | null },
): Fault {
  const more = (content?.lines ?? 0) - size;
  const isWhole = more === 0 && (content?.unfinishedBytes ?? 0) === 0;
  const unsigned = isSigned ? null : 'not signed: whoever can write the log could have made it anew';
  if (isWhole)
    return { status: 'VERIFIED', message: [begun, unsigned].filter((part) => part !== null).join('; ') || null };
  if (foreign.tail !== null)
    return { status: 'TAIL', message: `line ${foreign.tail} of the log is none that a log has` };
  const lines = more === 0 ? 'part of a line stands' : `${more} lines stand`;
  const why = isSealing
    ? 'somebody holds the lock: verify again when no run is sealing'
    : 'sessions seal looks at them';
  return { status: 'TAIL', message: `${lines} behind its checkpoint that nobody signed: ${why}` };
}

/** What was sealed before a log that a human had begun anew is told by the one that was kept, and by nothing else. */
function begunOf({ sealed: { began } }: SealLog, home: Home): string | null {
  if (!began) return null;
  const old = listOldLogs(home).at(-1);
  return `it was begun anew on ${began.at}, and the one before ${old ? `is in ${old.folder}` : 'is gone'}`;
}

function lostSeals([first, ...more]: string[]): Fault[] {
  if (first === undefined) return [];
  const which = more.length === 0 ? `rollout ${first}` : `${more.length + 1} rollouts`;
  return [{ status: 'ROLLED-BACK', message: `the log is an old one: there is a later seal of ${which} than it knows` }];
}

function contentFaults(log: SealLog, { size }: Checkpoint): Fault[] {
  if (!fitsCheckpoint(log)) {
    const lines = log.content?.lines ?? 0;
    if (!log.content) return [{ status: 'MISSING', message: `the log is gone: ${size} lines of it were sealed` }];
    if (lines < size) return [{ status: 'TRUNCATED', message: `${lines} of ${size} sealed lines are there` }];
    return [{ status: 'MODIFIED', message: 'the log is not what its checkpoint was made over' }];
  }
  if (log.foreign.sealed !== null) {
    return [{ status: 'MODIFIED', message: `line ${log.foreign.sealed} of the log is none that a log has` }];
  }
  const [broken] = log.sealed.broken;
  if (broken === undefined) return [];
  return [
    { status: 'MODIFIED', message: `the log has two seals of rollout ${broken} that do not follow from each other` },
  ];
}

function isSoundLog(log: SealLog): boolean {
  return !log.checkpoint || contentFaults(log, log.checkpoint).length === 0;
}

/** The key of the last seal, while the log was signed at all. */
function lastKey({ sealed }: SealLog): string | null {
  return [...sealed.rollouts.values()].findLast(({ key }) => key !== null)?.key ?? null;
}
