import { lstatSync } from 'node:fs';
import type { FileRow, FileTable, ObstacleRow } from '../../index/file-table.ts';
import { walkFolder } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';

/** What is different in the files from what the index knows. */
export interface Changes {
  changed: FileRow[];
  removed: FileRow[];
  folders: { path: string; mtimeNs: string; obstacles: ObstacleRow[] }[];
  removedFolders: string[];
}

/**
 * Lists the folders whose mtime is another one than when they were last listed: files were added, removed, renamed or
 * compressed there. What was only appended to does not show in a folder; see `scanFiles`.
 *
 * @param all list every folder, also where nothing seems to have changed
 * @param now milliseconds since the epoch, from before the call
 */
export async function scanFolders(home: Home, files: FileTable, all: boolean, now: number): Promise<Changes> {
  const changes: Changes = { changed: [], removed: [], folders: [], removedFolders: [] };
  const known = files.folders();
  const waiting = [home.sessions, home.archived];
  const seen = new Set<string>();
  for (const path of known.keys()) if (!waiting.includes(path)) waiting.push(path);
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const mtimeNs = folderTime(folder);
    if (mtimeNs === null) {
      if (known.has(folder)) changes.removedFolders.push(folder);
      changes.removed.push(...files.filesIn(folder));
      continue;
    }
    if (!all && known.get(folder) === mtimeNs) continue;
    waiting.push(
      ...(await listFolder(
        folder,
        mtimeNs,
        folder === home.archived || folder.startsWith(`${home.archived}/`),
        files,
        changes,
        now,
      )),
    );
  }
  return changes;
}

/** Looks at files that the index knows, and finds those that are not the same any more. */
export function scanFiles(rows: Iterable<FileRow>): Changes {
  const changes: Changes = { changed: [], removed: [], folders: [], removedFolders: [] };
  for (const row of rows) {
    const now = factsOf(row.path);
    if (!now) changes.removed.push(row);
    else if (!isSame(row, now)) changes.changed.push({ ...row, ...now });
  }
  return changes;
}

async function listFolder(
  folder: string,
  mtimeNs: string,
  archived: boolean,
  files: FileTable,
  changes: Changes,
  now: number,
): Promise<string[]> {
  const subfolders: string[] = [];
  const obstacles: ObstacleRow[] = [];
  const gone = new Map(files.filesIn(folder).map((row) => [row.path, row]));
  for await (const found of walkFolder(folder, archived)) {
    if (found.kind === 'folder') subfolders.push(found.path);
    else if (found.kind === 'obstacle')
      obstacles.push({ path: found.path, folder, rule: found.rule, message: found.message });
    else {
      const facts = factsOf(found.path);
      if (!facts) continue;
      const before = gone.get(found.path);
      gone.delete(found.path);
      if (before && isSame(before, facts)) continue;
      changes.changed.push({
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
  changes.removed.push(...gone.values());
  const isUnreadable = obstacles.some(({ rule, path }) => rule === 'UNREADABLE' && path === folder);
  changes.folders.push({
    path: folder,
    mtimeNs: isUnreadable || isFresh(mtimeNs, now) ? UNSETTLED : mtimeNs,
    obstacles,
  });
  return subfolders;
}

/** A folder's mtime, in nanoseconds as text; null when it is not there. */
function folderTime(folder: string): string | null {
  try {
    const { mtimeNs } = lstatSync(folder, { bigint: true });
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

const UNSETTLED = 'unsettled';
const TICK_MS = 2000;

type Facts = Pick<FileRow, 'dev' | 'ino' | 'size' | 'mtime_ns'>;

/** Of a hundred thousand files at a time: asking from the thread pool would take ten times as long. */
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
