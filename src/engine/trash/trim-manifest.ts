import type { Home } from '../../store/home.ts';
import { readManifest } from './read-manifest.ts';
import { readTrash } from './read-trash.ts';
import { removeEmptyTx } from './tx-folders.ts';
import { writeManifest } from './write-manifest.ts';

/** Leaves of a manifest only what still lies beside it; of a transaction that holds nothing any more, nothing is left. */
export function trimManifest(home: Home, tx: string): void {
  const present = new Set(readTrash(home, [tx]).map(({ threadId }) => threadId));
  if (present.size === 0) removeEmptyTx(home, tx);
  const manifest = readManifest(home, tx);
  if (!manifest) return;
  const { schema: _, threads, ...head } = manifest;
  const left = threads.filter(({ thread_id }) => present.has(thread_id));
  if (left.length < threads.length) writeManifest(home, head, left);
}
