import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { hashBeginning } from '../../store/hash-stored.ts';
import type { Home } from '../../store/home.ts';
import type { PurgedFile, PurgeIntent } from '../../store/journal-entry.ts';
import { digestContent } from '../../store/writer/file-steps.ts';
import { lastRecordTime } from '../last-record-time.ts';
import { readHead } from '../read-head.ts';
import type { TrashFile, TrashItem } from '../trash/read-trash.ts';

/** What is noted of a session before its files are gone. */
export async function readIntent(home: Home, tx: string, item: TrashItem, purgeRule: string): Promise<PurgeIntent> {
  const files: PurgedFile[] = [];
  for (const file of item.files) files.push(await noteFile(home, file));
  const isSession = item.kind === 'prune';
  const paths = item.files.map(({ place }) => join(home.path, place));
  return {
    ...{ event: 'purge-intent', tx, kind: item.kind, thread_id: item.threadId, from_tx: item.tx, rule: item.rule },
    ...{ purge_rule: purgeRule, trashed_at: new Date(item.trashedAt).toISOString() },
    first_at: isSession ? await firstTime(paths[0]) : null,
    last_at: isSession ? await lastTime(paths) : null,
    ...{ files, quarantine: item.quarantine },
  };
}

async function noteFile(home: Home, { path, place, found, noted }: TrashFile): Promise<PurgedFile> {
  const { dev, ino, size, mtime_ns } = found;
  const content = path.endsWith('.zst') ? await contentOf(join(home.path, place)) : null;
  return { path, dev, ino, size, mtime_ns, sha256: noted?.sha256 ?? null, content_sha256: content };
}

/**
 * Whether a file is as it was when it was moved; of one that nothing tells of, that cannot be said. One with another time that holds
 * the same bytes was copied with its home.
 */
export async function isAsNoted(home: Home, { place, found, noted }: TrashFile, signal: AbortSignal): Promise<boolean> {
  if (!noted) return true;
  if (noted.size !== found.size) return false;
  if (noted.mtime_ns === found.mtime_ns) return true;
  return (await hashBeginning(home, place, noted.size, signal)) === noted.sha256;
}

async function contentOf(path: string): Promise<string | null> {
  return attempt(async () => (await digestContent(path)).sha256);
}

async function firstTime(path: string | undefined): Promise<string | null> {
  if (path === undefined) return null;
  return attempt(async () => {
    const { meta } = await readHead(path);
    return typeof meta?.timestamp === 'string' ? meta.timestamp : null;
  });
}

async function lastTime(paths: readonly string[]): Promise<string | null> {
  const times = await Promise.all(paths.map((path) => attempt(() => lastRecordTime(path))));
  return (
    times
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}

/** A damaged file has no such thing, and is purged like any other. */
async function attempt<T>(read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
