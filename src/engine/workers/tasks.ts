import { type RowJob, readRows } from '../listing/read-rows.ts';
import { readTexts, type TextJob } from '../search/read-texts.ts';
import { type SearchJob, searchFiles } from '../search/search-files.ts';
import type { TaskName, Watch } from './protocol.ts';
import { readUsages, type StatsJob } from './stats-task.ts';

/** What a worker can be asked to do: each gives its result in parts, and goes on when the last one was taken. */
export const tasks: Record<TaskName, (input: unknown, watch: Watch | null) => Parts> = {
  rows: (input) => readRows(input as RowJob),
  stats: (input) => readUsages(input as StatsJob),
  texts: (input) => readTexts(input as TextJob),
  search: (input, watch) => searchFiles(input as SearchJob, watch),
};

export type Parts = Iterable<unknown> | AsyncIterable<unknown>;
