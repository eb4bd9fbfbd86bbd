import { IDLE_MS } from '../../store/live.ts';
import type { Reason } from './plan.ts';
import type { ThreadFacts } from './survey.ts';

/**
 * Why a session stays whatever the policy says, as far as that lies in itself; every reason, in one order. Who refers to it is
 * not among them.
 *
 * @param context.now milliseconds since the epoch
 * @param context.holds ids of the holds that cover it
 */
export function vetoesOf(thread: ThreadFacts, context: { now: number; holds: readonly string[] }): Reason[] {
  const reasons: Reason[] = [];
  const age = ageOf(thread, context.now);
  if (age === 'unknown') reasons.push({ code: 'unknown-age' });
  if (isInFuture(thread, context.now)) reasons.push({ code: 'future-clock' });
  if (typeof age === 'number' && age < YOUNG_MS) reasons.push({ code: 'young' });
  if (thread.live === true) reasons.push({ code: 'live' });
  if (thread.live === null && !(typeof age === 'number' && age >= IDLE_MS)) reasons.push({ code: 'maybe-live' });
  if (context.holds.length > 0) reasons.push({ code: 'held', by: [...context.holds].sort() });
  if (thread.isPinned) reasons.push({ code: 'pinned' });
  if (thread.doubt !== null) reasons.push({ code: 'unreadable', detail: thread.doubt });
  return [...reasons, ...thread.refusals];
}

/** Milliseconds since it was last touched; a time that lies in the future, or is none, tells nothing. */
export function ageOf(thread: ThreadFacts, now: number): number | 'unknown' | 'future' {
  if (thread.isTimeAmbiguous) return 'unknown';
  return isInFuture(thread, now) ? 'future' : now - thread.ageMs;
}

/** Whether any time that it tells lies in the future. */
export function isInFuture({ ageMs }: ThreadFacts, now: number): boolean {
  return ageMs > now;
}

const YOUNG_MS = 3_600_000;
