import { Failure } from '../../base/failure.ts';
import { forgetProjection } from '../../index/codex-history-edit.ts';
import type { Home } from '../../store/home.ts';
import type { Journal } from '../../store/journal.ts';
import { loadCatalog } from '../catalog.ts';
import { checkHolds } from '../holds/check-holds.ts';
import { rolloutIdsOf } from '../purge/rollout-ids.ts';
import { KnownBases } from '../repair/known-bases.ts';
import { isAboutLocks } from './lock-trouble.ts';
import { openTrash, type TrashContext, type TrashTx } from './open-trash.ts';
import type { TrashItem } from './read-trash.ts';
import { type KeptReason, type Restored, toRestored } from './restored.ts';
import { findReplacement, reasonAgainstSwap } from './swap-vetoes.ts';
import { removeEmptyTx } from './tx-folders.ts';
import { verifyItem } from './verify-item.ts';

/**
 * Puts originals back that another command had replaced; what it had made of them goes to the trash instead. An original whose
 * replacement is not what was made any more stays: going back would lose what was written since. So does that of a session that is
 * held, or that another one goes on from as it is now.
 *
 * @throws Failure `trouble` when the disk refuses; `refused` when it cannot be known what is held; the reason of the signal,
 *   between files
 */
export async function swapBack(home: Home, items: readonly TrashItem[], options: SwapOptions): Promise<void> {
  const { journal, context, onResult } = options;
  const txs = [...new Set(items.map(({ tx }) => tx))];
  const signal = context.signal ?? new AbortController().signal;
  const ids = new Set(items.map(({ threadId }) => threadId));
  const catalog = await loadCatalog(home);
  const held = await checkHolds(home, catalog, ids, { now: context.clock.now(), signal });
  const trash = openTrash(home, { kind: 'restore', rule: `restore ${txs.join(' ')}`, journal, context });
  const swapping = { ...options, trash, held, signal, bases: new KnownBases() };
  try {
    for (const item of newestFirst(items)) {
      signal.throwIfAborted();
      await onResult(await swap(home, item, swapping));
    }
  } finally {
    trash.close();
  }
  for (const tx of txs) removeEmptyTx(home, tx);
}

export interface SwapOptions {
  journal: Journal;
  context: TrashContext;
  onResult(result: Restored): void | Promise<void>;
}

interface Swapping extends SwapOptions {
  trash: TrashTx;
  /** Ids of holds by thread. */
  held: ReadonlyMap<string, readonly string[]>;
  signal: AbortSignal;
  bases: KnownBases;
}

/** What was replaced twice comes back step by step, the way it went. */
function newestFirst(items: readonly TrashItem[]): TrashItem[] {
  return [...items].sort((a, b) => (a.tx === b.tx ? 0 : a.tx > b.tx ? -1 : 1));
}

async function swap(home: Home, item: TrashItem, { trash, held, signal, bases }: Swapping): Promise<Restored> {
  const kept = (reason: KeptReason) => toRestored(home, item, { reason });
  const [file] = item.files;
  const { replacedBy, threadId, name } = item;
  if (!file || !replacedBy) return kept({ code: 'damaged', detail: 'nothing tells what has replaced it' });
  const holds = held.get(threadId);
  if (holds) return kept({ code: 'held', detail: holds.join(', ') });
  const verdict = await verifyItem(home, item, signal);
  if (!verdict.ok) return kept({ code: 'damaged', detail: verdict.place });
  const original = await findReplacement(home, replacedBy, signal);
  if (!original) return kept({ code: 'replaced-since', detail: replacedBy.path });
  let doubt: string | null = null;
  let reason: KeptReason | null = null;
  try {
    const check = async () => {
      reason = await reasonAgainstSwap(home, item, { now: replacedBy.path, place: file.place, bases, signal });
      if (reason) throw new Failure('refused', reason.detail);
      if (file.path === replacedBy.path) doubt = forget(home, file.path);
    };
    await trash.replaceFile({ threadId, name, original, made: file.place, target: file.path, check });
    return toRestored(home, item, { reason: null, note: doubt ?? verdict.note });
  } catch (error) {
    if (reason) return kept(reason);
    if (!(error instanceof Failure)) throw error;
    if (isAboutLocks(error) && error.kind === 'busy') return kept({ code: 'open', detail: error.message });
    if (error.kind === 'busy') return kept({ code: 'replaced-since', detail: replacedBy.path });
    if (error.kind === 'refused') return kept({ code: 'taken', detail: error.place.file ?? '' });
    throw error;
  }
}

/** Other content under the same name: what Codex has derived from it is made anew. Says what could not be forgotten. */
function forget(home: Home, path: string): string | null {
  try {
    for (const rolloutId of rolloutIdsOf([{ path }])) forgetProjection(home.path, rolloutId);
    return null;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
    return `Codex may show the session as it was: ${error.message}`;
  }
}
