import { Failure } from '../../base/failure.ts';
import { oneLine } from '../../base/safe-text.ts';
import { hashBeginning } from '../../store/hash-stored.ts';
import type { Home } from '../../store/home.ts';
import { statIn } from '../../store/home-acts.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { loadCatalog } from '../catalog.ts';
import { type DeletionFault, fault, receiptFaults, tombstoneFaults } from './deletion-evidence.ts';
import { type Deletion, type DeletionPhase, type JournalView, readDeletions } from './deletion-state.ts';
import { ownTrails } from './own-trails.ts';
import { readReceipt, readReceiptSignature, receiptPath } from './receipt-files.ts';
import { rolloutIdsOf } from './rollout-ids.ts';
import { faults } from './traces.ts';
import { findTraces, type Trace, type TraceLayer, traceLayers } from './traces-find.ts';

/** Whether a layer is as it must be after a transaction. Schema: `schemas/deletion-check.schema.json`. */
export interface DeletionCheck {
  schema: 'sessions.deletion-check/1';
  tx: string;
  phase: DeletionPhase;
  layer: TraceLayer | 'tombstone' | 'receipt' | 'journal';
  clean: boolean;
  /** How many sessions were looked for. */
  sessions: number;
  faults: DeletionFault[];
  /** Of receipts only: who has signed it. Null for one that is not signed, and for other layers. */
  signer: { key: string; principal: string | null } | null;
}

/** Who has signed a receipt, and whether that is good. */
export interface ReceiptSignature {
  /** The key, and who it belongs to by the list of allowed signers; null where there is no signature, or a bad one. */
  signer: DeletionCheck['signer'];
  /** What speaks against it; null when nothing does. */
  fault: string | null;
}

/** @param signature null where there is none */
export type JudgeReceipt = (text: string, signature: string | null) => Promise<ReceiptSignature>;

/**
 * Proves what a transaction says that it did, layer by layer, each session in the phase that it is in now: what is in the trash
 * is there as it was, and nowhere else; of what was purged there is no trace, but a tombstone and a receipt. Nothing in the
 * home is changed, and no index is trusted.
 *
 * @param named a transaction that moved to the trash, or purged; the beginning of its id, where no other shares it
 * @param options.judge what a signature of a receipt is worth; without it, none is looked at
 * @throws Failure `usage` for a transaction that the journal does not know, or several; `trouble` when something cannot be read
 */
export async function verifyDeletion(
  home: Home,
  named: string,
  { signal, judge }: { signal?: AbortSignal; judge?: JudgeReceipt } = {},
): Promise<DeletionCheck[]> {
  const journal = readDeletions(home);
  const tx = transactionOf(journal, named);
  const meant = journal.deletions.filter(({ trashTx, purgeTx }) => trashTx === tx || purgeTx === tx);
  if (meant.length === 0 && !journal.damage) {
    throw new Failure('usage', `there is no transaction ${oneLine(tx.slice(0, 60))}`, {
      hint: 'sessions restore --list shows those of the trash',
    });
  }
  const inPhase = (phase: DeletionPhase) => meant.filter((deletion) => deletion.phase === phase);
  const check =
    (phase: DeletionPhase) =>
    (layer: DeletionCheck['layer'], found: DeletionFault[], signer: DeletionCheck['signer'] = null): DeletionCheck => {
      const head = { schema: 'sessions.deletion-check/1', tx, phase, layer } as const;
      const sessions = new Set(inPhase(phase).map(({ threadId }) => threadId)).size;
      return { ...head, clean: found.length === 0, sessions, faults: found, signer };
    };
  const first = meant[0]?.phase ?? 'unfinished';
  return [
    check(first)('journal', journalFaults(journal, inPhase('unfinished'))),
    ...(await checkTrashed(home, inPhase('trashed'), check('trashed'), signal)),
    ...checkRestored(home, inPhase('restored'), check('restored')),
    ...(await checkPurged(home, inPhase('purged'), { journal, judge }, check('purged'))),
  ];
}

function transactionOf({ deletions }: JournalView, named: string): string {
  const id = named.toLowerCase();
  const all = new Set(deletions.flatMap(({ trashTx, purgeTx }) => [trashTx, purgeTx]));
  const [only, ...others] = [...all].filter((tx) => tx?.startsWith(id));
  if (!only || all.has(id) || id.length < SHORTEST_PREFIX) return id;
  if (others.length === 0) return only;
  throw new Failure('usage', `'${oneLine(named)}' is the beginning of ${others.length + 1} transactions`, {
    hint: [only, ...others].slice(0, 8).join(', '),
  });
}

const SHORTEST_PREFIX = 4;

type Check = (layer: DeletionCheck['layer'], found: DeletionFault[], signer?: DeletionCheck['signer']) => DeletionCheck;

