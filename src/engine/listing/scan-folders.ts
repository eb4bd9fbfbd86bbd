import { lstatSync, statSync } from 'node:fs';
import { type FileRow, type FileTable, type ObstacleRow, UNSETTLED } from '../../index/file-table.ts';
import { walkFolder } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';

/** What is different in the files from what the index knows. */
export interface Changes {
  changed: FileRow[];
  /** Were missing before already, and still are. */
  removed: FileRow[];
  /** Were not found this time. They may have moved to a folder that was listed before they came. */
  missing: FileRow[];
  folders: { path: string; mtimeNs: string; obstacles: ObstacleRow[] }[];
  removedFolders: string[];
}

/**
 * Lists the folders whose mtime is another one than when they were last listed: files were added, removed, renamed or
 * compressed there. What was only appended to does not show in a folder; see `scanFiles`.
 *
 * @param options.all list every folder, also where nothing seems to have changed
 * @param options.now milliseconds since the epoch, from before the call
 * @param options.missed paths that were missing when this was last done
 */
export function scanFolders(home: Home, files: FileTable, options: ScanOptions): Changes {
  const scan = new Scan(home, files, options);
  const known = files.folders();
  const waiting = [home.sessions, home.archived];
  for (const path of known.keys()) if (!waiting.includes(path)) waiting.push(path);
  const seen = new Set<string>();
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const mtimeNs = folderTime(folder, home);
    if (mtimeNs === null) {
      if (!scan.lose(files.filesIn(folder)) && known.has(folder)) scan.changes.removedFolders.push(folder);
    } else if (options.all || known.get(folder) !== mtimeNs) {
      waiting.push(...scan.list(folder, mtimeNs));
    }
  }
  return scan.changes;
}

export interface ScanOptions {
  all: boolean;
  now: number;
  missed: ReadonlySet<string>;
}

/** Looks at files that the index knows, and finds those that are not the same any more. */
export function scanFiles(rows: Iterable<FileRow>): Changes {
  const changes = noChanges();
  for (const row of rows) {
    const now = factsOf(row.path);
    if (!now) changes.missing.push(row);
    else if (!isSame(row, now)) changes.changed.push({ ...row, ...now });
  }
  return changes;
}

class Scan {
  readonly changes = noChanges();
  readonly #home: Home;
  readonly #files: FileTable;
  readonly #options: ScanOptions;

  constructor(home: Home, files: FileTable, options: ScanOptions) {
    this.#home = home;
    this.#files = files;
    this.#options = options;
  }

  /** Takes files for removed that were missing before; tells whether any are missing for the first time. */
  lose(files: Iterable<FileRow>): boolean {
    const before = this.changes.missing.length;
    for (const file of files) {
      this.changes[this.#options.missed.has(file.path) ? 'removed' : 'missing'].push(file);
    }
    return this.changes.missing.length > before;
  }

  /** @returns the folders in it */
  list(folder: string, mtimeNs: string): string[] {
    const archived = folder === this.#home.archived || folder.startsWith(`${this.#home.archived}/`);
    const subfolders: string[] = [];
    const obstacles: ObstacleRow[] = [];
    const gone = new Map(this.#files.filesIn(folder).map((row) => [row.path, row]));
    for (const found of walkFolder(folder, archived)) {
      if (found.kind === 'folder') subfolders.push(found.path);
      else if (found.kind === 'obstacle') {
        obstacles.push({ path: found.path, folder, rule: found.rule, message: found.message });
      } else {
        const facts = factsOf(found.path);
        if (!facts) continue;
        const before = gone.get(found.path);
        gone.delete(found.path);
        if (before && isSame(before, facts)) continue;
        this.changes.changed.push({
          path: found.path,
          folder,
          thread_id: found.threadId,
          rollout_id: found.rolloutId,
          archived: archived ? 1 : 0,
          compressed: found.compressed ? 1 : 0,
          ...facts,
        });
      }
    }
    this.lose(gone.values());
    const isUnreadable = obstacles.some(({ rule, path }) => rule === 'UNREADABLE' && path === folder);
    const isSettled = !isUnreadable && !isFresh(mtimeNs, this.#options.now);
    this.changes.folders.push({ path: folder, mtimeNs: isSettled ? mtimeNs : UNSETTLED, obstacles });
    return subfolders;
  }
}

function noChanges(): Changes {
  return { changed: [], removed: [], missing: [], folders: [], removedFolders: [] };
}

/** A folder's mtime, in nanoseconds as text; null when it is not there. The two at the top may be links. */
function folderTime(folder: string, home: Home): string | null {
  try {
    const stat = folder === home.sessions || folder === home.archived ? statSync : lstatSync;
    const { mtimeNs } = stat(folder, { bigint: true });
    return String(mtimeNs);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return UNSETTLED;
  }
}

/**
 * A folder that changed a moment ago may change again within the same tick of the file system's clock, so such a time is not
 * kept, and the folder is listed again next time.
 */
function isFresh(mtimeNs: string, now: number): boolean {
  return mtimeNs === UNSETTLED || Number(BigInt(mtimeNs) / 1_000_000n) > now - TICK_MS;
}

const TICK_MS = 2000;

type Facts = Pick<FileRow, 'dev' | 'ino' | 'size' | 'mtime_ns'>;

/**
 * Null for what is not there or cannot be asked. Of a hundred thousand files at a time: asking from the thread pool would take
 * ten times as long.
 */
function factsOf(path: string): Facts | null {
  try {
    const { dev, ino, size, mtimeNs } = lstatSync(path, { bigint: true });
    return { dev: String(dev), ino: String(ino), size: Number(size), mtime_ns: String(mtimeNs).padStart(20, '0') };
  } catch {
    return null;
  }
}

function isSame(row: Facts, facts: Facts): boolean {
  return row.size === facts.size && row.mtime_ns === facts.mtime_ns && row.ino === facts.ino && row.dev === facts.dev;
}
