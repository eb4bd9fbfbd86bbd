import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMissingFile } from '../../base/system-error.ts';
import { findInDatabase } from '../../index/codex-traces-find.ts';
import { movedAside } from '../../index/forget-threads.ts';
import { ownerOf } from '../../index/owner.ts';
import { discoverRollouts } from '../../store/discover.ts';
import { pathInHome } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { IdSearch, type ThreadTrail } from '../../store/id-search.ts';
import { lineageFolder } from '../../store/lineage.ts';
import { parseEntry } from '../../store/name-index.ts';
import { promptSession } from '../../store/prompt-history.ts';
import { TEMP_FOLDER, TRASH_FOLDER } from '../../store/trash-place.ts';
import { indexPath } from '../listing/use-index.ts';
import { type FileLayer, filesOfHome, type HomeFile, isDatabase } from './traces-files.ts';

/** Something that tells of a session. */
export interface Trace {
  layer: TraceLayer;
  /** Relative to the home, with `/`. */
  file: string;
  /** Of a database; null for free space in one that is not overwritten, and outside of databases. */
  table: string | null;
  thread_id: string;
  /** Rows, lines, or places in the file; 1 where the file as a whole is meant. */
  count: number;
  /** Codex itself leaves it when it deletes a session, and so do we; it is no fault. */
  kept: boolean;
  /** The database or file could not be read, so nothing is known of it. */
  unreadable: string | null;
}

export type TraceLayer = FileLayer | 'rollouts' | 'trash' | 'temporaries' | 'lineage' | 'index';

/** Every layer, in the order in which it is spoken of. */
export const traceLayers: readonly TraceLayer[] = [
  'rollouts',
  'trash',
  'temporaries',
  'codex-databases',
  'names',
  'prompt-history',
  'shell-snapshots',
  'generated-images',
  'memories',
  'locks',
  'lineage',
  'index',
  'other-files',
];

/**
 * Every trace of some sessions in a home, in any layer: rows that belong to them, files with their ids in the name, lines
 * and texts that name them. What other sessions say of them is none: that is theirs. Nothing in the home is made or changed.
 *
 * @param isThorough also looks for bytes in free space of databases
 */
export function findTraces(home: Home, threads: readonly ThreadTrail[], isThorough = true): Trace[] {
  const search = new IdSearch(threads);
  if (search.ids.length === 0) return [];
  const traces = [...inRollouts(home, search), ...inOwnFolder(home, search), ...inIndex(home, search, isThorough)];
  for (const file of filesOfHome(home)) traces.push(...inFile(home, file, search, isThorough));
  return traces.sort((a, b) => traceLayers.indexOf(a.layer) - traceLayers.indexOf(b.layer));
}

function* inRollouts(home: Home, search: IdSearch): Generator<Trace> {
  for (const found of discoverRollouts(home)) {
    for (const owner of search.ownersIn(found.path.slice(home.path.length))) {
      yield whole('rollouts', pathInHome(home, found.path), owner);
    }
  }
}

function* inOwnFolder(home: Home, search: IdSearch): Generator<Trace> {
  for (const [layer, folder] of [
    ['trash', TRASH_FOLDER],
    ['temporaries', TEMP_FOLDER],
    ['lineage', pathInHome(home, lineageFolder(home))],
  ] as const) {
    if (!existsSync(join(home.path, folder))) continue;
    for (const entry of readdirSync(join(home.path, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      const path = pathInHome(home, join(entry.parentPath, entry.name));
      for (const owner of search.ownersIn(path)) yield whole(layer, path, owner);
    }
  }
}

function* inIndex(home: Home, search: IdSearch, isThorough: boolean): Generator<Trace> {
  const path = indexPath(home);
  if (existsSync(path) && ownerOf(path) === 'ours') yield* inDatabase(home, 'index', path, search, isThorough);
  for (const aside of movedAside(home.path)) {
    for (const [owner, count] of search.countIn(aside)) {
      yield { ...whole('index', pathInHome(home, aside), owner), count };
    }
  }
}

function* inFile(home: Home, file: HomeFile, search: IdSearch, isThorough: boolean): Generator<Trace> {
  const { path, layer } = file;
  const full = join(home.path, path);
  const named = search.ownersIn(path);
  for (const owner of named) yield whole(layer, path, owner);
  if (named.size > 0) return;
  if (file.unreadable !== null) {
    yield* unreadable(layer, path, search, file.unreadable);
    return;
  }
  // The shell of another session may know the one that started it.
  if (namedBySession.has(layer) && threadIdPattern.test(path)) return;
  try {
    if (layer === 'names' || layer === 'prompt-history') {
      yield* inLines(layer, path, full, search);
    } else if (isDatabase(full)) {
      yield* inDatabase(home, 'codex-databases', full, search, isThorough);
    } else {
      for (const [owner, count] of search.countIn(full)) yield { ...whole(layer, path, owner), count };
    }
  } catch (error) {
    if (!isMissingFile(error)) yield* unreadable(layer, path, search, (error as Error).message);
  }
}

function* inLines(layer: 'names' | 'prompt-history', path: string, full: string, search: IdSearch): Generator<Trace> {
  const counts = new Map<string, number>();
  for (const line of readFileSync(full, 'utf8').split('\n')) {
    const id = layer === 'names' ? parseEntry(line)?.id : promptSession(line);
    const owner = id ? search.ownerOf(id) : undefined;
    if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  for (const [owner, count] of counts) yield { ...whole(layer, path, owner), count };
}

function* inDatabase(
  home: Home,
  layer: TraceLayer,
  full: string,
  search: IdSearch,
  isThorough: boolean,
): Generator<Trace> {
  const file = pathInHome(home, full);
  try {
    for (const { threadId, table, count, isKept } of findInDatabase(full, search, isThorough)) {
      yield { ...whole(layer, file, threadId), table, count, kept: isKept };
    }
  } catch (error) {
    yield* unreadable(layer, file, search, (error as Error).message);
  }
}

function* unreadable(layer: TraceLayer, file: string, search: IdSearch, reason: string): Generator<Trace> {
  for (const { threadId } of search.threads) yield { ...whole(layer, file, threadId), count: 0, unreadable: reason };
}

function whole(layer: TraceLayer, file: string, threadId: string): Trace {
  return { layer, file, table: null, thread_id: threadId, count: 1, kept: false, unreadable: null };
}

/** Files of one session each, which have its id in their path. */
const namedBySession: ReadonlySet<TraceLayer> = new Set(['shell-snapshots', 'generated-images']);
const threadIdPattern = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
