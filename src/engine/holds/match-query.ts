import { parseTime } from '../../base/time.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { HoldQuery } from '../../store/holds.ts';
import { globMatcher } from '../glob.ts';

/**
 * Whether a session passes the tests of a hold. `doubt` where damage has taken away what would tell, or a time is none that
 * can be relied upon: such a session is held as well, for as long as that is so.
 */
export function matchQuery(query: HoldQuery, row: ThreadRow): 'yes' | 'no' | 'doubt' {
  const verdicts = testsOf(query).map((test) => test(row));
  return verdicts.includes('no') ? 'no' : verdicts.includes('doubt') ? 'doubt' : 'yes';
}

type Verdict = 'yes' | 'no' | 'doubt';

function testsOf(query: HoldQuery): ((row: ThreadRow) => Verdict)[] {
  const tests: ((row: ThreadRow) => Verdict)[] = [];
  const { cwd, branch, model, source, name, since, until, touched_since, untouched_since } = query;
  if (cwd !== undefined) tests.push((row) => test(row.cwd, (value) => value === cwd, hasLostMeta(row)));
  if (branch !== undefined) tests.push((row) => test(row.git_branch, (value) => value === branch, hasLostMeta(row)));
  if (model !== undefined) tests.push((row) => test(row.model, (value) => value === model, row.damage.length > 0));
  if (source !== undefined) {
    const isFrom = (value: string) => value === source || value.startsWith(`${source}:`);
    tests.push((row) => test(row.source, isFrom, hasLostMeta(row)));
  }
  if (name !== undefined) tests.push((row) => test(row.name, globMatcher(name), false));
  const addTime = (
    limit: string | undefined,
    key: 'updated_at' | 'age_at',
    passes: (ms: number, at: number) => boolean,
  ) => {
    if (limit === undefined) return;
    const at = parseTime(limit) as number;
    tests.push((row) => test(row[key] === null ? null : parseTime(row[key]), (ms) => passes(ms, at), true));
  };
  addTime(since, 'updated_at', (ms, at) => ms >= at);
  addTime(until, 'updated_at', (ms, at) => ms < at);
  addTime(touched_since, 'age_at', (ms, at) => ms > at);
  addTime(untouched_since, 'age_at', (ms, at) => ms <= at);
  return tests;
}

function test<T>(value: T | null, passes: (value: T) => boolean, isDoubtful: boolean): Verdict {
  if (value === null) return isDoubtful ? 'doubt' : 'no';
  return passes(value) ? 'yes' : 'no';
}

/** Every meta says where its session comes from, and where it works. */
function hasLostMeta({ damage, source, cwd }: ThreadRow): boolean {
  return damage.length > 0 && source === null && cwd === null;
}
