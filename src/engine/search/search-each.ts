import { chunk } from '../../base/chunk.ts';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import type { Rollouts } from '../catalog.ts';
import { openThread } from '../open-thread.ts';
import type { Report } from '../problem.ts';
import { readPartBatches } from '../read-thread.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';
import type { SearchHit } from './hit.ts';
import type { Pattern } from './pattern.ts';
import type { FileResult, SearchJob } from './search-files.ts';

/**
 * Searches files, several at once, and gives what was found file by file, in their order.
 *
 * @param rollouts where the files are looked up that others go on from; asked only when there are such
 * @throws Failure `usage` for a bad pattern, `trouble` (`REGEX-TIMEOUT`) for one that takes too long
 */
export async function* searchEach(
  files: readonly SearchedFile[],
  rollouts: () => Promise<Rollouts>,
  options: SearchOptions,
): AsyncGenerator<FileFinds> {
  const { pattern, all, clock, signal, report } = options;
  const jobs = chunk(files, JOB_FILES);
  const inputs: SearchJob[] = jobs.map((some) => ({ pattern, all, files: some }));
  // A regular expression may never end, so it is never tried where it cannot be stopped.
  const workers = pattern.kind !== 'regex' && files.length < FEW_FILES ? 0 : usefulWorkers(inputs.length);
  const onProgress = (done: number) => options.onProgress?.(Math.min(done * JOB_FILES, files.length), files.length);
  const overdue = { clock, failure: () => overdueFailure(pattern) };
  for await (const { job, part } of runJobs<FileResult>('search', inputs, { workers, signal, onProgress, overdue })) {
    const file = (jobs[job] as SearchedFile[])[part.index] as SearchedFile;
    part.problems.forEach(report);
    if (part.hits.length === 0) continue;
    if (part.isContinued || file.isLater) await addTurnsBefore(await rollouts(), part.hits, report);
    yield { threadId: file.threadId, hits: part.hits, cwd: part.cwd };
  }
}

export interface SearchOptions {
  pattern: Pattern;
  /** Everything recorded, not only what was said and done. */
  all: boolean;
  clock: Clock;
  signal: AbortSignal;
  report: Report;
  onProgress?: (done: number, of: number) => void;
}

export interface SearchedFile {
  path: string;
  threadId: string | null;
  /** Other files of its thread come before it. */
  isLater: boolean;
}

/** What was found in one file. */
export interface FileFinds {
  threadId: string | null;
  hits: SearchHit[];
  cwd: string | null;
}

/** A file that goes on from others counts on from their turns. */
export async function addTurnsBefore(rollouts: Rollouts, hits: SearchHit[], report: Report): Promise<void> {
  const [{ thread_id: threadId, path }] = hits as [SearchHit];
  if (threadId === null) return;
  const source = await openThread(rollouts, threadId, report);
  const before = source.parts.slice(
    0,
    source.parts.findIndex((part) => part.path === path),
  );
  let turns = 0;
  for await (const events of readPartBatches({ ...source, parts: before, openPrefix: null }, () => {})) {
    turns = events.at(-1)?.turn ?? turns;
  }
  for (const hit of hits) hit.turn += turns;
}

function overdueFailure(pattern: Pattern): Error {
  const what = pattern.kind === 'regex' ? 'the regular expression' : 'the search';
  return new Failure('trouble', `REGEX-TIMEOUT: ${what} took longer than 1 s on one text`, {
    hint: 'nested repetitions such as (a+)+ take for ever; write a simpler pattern, or use --fixed',
  });
}

const JOB_FILES = 8;
/** Fewer than these are read before a thread has started. */
const FEW_FILES = 16;
