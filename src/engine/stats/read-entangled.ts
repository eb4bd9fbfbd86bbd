import type { Catalog } from '../catalog.ts';
import { openThread } from '../open-thread.ts';
import type { Problem } from '../problem.ts';
import { readUsage } from './read-usage.ts';
import { toUsageText } from './usage-text.ts';

/** The usage of a thread of several files, a fork, or a file that is not sound, as text. */
export async function readEntangled(catalog: Catalog, threadId: string): Promise<string> {
  const problems: Problem[] = [];
  const source = await openThread(catalog, threadId, (problem) => problems.push(problem));
  return toUsageText(await readUsage(source, problems));
}
