import { oneLine } from '../../base/safe-text.ts';
import { truncate } from '../../ui/text-width.ts';
import { ageOf } from './age.ts';
import type { SessionState } from './state.ts';

/** What is done now and how to end it, or what a key has just said; empty for nothing. */
export function activityLine(state: SessionState, now: number, columns: number): string {
  const { notice, phase, isInterrupting, since, queue, isQueueHeld } = state;
  if (notice && now < notice.until) return truncate(oneLine(notice.text), columns);
  const aged = ageOf(since, now);
  if (phase === 'leaving') return truncate(`leaving${aged}… Ctrl-C leaves at once`, columns);
  if (isInterrupting) return truncate(`interrupting${aged}… Ctrl-C leaves`, columns);
  const what = { opening: 'opening', working: 'working', compacting: 'summarising', idle: '' }[phase];
  if (what !== '') return truncate(`${what}${aged} · Esc interrupts`, columns);
  if (queue.length > 0 && isQueueHeld) return truncate('waiting: Enter sends, ↑ takes the last back', columns);
  return '';
}
