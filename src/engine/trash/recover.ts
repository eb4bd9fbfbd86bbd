import type { Home } from '../../store/home.ts';
import type { Journal } from '../../store/journal.ts';
import type { JournalEntry } from '../../store/journal-entry.ts';
import { sweepLineage } from '../../store/lineage-sweep.ts';
import { sweepTemps } from '../../store/writer/own-temp.ts';
import { finishPurges } from '../purge/finish-purge.ts';
import type { TrashContext } from './open-trash.ts';
import { readManifest } from './read-manifest.ts';
import { rebuildManifests } from './rebuild-manifests.ts';
import { settleReplace } from './settle-replace.ts';
import { settleRestore } from './settle-restore.ts';
import { settleTrash } from './settle-trash.ts';
import { sweepActTemps } from './sweep-act-temps.ts';
import { listTxs, removeEmptyTx } from './tx-folders.ts';
import type { Intent, Unfinished } from './unfinished.ts';

/**
 * Brings to an end what a command has begun that died, by looking where each file is, and clears away what it left. Call it
 * under the store lock. A second call finds nothing to do.
 *
 * @throws Failure `trouble` when the disk refuses; what was begun then waits for the next command
 */
export async function recover(
  home: Home,
  unfinished: Unfinished,
  journal: Journal,
  context: TrashContext,
): Promise<void> {
  sweepActTemps(home);
  await sweepTemps(home);
  for (const intent of unfinished.intents) settle(home, intent, journal);
  await finishPurges(home, unfinished, journal, context);
  for (const tx of listTxs(home)) removeEmptyTx(home, tx);
  await rebuildManifests(
    home,
    listTxs(home).filter((tx) => readManifest(home, tx) === null),
  );
  // Only locks that nobody holds.
  sweepLineage(home, () => true);
}

function settle(home: Home, intent: Intent & JournalEntry, journal: Journal): void {
  const { tx, thread_id } = intent;
  if (intent.event === 'trash-intent') {
    const files = settleTrash(home, intent);
    journal.append([{ event: files.length > 0 ? 'trashed' : 'trash-undone', tx, thread_id, files }]);
  } else if (intent.event === 'restore-intent') {
    const files = settleRestore(home, intent);
    const event = files.length > 0 ? 'restored' : 'restore-undone';
    journal.append([{ event, tx, thread_id, from_tx: intent.from_tx, files }]);
  } else if (intent.event === 'replace-intent') {
    journal.append([{ event: settleReplace(home, intent), tx, thread_id }]);
  }
}
