import { Failure } from '../base/failure.ts';
import { homeOf, listHome } from './listing/list-home.ts';
import type { Report } from './problem.ts';
import type { Target } from './resolve-session.ts';
import type { Selectors } from './selectors.ts';

export interface Selecting {
  selectors: Selectors;
  isArchivedGiven: boolean;
  /** Where the home is looked for. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  useIndex: boolean;
  now: number;
  signal: AbortSignal;
  report: Report;
  onProgress(done: number, of: number): void;
}

/**
 * The sessions of a home that selectors let through, in their order. When some were named, only those among them.
 *
 * @param named null when none were
 * @throws Failure `usage` for a file that was named, which no listing knows
 */
export async function selectTargets(named: readonly Target[] | null, selecting: Selecting): Promise<Target[]> {
  const file = named?.find((target) => target.kind === 'file');
  if (file)
    throw new Failure('usage', 'selectors choose among the sessions of the home, not files', { file: file.path });
  const ids = named && new Set(named.flatMap((target) => (target.kind === 'thread' ? [target.threadId] : [])));
  const { limit, archived, ...tests } = selecting.selectors;
  // An archived session that was named is meant.
  const wanted = named && !selecting.isArchivedGiven ? 'added' : archived;
  const selectors: Selectors = { ...tests, ...(wanted && { archived: wanted }), limit: named ? undefined : limit };
  const { useIndex, now, signal, report, onProgress } = selecting;
  const home = homeOf(selecting.env, selecting.cwd);
  const selected: Target[] = [];
  for await (const { thread_id: threadId } of listHome(home, selectors, {
    useIndex,
    now,
    signal,
    report,
    onProgress,
  })) {
    if (!ids || ids.has(threadId)) selected.push({ kind: 'thread', threadId });
  }
  return named ? selected.slice(0, limit) : selected;
}