function journalFaults({ damage }: JournalView, unfinished: readonly Deletion[]): DeletionFault[] {
  const file = '.sessions/journal.jsonl';
  // What stands behind a damaged line is not known, so nothing can be said of what is missing there.
  if (damage) return [fault(null, file, `line ${damage.line}: ${damage.message}`)];
  return unfinished.map(({ threadId }) =>
    fault(threadId, file, 'a command died over it; the next prune or restore brings it to its end'),
  );
}

async function checkTrashed(
  home: Home,
  deletions: readonly Deletion[],
  check: Check,
  signal: AbortSignal | undefined,
): Promise<DeletionCheck[]> {
  if (deletions.length === 0) return [];
  const inTrash: DeletionFault[] = [];
  for (const { threadId, trashTx, files } of deletions) {
    for (const { path, size, sha256 } of files) {
      const place = placeInTrash(trashTx, path);
      const found = statIn(home, place);
      if (!found?.isFile()) inTrash.push(fault(threadId, place, 'is missing'));
      else if (Number(found.size) !== size) inTrash.push(fault(threadId, place, 'has another size'));
      else if ((await hashBeginning(home, place, size, signal)) !== sha256) {
        inTrash.push(fault(threadId, place, 'has another content'));
      }
    }
  }
  const catalog = await loadCatalog(home);
  const inHome = deletions
    // What was put in the place of a file belongs there.
    .filter(({ kind }) => kind === 'prune')
    .flatMap(({ threadId }) => catalog.thread(threadId))
    .map(({ threadId, path }) => fault(threadId, path.slice(home.path.length + 1), 'is in the home'));
  return [check('trash', inTrash), check('rollouts', inHome)];
}

function checkRestored(home: Home, deletions: readonly Deletion[], check: Check): DeletionCheck[] {
  if (deletions.length === 0) return [];
  const left = deletions.flatMap(({ threadId, trashTx, files }) =>
    files
      .map(({ path }) => placeInTrash(trashTx, path))
      .filter((place) => statIn(home, place))
      .map((place) => fault(threadId, place, 'is left in the trash')),
  );
  return [check('trash', left)];
}

async function checkPurged(
  home: Home,
  deletions: readonly Deletion[],
  { journal, judge }: { journal: JournalView; judge: JudgeReceipt | undefined },
  check: Check,
): Promise<DeletionCheck[]> {
  if (deletions.length === 0) return [];
  const sessions = deletions.filter(({ kind }) => kind === 'prune');
  const trails = sessions.map(({ threadId, files }) => ({ threadId, rolloutIds: rolloutIdsOf(files) }));
  const traces = faults(findTraces(home, ownTrails(await loadCatalog(home), trails)));
  const unlinked = deletions
    .filter(({ kind }) => kind !== 'prune')
    .flatMap(({ threadId, trashTx, files }) =>
      files.map(({ path }) => ({ threadId, place: placeInTrash(trashTx, path) })),
    )
    .filter(({ place }) => statIn(home, place))
    .map(({ threadId, place }) => fault(threadId, place, 'is left in the trash'));
  const checks = traceLayers.map((layer) => {
    const found = traces.filter((trace) => trace.layer === layer).map(toFault);
    return check(layer, layer === 'trash' ? [...found, ...unlinked] : found);
  });
  if (sessions.length === 0) return checks.filter(({ layer }) => layer === 'trash');
  return [
    ...checks,
    check(
      'tombstone',
      sessions.flatMap((session) => tombstoneFaults(home, session)),
    ),
    ...(await checkReceipts(home, sessions, { journal, judge }, check)),
  ];
}

/** One check for each purge: sessions that went to the trash together may have left it at different times. */
async function checkReceipts(
  home: Home,
  sessions: readonly Deletion[],
  { journal, judge }: { journal: JournalView; judge: JudgeReceipt | undefined },
  check: Check,
): Promise<DeletionCheck[]> {
  const checks: DeletionCheck[] = [];
  for (const tx of new Set(sessions.map(({ purgeTx }) => purgeTx as string))) {
    const found = receiptFaults(
      home,
      tx,
      sessions.filter(({ purgeTx }) => purgeTx === tx),
      journal,
    );
    const stored = readReceipt(home, tx);
    const signed = judge && stored && (await judge(stored.text, readReceiptSignature(home, tx)));
    if (signed && signed.fault !== null) found.push(fault(null, receiptPath(tx), signed.fault));
    checks.push(check('receipt', found, signed?.signer ?? null));
  }
  return checks;
}

function toFault({ thread_id, file, table, count, unreadable, layer }: Trace): DeletionFault {
  const isDatabase = layer === 'codex-databases' || layer === 'index';
  const message = isDatabase && table === null ? 'bytes in free space are left' : 'is left';
  return { thread_id, file, table, count, message: unreadable === null ? message : `cannot be read: ${unreadable}` };
}
