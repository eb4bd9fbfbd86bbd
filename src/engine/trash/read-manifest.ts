import { closeSync, constants, readFileSync } from 'node:fs';
import { isMissingFile } from '../../base/system-error.ts';
import { isObject } from '../../format/record.ts';
import type { Home } from '../../store/home.ts';
import { openIn } from '../../store/home-acts.ts';
import { readJournal } from '../../store/journal-read.ts';
import { txFolder } from '../../store/trash-place.ts';
import { MANIFEST_NAME } from './tx-folders.ts';
import type { ManifestThread, TrashManifest } from './write-manifest.ts';

/** What a transaction says beside its files; null where that is missing or damaged. */
export function readManifest(home: Home, tx: string): TrashManifest | null {
  let descriptor: number;
  try {
    descriptor = openIn(home, `${txFolder(tx)}/${MANIFEST_NAME}`, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissingFile(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') return null;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(readFileSync(descriptor, 'utf8'));
    return isManifest(value, tx) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What the journal knows of transactions, by id; without the names of sessions, which are not in it.
 *
 * @throws Failure `refused` for a damaged journal
 */
export function manifestsFromJournal(home: Home, txs: ReadonlySet<string>): Map<string, TrashManifest> {
  const manifests = new Map<string, TrashManifest>();
  if (txs.size === 0) return manifests;
  for (const entry of readJournal(home)) {
    if (!txs.has(entry.tx)) continue;
    if (entry.event !== 'trash-intent' && entry.event !== 'replace-intent') continue;
    const { tx, kind, rule, actor, thread_id, at } = entry;
    const known = manifests.get(tx);
    const manifest = known ?? { schema: 'sessions.trash-manifest/1', tx, kind, rule, actor, threads: [] };
    manifests.set(tx, manifest);
    const isMove = entry.event === 'trash-intent';
    // A move that was taken back stands before the one that followed.
    const thread: ManifestThread = {
      ...{ thread_id, name: null, trashed_at: at, files: isMove ? entry.files : [entry.from] },
      ...{ replaced_by: isMove ? null : entry.to, quarantine: isMove ? null : entry.quarantine },
    };
    // Of a session that has several files, each is replaced for itself.
    manifest.threads = manifest.threads.filter((other) => !isSameMove(other, thread));
    manifest.threads.push(thread);
  }
  return manifests;
}

/** Whether both speak of the same files of a session, whatever they say of them. */
export function isSameMove(a: ManifestThread, b: ManifestThread): boolean {
  return a.thread_id === b.thread_id && a.files.some(({ path }) => b.files.some((other) => other.path === path));
}

/**
 * What the journal says of a transaction, and the manifest beside it where the journal says nothing: only the journal shows
 * when somebody has changed it. Nothing went to the trash before its intent.
 */
export function provenManifest(noted: TrashManifest | null, journal: TrashManifest | undefined): TrashManifest | null {
  if (!noted || !journal) return journal ?? noted;
  const threads = journal.threads.map((thread) => {
    const other = noted.threads.find((one) => isSameMove(one, thread));
    const isLater = other !== undefined && Date.parse(other.trashed_at) > Date.parse(thread.trashed_at);
    return { ...thread, name: other?.name ?? null, ...(isLater && { trashed_at: other.trashed_at }) };
  });
  const others = noted.threads.filter((one) => !journal.threads.some((thread) => isSameMove(one, thread)));
  return { ...journal, threads: [...threads, ...others] };
}

function isManifest(value: unknown, tx: string): value is TrashManifest {
  if (!isObject(value) || value.schema !== 'sessions.trash-manifest/1' || value.tx !== tx) return false;
  return (
    Array.isArray(value.threads) && value.threads.every((thread) => isObject(thread) && Array.isArray(thread.files))
  );
}
