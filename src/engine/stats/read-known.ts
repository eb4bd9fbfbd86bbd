import { throwIfStopped } from '../../base/abort.ts';
import { type NewUsage, UsageTable } from '../../index/usage-table.ts';
import type { Catalog } from '../catalog.ts';
import type { HomeIndex } from '../listing/home-index.ts';
import type { Problem } from '../problem.ts';
import { reportObstacles } from '../report-obstacles.ts';
import { type FoundThread, findThreads } from './find-threads.ts';
import { indexedCatalog } from './indexed-catalog.ts';
import type { SessionUsage, StatsRequest } from './select-usages.ts';
import { fromUsageText } from './usage-text.ts';

/**
 * The usages of threads from an index that is open, brought in step with the files first. What it does not know is read from
 * the files and kept.
 *
 * @throws DamagedRow, or an error of SQLite, when the index cannot be used
 */
export async function readKnown(
  index: HomeIndex,
  named: string[] | null,
  request: StatsRequest,
): Promise<SessionUsage[]> {
  const { signal, onProgress } = request;
  await index.refresh('all', { now: request.clock.now(), signal, ...(onProgress && { onProgress }) });
  throwIfStopped(signal);
  const catalog = indexedCatalog(index);
  const missing = new Map(findThreads(catalog, named, request.selectors).map((thread) => [thread.id, thread]));
  const revisions = new Map<string, number>();
  const usages: SessionUsage[] = [];
  const table = new UsageTable(index.database);
  for (const { threadId, revision, usage } of table.all()) {
    const thread = missing.get(threadId);
    if (thread && usage !== null) {
      usages.push({ ...thread, usage: fromUsageText(usage) });
      missing.delete(threadId);
    } else if (thread) revisions.set(threadId, revision);
  }
  const read = missing.size > 0 ? await readMissing(catalog, [...missing.values()], revisions, table, request) : [];
  reportObstacles(index.files.obstacles(), request.report);
  return usages.concat(read);
}

async function readMissing(
  catalog: Catalog,
  threads: FoundThread[],
  revisions: ReadonlyMap<string, number>,
  table: UsageTable,
  request: StatsRequest,
): Promise<SessionUsage[]> {
  // What reads rollouts takes a while to load, and mostly nothing has to be read.
  const { readFiles } = await import('./read-files.ts');
  const usages: SessionUsage[] = [];
  let unkept: NewUsage[] = [];
  for await (const { thread, text } of readFiles(catalog, threads, request)) {
    const usage = fromUsageText(text);
    usages.push({ ...thread, usage });
    const revision = revisions.get(thread.id);
    if (revision !== undefined && isWorthKeeping(text, usage.problems))
      unkept.push({ threadId: thread.id, revision, usage: text });
    if (unkept.length >= BATCH) {
      keep(table, unkept);
      unkept = [];
    }
  }
  keep(table, unkept);
  return usages;
}

/** That a file could not be read may change without a trace in its size and times. */
function isWorthKeeping(text: string, problems: Problem[]): boolean {
  return text.length <= LONGEST_TEXT && !problems.some(({ rule }) => rule === 'UNREADABLE');
}

/** What another process's work leaves no time to keep is read again next time. */
function keep(table: UsageTable, usages: NewUsage[]): void {
  try {
    if (usages.length > 0) table.put(usages);
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error;
  }
}

const BATCH = 500;
/** A session with a million bad lines is not worth its room. */
const LONGEST_TEXT = 1_000_000;
