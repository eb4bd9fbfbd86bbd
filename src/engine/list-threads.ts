import type { ThreadRow } from '../model/thread-row.ts';
import { createLiveProbe } from '../store/live.ts';
import type { Catalog } from './catalog.ts';
import { readNames } from './names.ts';
import type { Report } from './problem.ts';
import { reportObstacles } from './report-obstacles.ts';
import { type Selectors, selectRows } from './selectors.ts';
import { summarise } from './summarise.ts';

/**
 * The sessions of a home as rows of `ls`, from the files themselves.
 *
 * @param options.onProgress told how many sessions of how many were read
 */
export async function listThreads(catalog: Catalog, selectors: Selectors, options: ListOptions): Promise<ThreadRow[]> {
  reportObstacles(catalog.obstacles, options.report);
  const names = await readNames(catalog, (message) => {
    options.report({ rule: 'CODEX-DB', weight: 'note', file: null, line: null, offset: null, message });
  });
  const context = { names, isLive: createLiveProbe(catalog.home), now: options.now };
  const ids = [...catalog.threadIds].filter((id) => isWanted(catalog, id, selectors));
  const rows: ThreadRow[] = [];
  for (const id of ids) {
    if (options.signal.aborted) break;
    rows.push(await summarise(catalog, id, context));
    options.onProgress?.(rows.length, ids.length);
  }
  return selectRows(rows, selectors, options.now);
}

export interface ListOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  report: Report;
  onProgress?: (done: number, of: number) => void;
  /** People read the rows: the first ones are wanted at once, and are not checked against everything else. */
  isForPeople?: boolean;
  /** Told of rows that were made anew, in no order, before they are listed and after; selected by nothing. */
  onMade?: (rows: ThreadRow[]) => void;
  /** Threads that may read files at once; as many as help when absent. */
  mostWorkers?: number;
  /** Called when everything was listed and every file of the home is looked at once more. */
  beforeFullRefresh?: () => Promise<void>;
}

/** Spares reading what the folder already rules out. */
function isWanted(catalog: Catalog, id: string, selectors: Selectors): boolean {
  const archived = catalog.thread(id).at(-1)?.archived ?? false;
  if (selectors.archived === 'only') return archived;
  return selectors.archived === 'added' || !archived;
}
