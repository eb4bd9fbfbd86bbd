import { newId } from '../../model/new-id.ts';
import type { HashedFile } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { syncFoldersOf } from '../../store/home-acts.ts';
import type { Journal } from '../../store/journal.ts';
import type { JournalEvent } from '../../store/journal-entry.ts';
import { lockThreads, type ThreadLocks } from '../../store/locks.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { loadCatalog } from '../catalog.ts';
import { giveBack, makeFoldersFor } from './give-back.ts';
import { isAboutLocks } from './lock-trouble.ts';
import type { TrashContext } from './open-trash.ts';
import type { TrashItem } from './read-trash.ts';
import type { RestoreUnit } from './restore-needs.ts';
import { type KeptReason, type Restored, toRestored } from './restored.ts';
import { removeEmptyTx } from './tx-folders.ts';
import { verifyItem } from './verify-item.ts';

/**
 * Brings sessions back that were removed, each with what it needs, or not at all. Call it under the store lock, after
 * `recover`. Files keep their inodes, and so their times and modes.
 *
 * @param options.onResult told of each session once it is certain what became of it
 * @throws Failure `trouble` when the disk refuses; the reason of the signal, between rounds
 */
export async function restoreUnits(home: Home, units: readonly RestoreUnit[], options: RestoreOptions): Promise<void> {
  const run = new Run(home, options);
  for (let at = 0; at < units.length; ) {
    options.context.signal?.throwIfAborted();
    const round: RestoreUnit[] = [];
    for (let threads = 0; at < units.length && threads < ROUND_THREADS; at++) {
      const unit = units[at] as RestoreUnit;
      round.push(unit);
      threads += unit.size;
    }
    await run.restore(round);
    options.onProgress?.(at, units.length);
  }
}

export interface RestoreOptions {
  journal: Journal;
  context: TrashContext;
  onProgress?: (done: number, of: number) => void;
  onResult(result: Restored): void | Promise<void>;
}

/** What of a unit was not done before, and is what it was: what is needed comes first. */
interface Verified {
  unit: RestoreUnit;
  items: { item: TrashItem; files: HashedFile[]; note: string | null }[];
}

class Run {
  readonly #home: Home;
  readonly #options: RestoreOptions;
  readonly #tx: string;
  /** What is back, or on its way: what several sessions need comes back once. */
  readonly #done = new Set<TrashItem>();
  readonly #verdicts = new Map<TrashItem, ReturnType<typeof verifyItem>>();

  constructor(home: Home, options: RestoreOptions) {
    this.#home = home;
    this.#options = options;
    this.#tx = newId(options.context.clock.now());
  }

  async restore(units: readonly RestoreUnit[]): Promise<void> {
    const verified: Verified[] = [];
    for (const unit of units) {
      const items = await this.#verify(unit);
      if (items.length > 0) verified.push({ unit, items });
    }
    if (verified.length > 0) await this.#giveBack(verified);
  }

  /** Nothing when something of it is damaged. */
  async #verify(unit: RestoreUnit): Promise<Verified['items']> {
    const items: Verified['items'] = [];
    for (const item of [...unit.keys()].reverse()) {
      if (this.#done.has(item)) continue;
      const verdict = await this.#verdictOf(item);
      if (!verdict.ok) {
        await this.#keep(unit, [...unit.keys()], { code: 'damaged', detail: verdict.place }, item);
        return [];
      }
      items.push({ item, files: verdict.files, note: verdict.note });
    }
    return items;
  }

