import { closeSync, constants, type Dirent, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isMissingFile, systemReason } from '../../base/system-error.ts';
import type { Home } from '../../store/home.ts';
import { PROMPT_HISTORY } from '../../store/prompt-history.ts';

/**
 * Every file of a home that can hold a trace of a session, but for the rollouts themselves and what this program keeps in
 * `.sessions` and in its index. Links are not followed. A folder that cannot be read comes like a file.
 */
export function* filesOfHome(home: Home): Generator<HomeFile> {
  for (const { path, unreadable } of walk(home.path, '')) {
    const layer = layerOf(path);
    if (layer !== null) yield { path, layer, unreadable };
  }
}

export interface HomeFile {
  /** Relative to the home, with `/`. */
  path: string;
  layer: FileLayer;
  /** Why it cannot be looked into, where that is known already. */
  unreadable: string | null;
}

export type FileLayer =
  | 'codex-databases'
  | 'names'
  | 'prompt-history'
  | 'shell-snapshots'
  | 'generated-images'
  | 'memories'
  | 'locks'
  | 'other-files';

/** Whether a file is a database of SQLite, by its first bytes. */
export function isDatabase(path: string): boolean {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const head = Buffer.alloc(MAGIC.length);
      return readSync(descriptor, head, 0, head.length, 0) === head.length && head.toString('latin1') === MAGIC;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function* walk(root: string, folder: string): Generator<Omit<HomeFile, 'layer'>> {
  let entries: Dirent[];
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    // A Codex that runs makes and removes folders.
    if (!isMissingFile(error)) yield { path: folder, unreadable: systemReason(error) ?? String(error) };
    return;
  }
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (folder === '' && apart.has(entry.name)) continue;
    if (entry.isDirectory()) yield* walk(root, path);
    else if (entry.isFile()) yield { path, unreadable: null };
  }
}

function layerOf(path: string): FileLayer | null {
  const [first = ''] = path.split('/');
  if (/^state\.db(\.broken(-\d+)?)?(-wal|-shm|-journal)?$/.test(path)) return null;
  // They belong to the database beside them.
  if (/\.(sqlite|db)-(wal|shm|journal)$/.test(path)) return null;
  if (/\.sqlite$/.test(path)) return 'codex-databases';
  if (path === 'session_index.jsonl') return 'names';
  if (path === PROMPT_HISTORY) return 'prompt-history';
  if (first === 'shell_snapshots') return 'shell-snapshots';
  if (first === 'generated_images') return 'generated-images';
  if (/^memories(_v\d+)?$/.test(first)) return 'memories';
  if (first === 'thread-writer-locks') return 'locks';
  return 'other-files';
}

/** Rollouts and our own folder are looked at by name; in working trees of users nothing is Codex's; the last one holds keys. */
const apart = new Set(['sessions', 'archived_sessions', '.sessions', 'worktrees', 'auth.json']);
const MAGIC = 'SQLite format 3\0';
