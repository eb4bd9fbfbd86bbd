import type { EventBody, TokenUsage, ToolResult } from '../../model/event.ts';
import { plain } from '../../model/verbatim.ts';
import { turnSignal } from '../turn-signal.ts';
import type { Moment, UsageFold } from './usage-fold.ts';

/** Counts what a decoded record says. */
export function foldEvent(fold: UsageFold, body: EventBody, moment: Moment): void {
  const { time, inherited } = moment;
  const signal = turnSignal(body);
  if (signal !== 'other') fold.signal(signal, moment);
  if (!inherited) fold.see(time);
  if (body.type === 'TurnContext') {
    const { model } = plain(body.context) as { model?: unknown };
    if (typeof model === 'string' && model !== '') fold.setModel(model);
  } else if (body.type === 'EventMsg') {
    const { msg } = body;
    if (msg.type === 'TokenCount' && msg.total)
      fold.tokens(msg.total as TokenUsage, (msg.last ?? null) as TokenUsage | null, moment);
    else if (!inherited && (msg.type === 'TurnComplete' || msg.type === 'TurnAborted'))
      fold.endTurn(durationOf(msg.duration_ms), time);
  } else if (body.type === 'ResponseItem' && !inherited) {
    const { item } = body;
    const callId = typeof item.call_id === 'string' ? item.call_id : null;
    if (item.type === 'tool_call') fold.call(callId, String(item.name), time);
    else if (item.type === 'tool_result' && callId !== null)
      fold.result(callId, (item as ToolResult).status, durationOf(item.duration_ms), time);
  }
}

/** Recorded numbers may be anything; what is no duration is not counted. */
export function durationOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER ? value : null;
}
