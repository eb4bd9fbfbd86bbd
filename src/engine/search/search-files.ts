import { Failure, toFailure } from '../../base/failure.ts';
import { isMissingFile } from '../../base/system-error.ts';
import { findMoved } from '../../store/find-moved.ts';
import { blocksAtOnce } from '../../store/read-at-once.ts';
import { openRollout } from '../../store/rollout-file.ts';
import type { Problem, Report } from '../problem.ts';
import type { Watch } from '../workers/protocol.ts';
import { BlockFilter, byteFilter } from './byte-filter.ts';
import { FileSearch } from './file-search.ts';
import type { SearchHit } from './hit.ts';
import { compilePattern, type Pattern } from './pattern.ts';

/**
 * Searches some files, each read at once. Most are rejected by their bytes alone and read no further; those that may match
 * are read again, line by line.
 */
export async function* searchFiles(job: SearchJob, watch: Watch | null): AsyncGenerator<FileResult> {
  const { pattern, all, files } = job;
  const matcher = compilePattern(pattern);
  const filter = byteFilter(matcher);
  for (const [index, { path, threadId }] of files.entries()) {
    if (filter && !mayMatch(path, new BlockFilter(filter))) continue;
    const problems: Problem[] = [];
    const report: Report = (problem) => problems.push(problem);
    const open = (place: string) => new FileSearch({ matcher, filter, all, path: place, threadId, watch, report });
    // Only a session has a place that it may have moved to.
    const search = await (threadId === null ? searchAt(path, open, report) : searchMoving(path, open, report));
    if (!search) continue;
    const { hits, cwd, isContinued } = search;
    if (hits.length + problems.length > 0) yield { index, hits, cwd, isContinued, problems };
  }
}

export interface SearchJob {
  pattern: Pattern;
  all: boolean;
  files: { path: string; threadId: string | null }[];
}

/** Of one file in which something was found, or was wrong. */
export interface FileResult {
  /** Which of the job's files. */
  index: number;
  hits: SearchHit[];
  cwd: string | null;
  isContinued: boolean;
  problems: Problem[];
}

/** True also for a file that is not sound. */
function mayMatch(path: string, filter: BlockFilter): boolean {
  const blocks = blocksAtOnce(path);
  for (;;) {
    const next = blocks.next();
    if (next.done) return next.value === null;
    if (!filter.mayMatch(next.value)) continue;
    blocks.return(null);
    return true;
  }
}

type Open = (path: string) => FileSearch;

/** Null for a session that was removed meanwhile. */
async function searchMoving(path: string, open: Open, report: Report): Promise<FileSearch | null> {
  let place: string | null = path;
  for (let move = 0; place !== null && move < MOST_MOVES; move++) {
    try {
      return await searchAt(place, open, report, isMissingFile);
    } catch (error) {
      if (!isMissingFile(error)) throw error;
      place = findMoved(place);
    }
  }
  return null;
}

/** @param isPassedOn errors that are thrown; any other is reported */
async function searchAt(
  path: string,
  open: Open,
  report: Report,
  isPassedOn = (_: unknown) => false,
): Promise<FileSearch> {
  return readNow(open(path), path) ?? (await readCarefully(open(path), path, report, isPassedOn));
}

/** Null when the file is not sound. */
function readNow(search: FileSearch, path: string): FileSearch | null {
  const blocks = blocksAtOnce(path);
  for (;;) {
    const next = blocks.next();
    if (next.done) {
      if (next.value) search.end();
      return next.value && search;
    }
    search.push(next.value);
  }
}

async function readCarefully(
  search: FileSearch,
  path: string,
  report: Report,
  isPassedOn: (error: unknown) => boolean,
): Promise<FileSearch> {
  try {
    const rollout = await openRollout(path);
    try {
      for await (const block of rollout.blocks()) search.push(block);
      if (rollout.damage) {
        const { rule, message, offset } = rollout.damage;
        report({ rule, weight: 'lost', file: path, line: null, offset, message });
      }
    } finally {
      await rollout.close();
    }
  } catch (error) {
    const isKnown = error instanceof Failure || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isKnown || isPassedOn(error)) throw error;
    const { message } = toFailure(error);
    report({ rule: 'UNREADABLE', weight: 'lost', file: path, line: null, offset: null, message });
  }
  search.end();
  return search;
}

/** A session that moves each time it is looked for is left out. */
const MOST_MOVES = 10;
