import { formatTime } from '../../base/time.ts';
import { planHead } from './digest.ts';
import { orderFamilies } from './families.ts';
import { buildGraph, type Graph, groupsOf, keepReferenced, referencesFrom } from './graph.ts';
import { fitTotal } from './max-total.ts';
import type { PlanSession, PolicyRecord, PrunePlan, Reason } from './plan.ts';
import { type Judgement, judge, type Policy, type PolicyFamily } from './policy.ts';
import type { Survey, ThreadFacts } from './survey.ts';
import { ageOf, vetoesOf } from './vetoes.ts';

/**
 * Decides what becomes of every session: what the policy keeps stays, and what has a veto, and what either of those needs.
 *
 * @param context.held thread id to the ids of the holds that cover it
 * @param context.record the policy as it was given
 */
export function makePlan(survey: Survey, policy: Policy, context: PlanContext): PrunePlan {
  const { threads } = survey;
  const graph = buildGraph(survey);
  const families = policyFamilies(threads, graph, context.now);
  const judgements = judge(families, policy);
  const reasons = new Map<string, Reason[]>();
  const going = new Set<string>();
  for (const [id, thread] of threads) {
    const kept = [
      ...(judgements.get(id) as Judgement).kept,
      ...(context.changed?.has(id) ? [{ code: 'changed' as const }] : []),
      ...vetoesOf(thread, { now: context.now, holds: context.held.get(id) ?? [] }),
    ];
    if (kept.length === 0) going.add(id);
    else reasons.set(id, kept);
  }
  keepReferenced(going, reasons.keys(), graph);
  if (policy.maxTotal !== null) keepWhatFits(going, policy.maxTotal, reasons, survey, graph);
  const references = referencesFrom(
    [...threads.keys()].filter((id) => !going.has(id)),
    graph,
  );
  const sessions = [...threads.values()].map((thread): PlanSession => {
    const { threadId } = thread;
    if (!going.has(threadId)) {
      const all = [...(reasons.get(threadId) ?? []), ...(references.get(threadId) ?? [])];
      return toSession(thread, 'keep', all, context.now);
    }
    const { selectedBy } = judgements.get(threadId) as Judgement;
    const over: Reason[] = policy.maxTotal === null ? [] : [{ code: 'over-max-total' }];
    return toSession(thread, 'remove', [...selectedBy, ...over], context.now);
  });
  return {
    head: planHead(survey.home.path, context, sessions),
    sessions,
    families: orderFamilies(sessions, graph),
  };
}

export interface PlanContext {
  /** Milliseconds since the epoch. */
  now: number;
  held: ReadonlyMap<string, readonly string[]>;
  record: PolicyRecord;
  /** Sessions of an earlier plan that are not any more what they were then. */
  changed?: ReadonlySet<string>;
}

/** Sessions with the sub-agents that they have spawned. */
function policyFamilies(threads: Survey['threads'], { spawners }: Graph, now: number): PolicyFamily[] {
  return groupsOf([...threads.keys()], (id) => spawners.get(id) ?? []).map((members) => {
    const ages = members.map((id) => {
      const thread = threads.get(id) as ThreadFacts;
      return typeof ageOf(thread, now) === 'number' ? thread.ageMs : null;
    });
    const roots = members.filter((id) => (spawners.get(id) ?? []).length === 0);
    const isKnown = ages.every((age) => age !== null);
    return { members, roots: roots.length > 0 ? roots : members, ageMs: isKnown ? Math.max(...ages) : null };
  });
}

function keepWhatFits(
  going: Set<string>,
  limit: number,
  reasons: Map<string, Reason[]>,
  { threads }: Survey,
  graph: Graph,
): void {
  let total = 0;
  for (const { sizeBytes } of threads.values()) total += sizeBytes;
  const chosen = fitTotal(going, threads, graph, { total, limit });
  for (const id of [...going]) {
    if (chosen.has(id)) continue;
    going.delete(id);
    reasons.set(id, [{ code: 'max-total' }]);
  }
}

function toSession(thread: ThreadFacts, action: PlanSession['action'], reasons: Reason[], now: number): PlanSession {
  const age = ageOf(thread, now);
  return {
    schema: 'sessions.prune-plan/1',
    kind: 'session',
    thread_id: thread.threadId,
    action,
    reasons,
    files: thread.files.map(({ identity }) => identity).sort((a, b) => (a.path < b.path ? -1 : 1)),
    age_at: typeof age === 'number' ? formatTime(thread.ageMs) : null,
    size_bytes: thread.sizeBytes,
    archived: thread.archived,
    name: thread.name,
  };
}
