import type { BigIntStats } from 'node:fs';
import { parseRolloutName } from '../../format/file-name.ts';
import { timeOfId } from '../../model/new-id.ts';
import { type FileIdentity, type HashedFile, identityOf } from '../../store/file-identity.ts';
import type { FolderHandle } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import type { TxKind } from '../../store/journal-entry.ts';
import { placeInTrash, txFolder } from '../../store/trash-place.ts';
import { manifestsFromJournal, provenManifest, readManifest } from './read-manifest.ts';
import { listTxs, namesIn, openThere } from './tx-folders.ts';
import type { ManifestThread, TrashManifest } from './write-manifest.ts';

/** What lies in the trash of a home of one thread by one transaction. */
export interface TrashItem {
  tx: string;
  kind: TxKind;
  rule: string;
  threadId: string;
  name: string | null;
  /** Milliseconds since the epoch. */
  trashedAt: number;
  files: TrashFile[];
  /** What was put in the place of the one file; null for a session that was removed. */
  replacedBy: HashedFile | null;
  quarantine: FileIdentity | null;
}

export interface TrashFile {
  /** Where it was, relative to the home. */
  path: string;
  /** Where it is, relative to the home. */
  place: string;
  /** As it is now; `path` is that of the home. */
  found: FileIdentity;
  /** As it was recorded when it was moved; null where nothing tells. */
  noted: HashedFile | null;
}

/**
 * Everything in the trash, oldest transaction first, from the folders themselves: a file that no manifest and no journal
 * names is there all the same. Nothing is changed.
 *
 * @throws Failure `refused` for a damaged journal where a manifest is missing, or a link among the folders
 */
export function readTrash(home: Home, txs: readonly string[] = listTxs(home)): TrashItem[] {
  const manifests = new Map(txs.map((tx) => [tx, readManifest(home, tx)]));
  const missing = new Set(txs.filter((tx) => !manifests.get(tx)));
  return itemsOf(home, txs, manifests, manifestsFromJournal(home, missing));
}

/**
 * The same for who acts on it: what the journal says of a file counts, and not what the manifest beside that says.
 *
 * @throws Failure `refused` for a damaged journal, or a link among the folders
 */
export function readProvenTrash(home: Home): TrashItem[] {
  const txs = listTxs(home);
  const manifests = new Map(txs.map((tx) => [tx, readManifest(home, tx)]));
  return itemsOf(home, txs, manifests, manifestsFromJournal(home, new Set(txs)));
}

function itemsOf(
  home: Home,
  txs: readonly string[],
  manifests: ReadonlyMap<string, TrashManifest | null>,
  fromJournal: ReadonlyMap<string, TrashManifest>,
): TrashItem[] {
  return txs.flatMap((tx) => {
    const manifest = provenManifest(manifests.get(tx) ?? null, fromJournal.get(tx));
    const files = filesOf(home, tx);
    const { kind, rule } = manifest ?? { kind: 'prune', rule: '' };
    const known = (manifest?.threads ?? []).flatMap((thread) => itemOf(tx, { kind, rule }, thread, files));
    return [...known, ...strangers(tx, { kind, rule }, files)];
  });
}

/** Takes what it names out of `files`. */
function itemOf(
  tx: string,
  head: { kind: TxKind; rule: string },
  thread: ManifestThread,
  files: Map<string, BigIntStats>,
): TrashItem[] {
  const found = thread.files.flatMap((noted) => {
    const stat = files.get(noted.path);
    if (!stat) return [];
    files.delete(noted.path);
    return [toFile(tx, noted.path, stat, noted)];
  });
  if (found.length === 0) return [];
  const { thread_id, name, trashed_at, replaced_by, quarantine } = thread;
  const ids = { tx, ...head, threadId: thread_id, name };
  return [{ ...ids, trashedAt: Date.parse(trashed_at), files: found, replacedBy: replaced_by, quarantine }];
}

/** Files that nothing tells of: whose they are, their names say. */
function strangers(tx: string, head: { kind: TxKind; rule: string }, files: Map<string, BigIntStats>): TrashItem[] {
  const items = new Map<string, TrashItem>();
  for (const [path, stat] of files) {
    const threadId = parseRolloutName(path.slice(path.lastIndexOf('/') + 1))?.threadId;
    if (!threadId || !stat.isFile()) continue;
    const empty = { tx, ...head, threadId, name: null, trashedAt: timeOfId(tx), files: [] };
    const item: TrashItem = items.get(threadId) ?? { ...empty, replacedBy: null, quarantine: null };
    item.files.push(toFile(tx, path, stat, null));
    items.set(threadId, item);
  }
  return [...items.values()];
}

function toFile(tx: string, path: string, stat: BigIntStats, noted: HashedFile | null): TrashFile {
  return { path, place: placeInTrash(tx, path), found: identityOf(path, stat), noted };
}

/** Every file of a transaction by its path in the home. */
function filesOf(home: Home, tx: string): Map<string, BigIntStats> {
  const files = new Map<string, BigIntStats>();
  const folder = openThere(home, `${txFolder(tx)}/files`);
  if (!folder) return files;
  try {
    walk(folder, '', files);
  } finally {
    folder.close();
  }
  return files;
}

function walk(folder: FolderHandle, path: string, files: Map<string, BigIntStats>): void {
  for (const name of namesIn(folder)) {
    const stat = folder.lstat(name);
    const inner = path === '' ? name : `${path}/${name}`;
    if (!stat) continue;
    if (!stat.isDirectory()) {
      files.set(inner, stat);
      continue;
    }
    const next = folder.open(name);
    try {
      walk(next, inner, files);
    } finally {
      next.close();
    }
  }
}
