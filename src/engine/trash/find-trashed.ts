import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { readJournal } from '../../store/journal-read.ts';
import type { Catalog } from '../catalog.ts';
import { readTombstones } from '../purge/tombstone.ts';
import type { TrashItem } from './read-trash.ts';
import type { Restored } from './restored.ts';
import { undoneTx } from './undone-tx.ts';

/** What an argument of `restore` names: things in the trash, or what became of a session that is not there. */
export type Found = { items: TrashItem[] } | { outcomes: Restored[] };

/**
 * A session by id, the beginning of one, or its name; or a transaction by id or the beginning of one. A session stands for
 * what was removed of it, a transaction for all that it moved.
 *
 * @throws Failure `usage` when it names nothing that was ever there, or several things
 */
export function findTrashed(home: Home, catalog: Catalog, items: readonly TrashItem[], argument: string): Found {
  const id = argument.toLowerCase();
  const isPrefix = id.length >= SHORTEST_PREFIX && /^[0-9a-f-]+$/.test(id);
  const begins = (text: string) => text === id || (isPrefix && text.startsWith(id));
  const named = new Map<string, TrashItem[]>();
  for (const item of items) {
    if (begins(item.tx)) add(named, `transaction ${item.tx}`, item);
    if (item.kind !== 'prune') continue;
    if (begins(item.threadId) || item.name === argument) add(named, `session ${item.threadId}`, item);
  }
  const exact = named.get(`session ${id}`) ?? named.get(`transaction ${id}`);
  if (exact) return { items: exact };
  const [only, ...others] = named.values();
  if (only && others.length === 0) return { items: only };
  const what = oneLine(argument.slice(0, 60));
  if (only) {
    throw new Failure('usage', `'${what}' names ${named.size} things in the trash`, {
      hint: [...named.keys()].slice(0, 8).join(', '),
    });
  }
  const outcomes = isPrefix ? [...present(catalog, begins), ...purged(home, id), ...ended(home, begins)] : [];
  const [outcome, ...more] = outcomes;
  if (!outcome || (more.length > 0 && outcome.thread_id !== id && outcome.tx !== id && !sameTx(outcomes))) {
    throw new Failure('usage', `nothing in the trash has the id or name '${what}'`, {
      hint: 'sessions restore --list shows all there is',
    });
  }
  return { outcomes: outcomes.filter((one) => one.thread_id === outcome.thread_id || sameTx(outcomes)) };
}

function add(named: Map<string, TrashItem[]>, key: string, item: TrashItem): void {
  const known = named.get(key);
  if (known) known.push(item);
  else named.set(key, [item]);
}

/** Sessions that are in the home: there is nothing to do. */
function present(catalog: Catalog, begins: (id: string) => boolean): Restored[] {
  const ids = [...catalog.threadIds].filter(begins);
  return ids.map((threadId) => outcomeOf(threadId, { result: 'present', path: currentOf(catalog, threadId) }));
}

function purged(home: Home, id: string): Restored[] {
  const last = new Map(readTombstones(home, id).map((stone) => [stone.thread_id, stone]));
  return [...last.values()].map(({ thread_id, tx, purge_tx, purged_at }) => {
    const detail = `it was purged at ${purged_at} by ${purge_tx}`;
    return outcomeOf(thread_id, { result: 'purged', tx, reason: { code: 'purged', detail } });
  });
}

/** What became of a transaction that has nothing in the trash any more. */
function ended(home: Home, begins: (tx: string) => boolean): Restored[] {
  const outcomes = new Map<string, Restored>();
  const undoes = new Map<string, Restored>();
  for (const entry of readJournal(home)) {
    const undone = undoneTx(entry);
    if (entry.event === 'replace-intent' && undone !== null && begins(undone)) {
      const path = join(home.path, entry.to.path);
      undoes.set(`${entry.tx} ${entry.thread_id}`, outcomeOf(entry.thread_id, { result: 'present', tx: undone, path }));
    } else if (entry.event === 'replaced') {
      const outcome = undoes.get(`${entry.tx} ${entry.thread_id}`);
      if (outcome) outcomes.set(`${outcome.tx} ${entry.thread_id}`, outcome);
    }
    if (entry.event !== 'restored' && entry.event !== 'purged') continue;
    if (!begins(entry.from_tx)) continue;
    const { thread_id, from_tx, at, tx } = entry;
    const key = `${from_tx} ${thread_id}`;
    if (entry.event === 'restored') {
      const path = entry.files.at(-1)?.path;
      const where = path === undefined ? null : join(home.path, path);
      outcomes.set(key, outcomeOf(thread_id, { result: 'present', tx: from_tx, path: where }));
    } else {
      const detail = `it was purged at ${at} by ${tx}`;
      outcomes.set(key, outcomeOf(thread_id, { result: 'purged', tx: from_tx, reason: { code: 'purged', detail } }));
    }
  }
  return [...outcomes.values()];
}

function sameTx(outcomes: readonly Restored[]): boolean {
  const [first] = outcomes;
  return first?.tx != null && outcomes.every(({ tx }) => tx === first.tx);
}

function outcomeOf(threadId: string, more: Partial<Restored>): Restored {
  return {
    ...{ schema: 'sessions.restored/1', tx: null, thread_id: threadId, result: 'present', because: 'asked' },
    ...{ needed_by: null, reason: null, note: null, path: null, size_bytes: 0, ...more },
  };
}

function currentOf(catalog: Catalog, threadId: string): string | null {
  return (catalog.thread(threadId).at(-1) as RolloutEntry | undefined)?.path ?? null;
}

const SHORTEST_PREFIX = 4;
