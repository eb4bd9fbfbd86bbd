import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import type { Home } from '../store/home.ts';
import type { Journal } from '../store/journal.ts';
import { whoThisIs } from './holds/change-holds.ts';
import { noteMatches } from './holds/note-matches.ts';
import { readAllHolds, surveyHolds } from './holds/survey-holds.ts';
import { applyPlan } from './prune/apply.ts';
import { checkPurgeClock } from './prune/clock-check.ts';
import { resultOfKept } from './prune/kept-result.ts';
import type { PrunePlan } from './prune/plan.ts';
import type { ReadPlan } from './prune/plan-file.ts';
import { describePolicy, type PruneRequest } from './prune/policy-of.ts';
import { checkMass, type Prepared, preparePlanned, preparePolicy, rowsOf } from './prune/prepare.ts';
import type { PruneResult } from './prune/prune-result.ts';
import { Recheck } from './prune/recheck.ts';
import { isDue, type PurgeReport, purgeTrash } from './purge/purge.ts';
import { openViaCodex, type ViaCodex } from './purge/via-codex.ts';
import { type OpenStore, openStore } from './trash/open-store.ts';
import { readProvenTrash } from './trash/read-trash.ts';

/** What one run of `prune` is to do. */
export interface PruneJob {
  /** What goes to the trash: by a policy, or by a plan that was printed earlier; null for nothing. */
  what: { kind: 'policy'; request: PruneRequest } | { kind: 'planned'; plan: ReadPlan } | null;
  allowMass: number | undefined;
  /** How long what is in the trash stays there, milliseconds; null to leave the trash as it is. */
  graceMs: number | null;
  viaCodex: boolean;
}

export interface PruneContext {
  clock: Clock;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  onProgress(what: string, done: number, of: number): void;
  /** Told what is going to be done before anything is. */
  onPlan?(plan: PrunePlan): void;
  /** Told of each session that was moved or removed for good, and of those that were to go and stay. */
  onResult(result: PruneResult): Promise<void>;
}

/**
 * Decides, moves to the trash, and empties what has been in the trash for long enough; all of it under the lock of the store, once
 * everything that a command which died has left is brought to its end.
 *
 * @throws Failure `refused`, and nothing is moved, when something makes every decision doubtful; `busy` when another command
 *   changes what this home keeps
 */
export async function pruneHome(home: Home, job: PruneJob, context: PruneContext): Promise<PurgeReport | null> {
  const store = await openStore(home, context);
  let codex: ViaCodex | null = null;
  try {
    const prepared =
      job.what && (await prepare(home, job.what, { ...context, allowMass: job.allowMass, lastMs: store.lastMs }));
    if (prepared) checkMass(prepared.plan.head, job.allowMass);
    else checkPurgeClock(home, context.clock.now(), store.lastMs, job.allowMass !== undefined);
    if (prepared) context.onPlan?.(prepared.plan);
    if (prepared) await noteHeld(home, store, prepared, context);
    if (job.viaCodex && hasDue(home, job, store, prepared, context.clock.now()))
      codex = await openViaCodex(home, context);
    if (prepared) await act(home, prepared, store.journal, context);
    return job.graceMs === null ? null : await purge(home, job, job.graceMs, store, codex, context);
  } finally {
    await codex?.close();
    store.close();
  }
}

/** Before anything goes: what a hold by query was seen to cover is missed when something else removes it. */
async function noteHeld(home: Home, store: OpenStore, { survey }: Prepared, context: PruneContext): Promise<void> {
  const { clock, signal, onProgress } = context;
  if (!readAllHolds(home).some(({ added, released }) => released === null && added.selection.query)) return;
  const rows = rowsOf(survey);
  const now = clock.now();
  const onLooked = (done: number, of: number) => onProgress('looking for holds', done, of);
  const held = await surveyHolds(survey.catalog, null, { now, signal, rows, onProgress: onLooked });
  noteMatches(home, store, held, { who: whoThisIs(), at: new Date(now).toISOString() });
}

/** What a run would do, and why; nothing is changed. */
export function prepare(
  home: Home,
  what: NonNullable<PruneJob['what']>,
  options: Parameters<typeof preparePolicy>[2],
): Promise<Prepared> {
  return what.kind === 'policy' ? preparePolicy(home, what.request, options) : preparePlanned(home, what.plan, options);
}

async function act(home: Home, { survey, plan }: Prepared, journal: Journal, context: PruneContext): Promise<void> {
  for (const session of plan.sessions) {
    const kept = resultOfKept(session);
    if (kept) await context.onResult(kept);
  }
  if (plan.families.length === 0) return;
  await applyPlan(home, plan, {
    journal,
    rule: describePolicy(plan.head.policy),
    recheck: new Recheck(survey, plan, context),
    context,
    onProgress: (done, of) => context.onProgress('moving sessions to the trash', done, of),
    onResult: context.onResult,
  });
}

function purge(
  home: Home,
  { what }: PruneJob,
  graceMs: number,
  { journal, incompletePurges: incomplete }: OpenStore,
  codex: ViaCodex | null,
  context: PruneContext,
): Promise<PurgeReport> {
  return purgeTrash(home, {
    ...{ journal, incomplete, graceMs },
    rule: `${what ? 'prune' : 'prune --purge'} --grace=${graceMs / 86_400_000}d`,
    context,
    ...(codex && { clear: codex.clear }),
    onProgress: (done, of) => context.onProgress('emptying the trash', done, of),
    onResult: context.onResult,
  });
}

function hasDue(
  home: Home,
  { graceMs }: PruneJob,
  { incompletePurges }: OpenStore,
  prepared: Prepared | null,
  now: number,
): boolean {
  if (graceMs === null) return false;
  if (graceMs === 0 && (prepared?.plan.head.removes ?? 0) > 0) return true;
  return incompletePurges.length > 0 || readProvenTrash(home).some((item) => isDue(item, now, graceMs));
}

/** @throws Failure `refused`: what is removed for good cannot be brought back */
export function checkGrace(graceMs: number, isSure: boolean): void {
  if (graceMs > 0 || isSure) return;
  throw new Failure('refused', 'without a grace period nothing can be restored', {
    hint: 'add --yes if that is meant',
  });
}