  #verdictOf(item: TrashItem): ReturnType<typeof verifyItem> {
    const known = this.#verdicts.get(item) ?? verifyItem(this.#home, item, this.#options.context.signal);
    this.#verdicts.set(item, known);
    return known;
  }

  async #giveBack(round: readonly Verified[]): Promise<void> {
    let locks: ThreadLocks;
    try {
      const ids = round.flatMap(({ items }) => items.map(({ item }) => item.threadId));
      locks = await lockThreads(this.#home, [...new Set(ids)], this.#options.context);
    } catch (error) {
      if (!isAboutLocks(error)) throw error;
      if (round.length > 1) {
        for (const one of round) await this.#giveBack([one]);
        return;
      }
      if (error.kind !== 'busy') throw error;
      const [{ unit, items }] = round as [Verified];
      await this.#keep(
        unit,
        items.map(({ item }) => item),
        { code: 'open', detail: error.message },
        null,
      );
      return;
    }
    try {
      const catalog = await loadCatalog(this.#home);
      const going: Verified[] = [];
      // Of a session that is in the trash twice, one comes back.
      const coming = new Map<string, string>();
      const pathOf = (id: string) => catalog.thread(id)[0]?.path ?? coming.get(id);
      for (const one of round) {
        const left = one.items.filter(({ item }) => !this.#done.has(item));
        const items = left.map(({ item }) => item);
        if (items.length === 0) continue;
        const there = items.find(({ threadId }) => pathOf(threadId) !== undefined);
        if (there) {
          await this.#keep(one.unit, items, { code: 'taken', detail: pathOf(there.threadId) ?? '' }, there);
          continue;
        }
        going.push({ unit: one.unit, items: left });
        for (const item of items) {
          this.#done.add(item);
          coming.set(item.threadId, item.files.at(-1)?.path ?? '');
        }
      }
      if (going.length > 0) await this.#act(going);
    } finally {
      await locks.release();
    }
    for (const tx of new Set(round.flatMap(({ items }) => items.map(({ item }) => item.tx)))) {
      removeEmptyTx(this.#home, tx);
    }
  }

  async #act(round: readonly Verified[]): Promise<void> {
    const { journal } = this.#options;
    const all = round.flatMap(({ items }) => items);
    makeFoldersFor(
      this.#home,
      all.flatMap(({ files }) => files),
    );
    journal.append(
      all.map(({ item, files }) => {
        return { event: 'restore-intent', tx: this.#tx, thread_id: item.threadId, from_tx: item.tx, files };
      }),
    );
    const events: JournalEvent[] = [];
    const outcomes = round.map((one) => ({ one, ...this.#giveBackUnit(one, events) }));
    syncFoldersOf(
      this.#home,
      all.flatMap(({ item, files }) => files.flatMap(({ path }) => [path, placeInTrash(item.tx, path)])),
    );
    if (events.length > 0) journal.append(events);
    for (const { one, back, failed } of outcomes) {
      for (const { item, note } of one.items.slice(0, back)) await this.#tell(one.unit, item, null, note);
      const rest = one.items.slice(back).map(({ item }) => item);
      if (failed && 'reason' in failed) await this.#keep(one.unit, rest, failed.reason, rest[0] ?? null);
    }
    for (const { failed } of outcomes) if (failed && 'error' in failed) throw failed.error;
  }

  /** How many of its items are back, and what was wrong with the next one; those behind it stay, because they need it. */
  #giveBackUnit({ items }: Verified, events: JournalEvent[]): { back: number; failed: Failed | null } {
    for (const [index, { item, files }] of items.entries()) {
      const given = giveBack(this.#home, item.tx, files);
      if (given.state === 'back') {
        events.push(this.#end('restored', item, files));
        continue;
      }
      const rest = items.slice(index).map((one) => one.item);
      // What stands between both places is brought to its end by the next command.
      const undone = given.state === 'failed' && !given.isUndone ? rest.slice(1) : rest;
      events.push(...undone.map((one) => this.#end('restore-undone', one, [])));
      if (given.state === 'failed') return { back: index, failed: { error: given.error } };
      return { back: index, failed: { reason: { code: given.code, detail: given.detail } } };
    }
    return { back: items.length, failed: null };
  }

  #end(event: 'restored' | 'restore-undone', { threadId, tx }: TrashItem, files: HashedFile[]): JournalEvent {
    return { event, tx: this.#tx, thread_id: threadId, from_tx: tx, files };
  }

  async #keep(
    unit: RestoreUnit,
    items: readonly TrashItem[],
    reason: KeptReason,
    cause: TrashItem | null,
  ): Promise<void> {
    for (const item of items) {
      const own = cause === null || item === cause;
      await this.#tell(unit, item, own ? reason : { code: 'needs', detail: cause.threadId }, null);
    }
  }

  async #tell(unit: RestoreUnit, item: TrashItem, reason: KeptReason | null, note: string | null): Promise<void> {
    const { because = 'asked', by = null } = unit.get(item) ?? {};
    await this.#options.onResult(toRestored(this.#home, item, { reason, note, because, neededBy: by }));
  }
}

type Failed = { error: unknown } | { reason: KeptReason };

const ROUND_THREADS = 256;
