import { newId, timeOfId } from '../../model/new-id.ts';
import type { Home } from '../../store/home.ts';
import type { Journal } from '../../store/journal.ts';
import { type PruneResult, toResult } from '../prune/prune-result.ts';
import type { TrashContext } from '../trash/open-trash.ts';
import { readProvenTrash, type TrashItem } from '../trash/read-trash.ts';
import { listTxs } from '../trash/tx-folders.ts';
import { type ClearTraces, carryOut, type Purged } from './finish-purge.ts';
import { type AgainReport, purgeAgain } from './purge-again.ts';
import { readIntent } from './purge-facts.ts';
import { findPurgeVetoes } from './purge-vetoes.ts';
import { concludePurge, type DeletionReceipt } from './receipt.ts';
import type { LeftTrace } from './traces.ts';

/**
 * Removes for good what has been in the trash for longer than the grace: files, then every trace of sessions that were
 * removed, leaving tombstones and a receipt. What earlier purges could not clear is tried again. Originals that another
 * command replaced are unlinked alone. Call it under the
 * store lock, after `recover`, when the clock was found to be right. Between rounds it can be stopped.
 *
 * @throws Failure `refused` where it cannot be known what may go; `trouble` when the disk refuses: the next command does the
 *   rest; the reason of the signal
 */
export async function purgeTrash(home: Home, options: PurgeOptions): Promise<PurgeReport> {
  const { journal, context, rule } = options;
  const now = context.clock.now();
  const signal = context.signal ?? new AbortController().signal;
  const { vetoes, going } = await findGoing(home, { now, graceMs: options.graceMs, signal });
  const report: PurgeReport = {
    ...{ tx: null, purged: 0, receipt: null, completed: [], left: [] },
    originals: { count: 0, bytes: 0 },
  };
  for (const [item, reasons] of vetoes) if (item.kind === 'prune') await tell(options, item, 'kept', null, reasons);
  const tx = newId(now);
  try {
    for (let at = 0; at < going.length; at += ROUND_ITEMS) {
      const round = going.slice(at, at + ROUND_ITEMS);
      const intents = [];
      for (const item of round) {
        signal.throwIfAborted();
        intents.push(await readIntent(home, tx, item, rule));
      }
      journal.append(intents);
      report.tx = tx;
      const outcomes = await carryOut(home, intents, journal, {
        wait: { clock: context.clock },
        clear: options.clear,
      });
      for (const [index, outcome] of outcomes.entries())
        await count(options, report, round[index] as TrashItem, outcome);
      options.onProgress?.(Math.min(at + ROUND_ITEMS, going.length), going.length);
    }
  } catch (error) {
    // Stopped between rounds: what was done so far is whole, and gets its receipt.
    if (error === signal.reason && report.tx) await concludePurge(home, tx, journal);
    throw error;
  }
  if (report.tx) report.receipt = await concludePurge(home, tx, journal);
  const wait = { clock: context.clock };
  const again = await purgeAgain(home, options.incomplete, { journal, rule, wait, clear: options.clear });
  report.completed = again.completed;
  report.left.push(...again.left);
  return report;
}

export interface PurgeOptions {
  journal: Journal;
  /** Earlier purges that have left something. */
  incomplete: readonly string[];
  /** Milliseconds in the trash. */
  graceMs: number;
  /** What was asked for, as it is to stand in the receipt. */
  rule: string;
  context: TrashContext;
  /** `clearTraces` when absent. */
  clear?: ClearTraces;
  onProgress?: (done: number, of: number) => void;
  onResult(result: PruneResult): void | Promise<void>;
}

export interface PurgeReport {
  /** Null when there was nothing to do. */
  tx: string | null;
  /** How many sessions. */
  purged: number;
  /** What `compress`, `repair` and `restore` had replaced. */
  originals: { count: number; bytes: number };
  receipt: DeletionReceipt | null;
  /** Earlier purges of which nothing is left any more. */
  completed: AgainReport['completed'];
  /** What could not be cleared, of earlier purges, too. */
  left: LeftTrace[];
}

/** What a purge with this grace would remove now, and what is past its grace and has a reason to stay. */
export async function findGoing(
  home: Home,
  { now, graceMs, signal }: { now: number; graceMs: number; signal: AbortSignal },
) {
  const all = mayHoldDue(home, now, graceMs) ? readProvenTrash(home) : [];
  const due = withOriginals(
    all.filter((item) => isDue(item, now, graceMs)),
    all,
  );
  const vetoes = await findPurgeVetoes(home, due, all, { now, signal });
  const free = due.filter((item) => !vetoes.has(item));
  const going = free.filter((item) => isDue(item, now, graceMs) || free.some((one) => isSessionOf(one, item)));
  return { vetoes, going };
}

/** Whether a look into the trash is worth its time: nothing is older than the transaction that moved it. */
function mayHoldDue(home: Home, now: number, graceMs: number): boolean {
  return listTxs(home).some((tx) => !(timeOfId(tx) + graceMs > now));
}

/** A time in the future, or none, is never past. */
export function isDue({ trashedAt }: Pick<TrashItem, 'trashedAt'>, now: number, graceMs: number): boolean {
  return trashedAt <= now && trashedAt + graceMs <= now;
}

/** With a session goes what is kept of it elsewhere in the trash: the original of a compressed one is its content, too. */
function withOriginals(due: readonly TrashItem[], all: readonly TrashItem[]): TrashItem[] {
  const removed = new Set(due.filter(({ kind }) => kind === 'prune').map(({ threadId }) => threadId));
  return all.filter((item) => due.includes(item) || (item.kind !== 'prune' && removed.has(item.threadId)));
}

function isSessionOf({ kind, threadId }: TrashItem, original: TrashItem): boolean {
  return kind === 'prune' && threadId === original.threadId;
}

async function count(options: PurgeOptions, report: PurgeReport, item: TrashItem, outcome: Purged): Promise<void> {
  report.left.push(...outcome.left);
  const isPurged = outcome.files.length > 0;
  if (item.kind !== 'prune') {
    if (!isPurged) return;
    report.originals.count++;
    report.originals.bytes += item.files.reduce((sum, { found }) => sum + found.size, 0);
    return;
  }
  if (isPurged) report.purged++;
  await tell(options, item, isPurged ? 'purged' : 'kept', outcome.intent.tx, isPurged ? [] : [{ code: 'changed' }]);
}

function tell(
  options: PurgeOptions,
  item: TrashItem,
  result: 'purged' | 'kept',
  tx: string | null,
  reasons: PruneResult['reasons'],
): void | Promise<void> {
  const path = result === 'kept' ? (item.files.at(-1)?.place ?? null) : null;
  const files = item.files.map(({ found }) => found);
  return options.onResult(toResult(item.threadId, result, { tx: result === 'kept' ? null : tx, reasons, path, files }));
}

const ROUND_ITEMS = 500;
