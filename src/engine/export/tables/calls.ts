import type { Event } from '../../../model/event.ts';
import { contentText, listOf, numberOf, textOf, wordsOf } from '../../../model/fields.ts';
import { shellLine } from '../../../model/shell-line.ts';
import { stringify } from '../../../model/verbatim.ts';
import type { SessionHead } from '../encoder.ts';
import { type ShortText, shortText } from '../short-text.ts';
import type { Row, TableFold } from './table.ts';

/**
 * A row for each tool call, when its result comes; those without one at the end. More calls than fit into memory are not waited
 * for: such a call and its result are two rows.
 */
export function callRows({ threadId }: SessionHead): TableFold {
  const open = new Map<string, OpenCall>();
  let size = 0;
  const take = (key: string): OpenCall | undefined => {
    const call = open.get(key);
    if (call) size -= call.size;
    open.delete(key);
    return call;
  };
  const row = (call: OpenCall | null, event: Event | null, callId: string | null): Row => {
    const result = event?.type === 'ResponseItem' ? event.item : null;
    const output = result ? contentText(result.output) : null;
    const status = textOf(result?.status);
    const about = call ?? event;
    return [
      threadId,
      about?.seq ?? null,
      about?.turn ?? null,
      call?.startedAt ?? null,
      event?.timestamp ?? null,
      callId,
      call?.tool ?? null,
      call?.command ?? null,
      call?.input ?? null,
      status,
      numberOf(result?.exit_code),
      numberOf(result?.duration_ms),
      call?.approval ?? (status === 'declined' ? 'denied' : null),
      output === null ? null : shortText(output),
      output?.length ?? null,
      about?.rolled_back ?? null,
      about?.inherited_from ?? null,
    ];
  };

  return {
    event(event) {
      if (event.type !== 'ResponseItem') return null;
      const { item } = event;
      const callId = textOf(item.call_id);
      if (item.type === 'tool_call') {
        const rows: Row[] = [];
        // Two calls with one id: the first one's result did not come.
        const before = callId === null ? undefined : take(callId);
        if (before) rows.push(row(before, null, callId));
        const call = openCall(event);
        if (callId === null) return [...rows, row(call, null, null)];
        open.set(callId, call);
        size += call.size;
        for (const [key] of open) {
          if (size <= MOST_CHARACTERS && open.size <= MOST_OPEN) break;
          rows.push(row(take(key) as OpenCall, null, key));
        }
        return rows;
      }
      if (item.type === 'tool_result') {
        const call = callId === null ? null : (take(callId) ?? null);
        return [row(call, event, callId)];
      }
      if (item.type !== 'approval') return null;
      const decided = callId === null ? undefined : open.get(callId);
      if (decided) decided.approval = shortText(textOf(item.decision) ?? '');
      return [];
    },
    end: () => [...open].map(([callId, call]) => row(call, null, callId)),
  };
}

interface OpenCall {
  seq: number;
  turn: number;
  startedAt: string | null;
  tool: ShortText | null;
  command: ShortText | null;
  input: ShortText | null;
  approval: ShortText | null;
  rolled_back: true | null;
  inherited_from: string | null;
  /** Characters that it holds. */
  size: number;
}

function openCall(event: Event & { type: 'ResponseItem' }): OpenCall {
  const { item } = event;
  const argv = wordsOf(item.command);
  const command = listOf(item.command).length === 0 ? null : shortText(shellLine(argv));
  const recorded = textOf(item.arguments_text) ?? (item.arguments === undefined ? null : stringify(item.arguments));
  const input = recorded === null ? null : shortText(recorded);
  const tool = shortText(textOf(item.name) ?? '');
  return {
    seq: event.seq,
    turn: event.turn,
    startedAt: event.timestamp,
    tool,
    command,
    input,
    approval: null,
    rolled_back: event.rolled_back ?? null,
    inherited_from: event.inherited_from ?? null,
    size: tool.length + (command?.length ?? 0) + (input?.length ?? 0),
  };
}

const MOST_OPEN = 10_000;
const MOST_CHARACTERS = 8_000_000;
