import { chunk } from '../../base/chunk.ts';
import type { Clock } from '../../base/io.ts';
import { formatTime, parseTime } from '../../base/time.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Catalog } from '../catalog.ts';
import { openTarget } from '../open-target.ts';
import { openThread } from '../open-thread.ts';
import type { Report } from '../problem.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import { type Selectors, selectRows } from '../selectors.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';
import type { StatsJob } from '../workers/stats-task.ts';
import { readUsage, type ThreadUsage } from './read-usage.ts';
import type { StatsKey } from './stats-row.ts';
import type { InnerKey } from './usage-fold.ts';

/** Reads the sessions that were asked for, and keeps those that the selectors let through, in their order. */
export async function selectUsages(sessions: SessionResolver, request: StatsRequest): Promise<SessionUsage[]> {
  const now = request.clock.now();
  // An archived session that was named is meant.
  const isNamed = request.targets !== null && !request.isArchivedGiven;
  const selectors: Selectors = isNamed ? { ...request.selectors, archived: 'added' } : request.selectors;
  const names = selectors.name === undefined ? new Map<string, string>() : await sessions.names();
  const usages = new Map<string, SessionUsage>();
  for await (const usage of readAll(sessions, request)) usages.set(usage.id, usage);
  const rows = [...usages.values()].map((usage) => rowOf(usage, names.get(usage.id) ?? null, now));
  return selectRows(rows, selectors, now).map(({ thread_id: id }) => usages.get(id) as SessionUsage);
}

export interface StatsRequest {
  by: StatsKey | null;
  /** What was named; null for all sessions of the home. */
  targets: Target[] | null;
  selectors: Selectors;
  isArchivedGiven: boolean;
  clock: Clock;
  signal: AbortSignal;
  report: Report;
  onProgress?: (done: number, of: number) => void;
}

export interface SessionUsage {
  /** Thread id; for a file without one, its path. */
  id: string;
  path: string;
  archived: boolean;
  usage: ThreadUsage;
}

/** Sessions of one file, by far the most, are read in worker threads; the others here, meanwhile. */
async function* readAll(sessions: SessionResolver, request: StatsRequest): AsyncGenerator<SessionUsage> {
  const inner = innerKey(request.by);
  const { signal, targets } = request;
  for (const target of targets ?? []) {
    if (target.kind !== 'file') continue;
    const source = await openTarget(sessions, target, request.report);
    const usage = await readUsage(source, inner);
    yield { id: source.threadId ?? target.path, path: target.path, archived: false, usage };
  }
  const threads = targets?.flatMap((target) => (target.kind === 'thread' ? [target.threadId] : []));
  if (threads?.length === 0) return;
  const catalog = await sessions.catalog();
  reportObstacles(catalog, request.report);
  const found = findFiles(catalog, threads ?? [...catalog.threadIds]);
  const wanted = threads ? found : found.filter(({ archived }) => isWanted(archived, request.selectors));
  const complex = wanted.filter(({ path }) => path === null);
  const simple = wanted.filter((file): file is SimpleThread => file.path !== null);

  let done = 0;
  const progress = (count: number) => {
    done += count;
    request.onProgress?.(done, wanted.length);
  };
  const jobs = chunk(simple, JOB_FILES);
  const inputs: StatsJob[] = jobs.map((files) => ({ inner, paths: files.map(({ path }) => path) }));
  const workers = simple.length < FEW_FILES ? 0 : usefulWorkers(inputs.length);
  for await (const { job, part } of runJobs<(ThreadUsage | null)[]>('stats', inputs, { workers, signal })) {
    for (const [index, usage] of part.entries()) {
      const file = (jobs[job] as SimpleThread[])[index] as SimpleThread;
      if (usage) yield { ...file, usage };
      else complex.push(file);
    }
    progress(part.length);
  }
  for (const { id, archived } of complex) {
    signal.throwIfAborted();
    const source = await openThread(catalog, id, request.report);
    yield { id, path: catalog.thread(id).at(-1)?.path ?? '', archived, usage: await readUsage(source, inner) };
    progress(1);
  }
}

interface FoundThread {
  id: string;
  archived: boolean;
  /** The thread's one file; null when it has several. */
  path: string | null;
}

type SimpleThread = FoundThread & { path: string };

function findFiles(catalog: Catalog, ids: string[]): FoundThread[] {
  return ids.map((id) => {
    const files = catalog.thread(id);
    return {
      id,
      archived: files.at(-1)?.archived ?? false,
      path: files.length === 1 ? (files[0]?.path ?? null) : null,
    };
  });
}

/** What can differ within a session is told apart while it is read. */
function innerKey(by: StatsKey | null): InnerKey {
  return by === 'day' || by === 'model' ? by : null;
}

function isWanted(archived: boolean, selectors: Selectors): boolean {
  return selectors.archived === 'only' ? archived : selectors.archived === 'added' || !archived;
}

function reportObstacles(catalog: Catalog, report: Report): void {
  for (const { rule, path, message } of catalog.obstacles) {
    const weight = rule === 'UNREADABLE' ? 'lost' : 'note';
    report({ rule, weight, file: path, line: null, offset: null, message });
  }
}

/** As `ls` would list it, as far as the selectors look. */
function rowOf({ id, path, archived, usage }: SessionUsage, name: string | null, now: number): ThreadRow {
  const { lastTime, mtimeMs, size, ...facts } = usage.facts;
  const updated = (lastTime === null ? null : parseTime(lastTime)) ?? mtimeMs;
  const age = Math.max(updated, mtimeMs);
  let tokens = 0;
  for (const tally of usage.groups.values()) tokens += tally.tokens.total_tokens;
  return {
    schema: 'sessions.thread/1',
    thread_id: id,
    name,
    first_message: null,
    ...facts,
    git_sha: null,
    model_provider: null,
    updated_at: formatTime(updated),
    age_at: age > now ? null : formatTime(age),
    tokens_used: tokens,
    turns: 0,
    tool_calls: 0,
    archived,
    live: null,
    dialect: null,
    forked_from_id: null,
    parent_thread_id: null,
    path,
    size_bytes: size,
    damage: [],
  };
}

const JOB_FILES = 16;
/** Fewer than these are read before a thread has started. */
const FEW_FILES = 32;
