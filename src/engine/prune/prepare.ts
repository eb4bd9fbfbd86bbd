import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Home } from '../../store/home.ts';
import { checkHolds } from '../holds/check-holds.ts';
import { checkClock, highWaterOf } from './clock-check.ts';
import { makePlan, type PlanContext } from './make-plan.ts';
import type { PlanHead, PrunePlan } from './plan.ts';
import type { ReadPlan } from './plan-file.ts';
import type { Policy } from './policy.ts';
import { needsRows, type PruneRequest, policyOf } from './policy-of.ts';
import { type Survey, type SurveyOptions, surveyHome } from './survey.ts';

export type PrepareOptions = Omit<SurveyOptions, 'needsRows' | 'now'> & {
  clock: Clock;
  /** How many sessions may go, where that is more than half of them; undefined when the user has not said. */
  allowMass: number | undefined;
  /** When the last entry of the journal was made; looked up when absent. */
  lastMs?: number | null;
};

export interface Prepared {
  survey: Survey;
  plan: PrunePlan;
  /** When it was decided, milliseconds since the epoch. */
  now: number;
}

/**
 * Looks at a home and decides what a policy makes of it. Nothing is changed.
 *
 * @throws Failure `refused` where something is wrong that makes every decision doubtful
 */
export async function preparePolicy(home: Home, request: PruneRequest, options: PrepareOptions): Promise<Prepared> {
  const { survey, now } = await lookAt(home, needsRows(request), options);
  return decide(survey, policyOf(request, survey, now), { record: request.record, now }, options);
}

/**
 * The same for a plan that was printed earlier: what it says is to go goes, but for what is not the same any more or has a veto by
 * now. Never anything else.
 */
export async function preparePlanned(home: Home, planned: ReadPlan, options: PrepareOptions): Promise<Prepared> {
  const { survey, now } = await lookAt(home, false, options);
  const tests: Policy['tests'] = [
    { code: 'planned', detail: planned.head.digest, asks: 'itself', passes: (id) => planned.removes.has(id) },
  ];
  const changed = new Set([...planned.removes.keys()].filter((id) => hasChanged(survey, planned, id)));
  const policy = { tests, keep: {}, maxTotal: null };
  return decide(survey, policy, { record: planned.head.policy, changed, now }, options);
}

/** @throws Failure `refused` when more than half of a home would go and that was not allowed */
export function checkMass({ removes, sessions }: PlanHead, allowMass: number | undefined): void {
  if (removes * 2 <= sessions || (allowMass !== undefined && allowMass >= removes)) return;
  const limit = allowMass === undefined ? '' : `, and --allow-mass allows ${allowMass}`;
  throw new Failure('refused', `${removes} of ${sessions} sessions would go, which is more than half of them${limit}`, {
    hint: `--allow-mass ${removes} lets them go, once you have seen them with --dry-run`,
  });
}

async function lookAt(
  home: Home,
  needsRows: boolean,
  options: PrepareOptions,
): Promise<{ survey: Survey; now: number }> {
  const highWaterMs = highWaterOf(home, options.lastMs);
  const survey = await surveyHome(home, { ...options, now: options.clock.now(), needsRows });
  // Only now, so that what was written meanwhile does not lie in the future.
  const now = options.clock.now();
  const sessions = [...survey.threads.values()].map(({ ageMs }) => ageMs);
  checkClock(now, { highWaterMs, sessions }, options.allowMass !== undefined);
  return { survey, now };
}

async function decide(
  survey: Survey,
  policy: Policy,
  context: Omit<PlanContext, 'held'>,
  options: PrepareOptions,
): Promise<Prepared> {
  const held = await checkHolds(survey.home, survey.catalog, survey.threads.keys(), {
    now: context.now,
    signal: options.signal,
    rows: rowsOf(survey),
    onProgress: (done, of) => options.onProgress?.('looking for holds', done, of),
  });
  return { survey, plan: makePlan(survey, policy, { ...context, held }), now: context.now };
}

/** Those that were made, by thread id. */
export function rowsOf({ threads }: Survey): Map<string, ThreadRow> {
  return new Map([...threads].flatMap(([id, { row }]) => (row ? [[id, row]] : [])));
}

function hasChanged({ threads }: Survey, { removes }: ReadPlan, threadId: string): boolean {
  const planned = removes.get(threadId)?.files ?? [];
  const there = threads.get(threadId)?.files.map(({ identity }) => identity);
  // What is gone needs no veto.
  if (!there) return false;
  return (
    there.length !== planned.length ||
    planned.some((file) => {
      const now = there.find(({ path }) => path === file.path);
      return (
        !now || now.dev !== file.dev || now.ino !== file.ino || now.size !== file.size || now.mtime_ns !== file.mtime_ns
      );
    })
  );
}
