import { readCodexNames } from '../../index/codex-db.ts';
import type { Home } from '../../store/home.ts';
import { readNameIndex } from '../../store/name-index.ts';
import { manifestsFromJournal } from './read-manifest.ts';
import { readTrash } from './read-trash.ts';
import { writeManifest } from './write-manifest.ts';

/** Writes the manifests of transactions that have none, because the command died: from the journal, and what is there. */
export async function rebuildManifests(home: Home, txs: readonly string[]): Promise<void> {
  const manifests = manifestsFromJournal(home, new Set(txs));
  if (manifests.size === 0) return;
  const names = await readNamesOf(home);
  const present = new Set(readTrash(home, txs).map(({ tx, threadId }) => `${tx} ${threadId}`));
  for (const { schema: _, threads, ...head } of manifests.values()) {
    const there = threads.filter(({ thread_id }) => present.has(`${head.tx} ${thread_id}`));
    const named = there.map((thread) => ({ ...thread, name: names.get(thread.thread_id) ?? null }));
    if (named.length > 0) writeManifest(home, head, named);
  }
}

/** Codex keeps the names of sessions that are in the trash. One that cannot be read is as good as none. */
async function readNamesOf(home: Home): Promise<Map<string, string>> {
  let names = new Map<string, string>();
  try {
    names = await readCodexNames(home.path);
    for (const [id, name] of await readNameIndex(home)) names.set(id, name);
  } catch {
    // A session in the trash is found by its id.
  }
  return names;
}
