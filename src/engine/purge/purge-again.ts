import { newId } from '../../model/new-id.ts';
import type { Home } from '../../store/home.ts';
import type { Journal } from '../../store/journal.ts';
import type { LockWait } from '../../store/lock-file.ts';
import { loadCatalog } from '../catalog.ts';
import { readTrash } from '../trash/read-trash.ts';
import type { ClearTraces } from './finish-purge.ts';
import { concludePurge, sessionsOf, trailOf } from './receipt.ts';
import { clearTraces, type LeftTrace } from './traces.ts';

/**
 * Tries once more to remove what earlier purges could not: a database may have been locked, or of a version that was not known
 * then. A session that is in the home or in the trash again is left alone. What is complete by that gets a receipt that says so.
 *
 * @param purges their ids, as `Unfinished.incomplete` has them
 */
export async function purgeAgain(home: Home, purges: readonly string[], options: PurgeAgain): Promise<AgainReport> {
  const { journal, rule, wait } = options;
  const report: AgainReport = { completed: [], left: [] };
  if (purges.length === 0) return report;
  const catalog = await loadCatalog(home);
  const trashed = new Set(readTrash(home).map(({ threadId }) => threadId));
  const isGone = (id: string) => catalog.thread(id).length === 0 && !trashed.has(id);
  for (const from_tx of purges) {
    const gone = sessionsOf(home, from_tx).filter(({ thread_id }) => isGone(thread_id));
    if (gone.length === 0) continue;
    const left = await (options.clear ?? clearTraces)(home, gone.map(trailOf), wait);
    if (left.length > 0) {
      report.left.push(...left);
      continue;
    }
    const tx = newId(wait.clock.now());
    journal.append([{ event: 'purge-again', tx, from_tx, rule, threads: gone.map(({ thread_id }) => thread_id) }]);
    await concludePurge(home, tx, journal);
    report.completed.push({ tx: from_tx, sessions: gone.length });
  }
  return report;
}

export interface PurgeAgain {
  journal: Journal;
  /** What was asked for, as it is to stand in the receipt. */
  rule: string;
  wait: LockWait;
  /** `clearTraces` when absent. */
  clear?: ClearTraces | undefined;
}

export interface AgainReport {
  completed: { tx: string; sessions: number }[];
  /** What could not be cleared this time either. */
  left: LeftTrace[];
}
