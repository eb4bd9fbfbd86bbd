import type { FileRow } from '../../index/file-table.ts';
import type { StaleMark } from '../../index/staleness.ts';
import type { Home } from '../../store/home.ts';
import type { ReadState } from '../read-state.ts';
import { readThreadFacts, type ThreadFacts } from '../summarise.ts';
import { catalogOf } from './catalog-of.ts';
import { AskedRollouts } from './rollouts.ts';

/** The rows of threads that need no other files than their own. */
export async function* readRows({ home, threads }: RowJob): AsyncGenerator<(ThreadFacts | Entangled | null)[]> {
  const found: (ThreadFacts | Entangled | null)[] = [];
  for (const { threadId, files, known } of threads) {
    if (files.length === 0) found.push(null);
    else {
      const asking = new AskedRollouts(catalogOf(home, files));
      const facts = await readThreadFacts(asking, threadId, known);
      found.push(asking.others(threadId).length > 0 ? 'entangled' : facts);
    }
  }
  yield found;
}

/** Work for one thread of the program. */
export interface RowJob {
  home: Home;
  threads: StaleThread[];
}

/** The row depends on other threads' files. */
export type Entangled = 'entangled';

/** What is known of a thread whose row is to be made anew. */
export interface StaleThread extends StaleMark {
  /** None when all were removed. */
  files: FileRow[];
  /** Where an earlier reading ended. */
  known: ReadState | undefined;
}
