import type { Clock } from '../../base/io.ts';
import { formatTime, parseTime } from '../../base/time.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Report } from '../problem.ts';
import { reportObstacles } from '../report-obstacles.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import { matcher, type Selectors, selectRows } from '../selectors.ts';
import { findThreads } from './find-threads.ts';
import type { ThreadUsage } from './read-usage.ts';
import type { StatsKey } from './stats-row.ts';
import { fromUsageText } from './usage-text.ts';

/** Reads the sessions that were asked for, and keeps those that the selectors let through, in the order of their ids. */
export async function selectUsages(sessions: SessionResolver, request: StatsRequest): Promise<SessionUsage[]> {
  const now = request.clock.now();
  // An archived session that was named is meant.
  const isNamed = request.targets !== null && !request.isArchivedGiven;
  const selectors: Selectors = isNamed ? { ...request.selectors, archived: 'added' } : request.selectors;
  const names = selectors.name === undefined ? new Map<string, string>() : await sessions.names();
  const usages = new Map<string, SessionUsage>();
  for await (const usage of readAll(sessions, request)) usages.set(usage.id, usage);
  if (request.targets === null && !isSelective(selectors)) return inOrder([...usages.keys()], usages);
  const rows = [...usages.values()].map((usage) => rowOf(usage, names.get(usage.id) ?? null, now));
  // Sums have no order; only what is cut off depends on one, and putting thousands in order takes a while.
  const selected =
    selectors.limit === undefined ? rows.filter(matcher(selectors, now)) : selectRows(rows, selectors, now);
  return inOrder(
    selected.map(({ thread_id }) => thread_id),
    usages,
  );
}

export interface StatsRequest {
  by: StatsKey | null;
  /** What was named; null for all sessions of the home. */
  targets: Target[] | null;
  selectors: Selectors;
  isArchivedGiven: boolean;
  /** Where the home with the index is looked for; null to read the files. */
  index: { env: Readonly<Record<string, string | undefined>>; cwd: string } | null;
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

function inOrder(ids: string[], usages: ReadonlyMap<string, SessionUsage>): SessionUsage[] {
  return ids.sort().map((id) => usages.get(id) as SessionUsage);
}

/** Whether anything is tested but the folder, which decided what was read. */
function isSelective({ archived: _, sort: _sort, reverse: _reverse, ...tests }: Selectors): boolean {
  return Object.values(tests).some((test) => test !== undefined);
}

async function* readAll(sessions: SessionResolver, request: StatsRequest): AsyncGenerator<SessionUsage> {
  const { targets } = request;
  for (const target of targets ?? []) if (target.kind === 'file') yield await readFileTarget(sessions, target, request);
  const named = targets?.flatMap((target) => (target.kind === 'thread' ? [target.threadId] : [])) ?? null;
  if (named?.length === 0) return;
  const known = request.index && (named === null || named.length >= MANY) ? await readHome(named, request) : null;
  if (known) {
    yield* known;
    return;
  }
  const catalog = await sessions.catalog();
  // What reads rollouts takes a while to load, and with an index mostly nothing has to be read.
  const { readFiles } = await import('./read-files.ts');
  for await (const { thread, text } of readFiles(catalog, findThreads(catalog, named, request.selectors), request))
    yield { ...thread, usage: fromUsageText(text) };
  reportObstacles([...catalog.obstacles].sort(byPath), request.report);
}

async function readHome(named: string[] | null, request: StatsRequest): Promise<SessionUsage[] | null> {
  const { readIndexed } = await import('./read-indexed.ts');
  return request.index && readIndexed(request.index, named, request);
}

async function readFileTarget(
  sessions: SessionResolver,
  target: Target & { kind: 'file' },
  { report }: StatsRequest,
): Promise<SessionUsage> {
  const { openTarget } = await import('../open-target.ts');
  const { readUsage } = await import('./read-usage.ts');
  const source = await openTarget(sessions, target, report);
  return { id: source.threadId ?? target.path, path: target.path, archived: false, usage: await readUsage(source) };
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}

/** As `ls` would list it, as far as the selectors look. */
function rowOf({ id, path, archived, usage }: SessionUsage, name: string | null, now: number): ThreadRow {
  const { lastTime, mtimeMs, size, ...facts } = usage.facts;
  const updated = (lastTime === null ? null : parseTime(lastTime)) ?? mtimeMs;
  const age = Math.max(updated, mtimeMs);
  let tokens = 0;
  for (const { tally } of usage.groups) tokens += tally.tokens.total_tokens;
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

/** Fewer sessions than these are read before the index is in step. */
const MANY = 32;
