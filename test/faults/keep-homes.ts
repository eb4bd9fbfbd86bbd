import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { readTombstones } from '../../src/engine/purge/tombstone.ts';
import { listTrash } from '../../src/engine/trash/trash-rows.ts';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { envelope, idOf, offsetOf, paginated, record, TestHome, turn } from '../builders.ts';

export const families = [[idOf(3), idOf(2)], [idOf(1)], [idOf(5)]];
export const victims = families.flat();
/** Stays, whatever happens. */
export const bystander = idOf(9);

/** Sessions of several shapes: a plain one, a parent with a fork by reference and a revert, one that is compressed and archived. */
export function makeKeepHome(): TestHome & { remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-keep-')));
  const home = Object.assign(new TestHome(path), { remove: () => rmSync(path, { recursive: true, force: true }) });
  const mode = { history_mode: 'paginated' };
  home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('one')));
  const parent = paginated(0, record.meta(idOf(2), mode), ...turn('p'), ...turn('q'));
  home.rollout(idOf(2), parent);
  const base = { thread_id: idOf(2), end_ordinal_exclusive: 5, end_byte_offset: offsetOf(parent, 5) };
  const again = record.meta(idOf(2), { ...mode, history_base: base });
  home.rollout(idOf(2), paginated(5, again, ...turn('r')), { segment: idOf(20) });
  const fork = record.meta(idOf(3), { ...mode, forked_from_id: idOf(2), history_base: base });
  home.rollout(idOf(3), paginated(5, fork, ...turn('f')));
  home.rollout(idOf(5), envelope(record.meta(idOf(5)), ...turn('five')), { compressed: true, archived: true });
  home.rollout(bystander, envelope(record.meta(bystander), ...turn('nine')));
  home.names({ [idOf(1)]: 'first', [idOf(5)]: 'fifth', [bystander]: 'stays' });
  for (const file of rolloutsIn(path)) utimesSync(file, 1_767_000_000, 1_767_000_000);
  return home;
}

export function copyOf(home: TestHome): TestHome & { remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-keep-')));
  cpSync(home.path, path, { recursive: true, preserveTimestamps: true });
  return Object.assign(new TestHome(path), { remove: () => rmSync(path, { recursive: true, force: true }) });
}

export function rolloutsIn(home: string): string[] {
  return ['sessions', 'archived_sessions'].flatMap((folder) => {
    if (!existsSync(join(home, folder))) return [];
    return readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  });
}

/** Every rollout in a home by its path there: content and time. */
export function contentOf(home: string): Map<string, string> {
  const entries = rolloutsIn(home).map((path): [string, string] => [
    path.slice(home.length),
    `${lstatSync(path).mtimeMs} ${readFileSync(path).toString('base64')}`,
  ]);
  return new Map(entries.sort());
}

export type State = 'live' | 'trashed' | 'purged';

/**
 * Where each session is, which has to be exactly one place, with all of its files. What a command leaves that has ended has to
 * be clean: a journal without a fault, no temporary file, no lock, no folder without a file.
 */
export async function statesIn(home: TestHome, before: ReadonlyMap<string, string>): Promise<Map<string, State>> {
  const here = homeAt(home.path);
  const catalog = await loadCatalog(here);
  const trashed = new Map<string, Set<string>>();
  for (const { tx, thread_id } of listTrash(here)) {
    trashed.set(thread_id, (trashed.get(thread_id) ?? new Set()).add(tx));
  }
  const states = new Map<string, State>();
  const now = contentOf(home.path);
  for (const id of [...victims, bystander]) {
    const isLive = catalog.thread(id).length > 0;
    const places = [isLive, trashed.has(id), readTombstones(here, id).length > 0 && !isLive && !trashed.has(id)];
    expect([id, places.filter(Boolean).length]).toEqual([id, 1]);
    const state = isLive ? 'live' : trashed.has(id) ? 'trashed' : 'purged';
    states.set(id, state);
    const own = [...before].filter(([path]) => path.includes(`-${id}`));
    const txs = [...(trashed.get(id) ?? [])];
    expect([id, txs.length]).toEqual([id, state === 'trashed' ? 1 : 0]);
    const found = state === 'live' ? now : contentOf(join(home.path, '.sessions/trash', txs[0] ?? 'none', 'files'));
    const expected = state === 'purged' ? [] : own;
    expect([id, [...found].filter(([path]) => path.includes(`-${id}`))]).toEqual([id, expected]);
  }
  expect(states.get(bystander)).toBe('live');
  expect(verifyJournal(here)).toMatchObject({ ok: true });
  expect(leftovers(home.path)).toEqual([]);
  return states;
}

/** What nobody needs any more: temporary files, locks, folders of transactions that hold nothing. */
export function leftovers(home: string): string[] {
  const inside = (folder: string) => {
    const path = join(home, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
  };
  const locks = inside('thread-writer-locks').filter((path) => !path.endsWith('.coordination.lock'));
  const empty = inside('.sessions/trash').filter((tx) => rolloutsIn(join(home, tx, 'files')).length === 0);
  const manifests = inside('.sessions/trash').filter((tx) => !existsSync(join(home, tx, 'manifest.json')));
  return [...inside('.sessions/tmp'), ...locks, ...empty, ...manifests];
}
