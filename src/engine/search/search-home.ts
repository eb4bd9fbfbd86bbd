import { statSync } from 'node:fs';
import { chunk } from '../../base/chunk.ts';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import type { Catalog } from '../catalog.ts';
import { listThreads } from '../list-threads.ts';
import { openThread } from '../open-thread.ts';
import type { Report } from '../problem.ts';
import { readPartBatches } from '../read-thread.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import type { Selectors } from '../selectors.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';
import type { SearchHit } from './hit.ts';
import type { Pattern } from './pattern.ts';
import type { FileResult, SearchJob } from './search-files.ts';
import { SessionTest } from './session-test.ts';

/**
 * Searches the files of sessions, several at once, and gives what was found session by session, in the order of the sessions.
 *
 * @throws Failure `usage` for a bad pattern, `trouble` (`REGEX-TIMEOUT`) for one that takes too long
 */
export async function* searchHome(sessions: SessionResolver, request: SearchRequest): AsyncGenerator<SearchHit[]> {
  const { pattern, all, clock, signal, report } = request;
  const files = await selectFiles(sessions, request);
  const jobs = chunk(files, JOB_FILES);
  const inputs: SearchJob[] = jobs.map((some) => ({ pattern, all, files: some }));
  // A regular expression may never end, so it is never tried where it cannot be stopped.
  const workers = pattern.kind !== 'regex' && files.length < FEW_FILES ? 0 : usefulWorkers(inputs.length);
  const onProgress = (done: number) => request.onProgress?.(Math.min(done * JOB_FILES, files.length), files.length);
  const options = { workers, signal, onProgress, overdue: { clock, failure: () => overdue(pattern) } };
  const test = new SessionTest(pattern);
  for await (const { job, part } of runJobs<FileResult>('search', inputs, options)) {
    const file = (jobs[job] as SearchedFile[])[part.index] as SearchedFile;
    part.problems.forEach(report);
    if (part.hits.length === 0) continue;
    if (part.isContinued || file.isLater) await addTurnsBefore(await sessions.catalog(), part.hits, report);
    for (const hits of test.add(part)) yield hits;
  }
  for (const hits of test.finish()) yield hits;
}

export interface SearchRequest {
  pattern: Pattern;
  /** Everything recorded, not only what was said and done. */
  all: boolean;
  /** What was named; null for all sessions of the home. */
  targets: Target[] | null;
  selectors: Selectors;
  clock: Clock;
  signal: AbortSignal;
  report: Report;
  onProgress?: (done: number, of: number) => void;
}

interface SearchedFile {
  path: string;
  threadId: string | null;
  /** Other files of its thread come before it. */
  isLater: boolean;
}

async function selectFiles(sessions: SessionResolver, request: SearchRequest): Promise<SearchedFile[]> {
  const files: SearchedFile[] = [];
  for (const target of request.targets ?? []) {
    if (target.kind === 'file') files.push({ path: target.path, threadId: null, isLater: false });
    else files.push(...filesOf(await sessions.catalog(), target.threadId));
  }
  if (request.targets) return files;
  const catalog = await sessions.catalog();
  for (const id of await selectThreads(catalog, request)) files.push(...filesOf(catalog, id));
  return files;
}

function filesOf(catalog: Catalog, threadId: string): SearchedFile[] {
  return catalog.thread(threadId).map(({ path }, index) => ({ path, threadId, isLater: index > 0 }));
}

/** The sessions in their order; where only the archive and the time matter, by the times of their files. */
async function selectThreads(catalog: Catalog, request: SearchRequest): Promise<string[]> {
  const { archived, sort, reverse, limit: _, ...tests } = request.selectors;
  const isPlain = (sort ?? 'updated') === 'updated' && Object.values(tests).every((value) => value === undefined);
  if (!isPlain) {
    const { report, signal, clock, onProgress } = request;
    const options = { now: clock.now(), signal, report, ...(onProgress && { onProgress }) };
    const rows = await listThreads(catalog, { ...request.selectors, limit: undefined }, options);
    return rows.map(({ thread_id }) => thread_id);
  }
  for (const { rule, path, message } of catalog.obstacles) {
    const weight = rule === 'UNREADABLE' ? 'lost' : 'note';
    request.report({ rule, weight, file: path, line: null, offset: null, message });
  }
  const threads: { id: string; time: number }[] = [];
  for (const id of catalog.threadIds) {
    const current = catalog.thread(id).at(-1);
    if (!current || (archived === 'only' ? !current.archived : current.archived && archived !== 'added')) continue;
    threads.push({ id, time: statSync(current.path, { throwIfNoEntry: false })?.mtimeMs ?? 0 });
  }
  const direction = reverse ? -1 : 1;
  threads.sort((a, b) => direction * (b.time - a.time || (a.id < b.id ? 1 : -1)));
  return threads.map(({ id }) => id);
}

/** A file that goes on from others counts on from their turns. */
async function addTurnsBefore(catalog: Catalog, hits: SearchHit[], report: Report): Promise<void> {
  const [{ thread_id: threadId, path }] = hits as [SearchHit];
  if (threadId === null) return;
  const source = await openThread(catalog, threadId, report);
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

function overdue(pattern: Pattern): Error {
  const what = pattern.kind === 'regex' ? 'the regular expression' : 'the search';
  return new Failure('trouble', `REGEX-TIMEOUT: ${what} took longer than 1 s on one text`, {
    hint: 'nested repetitions such as (a+)+ take for ever; write a simpler pattern, or use --fixed',
  });
}

const JOB_FILES = 8;
/** Fewer than these are read before a thread has started. */
const FEW_FILES = 16;
