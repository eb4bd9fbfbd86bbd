import { type CheckFactory, type FindingPlace, placeOf } from '../check.ts';
import { shorten } from '../shorten.ts';
import { turnMark } from '../turn-mark.ts';

/**
 * CALL-WITHOUT-RESULT, RESULT-WITHOUT-CALL: each tool call is followed by one result with its id. Only the calls that wait for
 * theirs are remembered.
 *
 * Codex does not record a result when the turn is aborted, the program killed, or the stream broken off. So a missing one is a
 * fault only in a turn that was completed.
 */
export const checkToolCalls: CheckFactory = (file, report) => {
  const waiting = new Map<string, FindingPlace>();
  const pointer = file.head.dialect === 'bare' ? '/call_id' : '/payload/call_id';
  let knowsTurns = false;
  const giveUp = (id: string, place: FindingPlace, reason: string | null) => {
    const message = `the call ${JSON.stringify(shorten(id))} has no result${reason === null ? ', though its turn was completed' : `: ${reason}`}`;
    report('CALL-WITHOUT-RESULT', place, message, { pointer, ...(reason !== null && { severity: 'note' }) });
    waiting.delete(id);
  };
  const giveUpAll = (reason: string | null) => {
    for (const [id, place] of waiting) giveUp(id, place, reason);
  };

  return {
    record(record, line) {
      if (record.type === 'event_msg') {
        if (knowsTurns && waiting.size === 0) return;
        const mark = turnMark(record);
        knowsTurns ||= mark === 'start' || mark === 'complete';
        switch (mark) {
          case 'complete':
            return giveUpAll(null);
          case 'abort':
            return giveUpAll('its turn was aborted');
          case 'start':
            return giveUpAll('its turn was not finished');
          default:
            return;
        }
      }
      if (record.type !== 'response_item') return;
      const kind = kinds.get(record.payload.type);
      if (!kind) return;
      const id = callId(record.payload);
      if (id === null) return;
      if (kind === 'call') {
        waiting.set(id, placeOf(line));
        const [oldest] = waiting;
        if (waiting.size > MOST_WAITING && oldest)
          giveUp(oldest[0], oldest[1], `more than ${MOST_WAITING} calls wait for one`);
      } else if (!waiting.delete(id)) {
        const mayBeInherited = file.head.base !== null;
        const why = mayBeInherited ? 'no call in this file' : 'no call before it, or has a result already';
        report('RESULT-WITHOUT-CALL', placeOf(line), `the result for ${JSON.stringify(shorten(id))} has ${why}`, {
          pointer,
          ...(mayBeInherited && { severity: 'note' }),
        });
      }
    },
    end() {
      if (file.isCut()) giveUpAll('the rest cannot be read');
      else giveUpAll(knowsTurns ? 'the session ends before it' : 'the session does not record how its turns ended');
    },
  };
};

/** Items that Codex answers itself, and the answers. Searches of the web and images come with their result. */
const kinds = new Map<unknown, 'call' | 'result'>([
  ['function_call', 'call'],
  ['custom_tool_call', 'call'],
  ['local_shell_call', 'call'],
  ['tool_search_call', 'call'],
  ['function_call_output', 'result'],
  ['custom_tool_call_output', 'result'],
  ['local_shell_call_output', 'result'],
  ['tool_search_output', 'result'],
]);

function callId(payload: { [key: string]: unknown }): string | null {
  const id = typeof payload.call_id === 'string' ? payload.call_id : payload.id;
  if (typeof id !== 'string') return null;
  // A copy, so that a hostile id of megabytes is not kept alive by its beginning.
  return id.length > LONGEST_ID ? Buffer.from(id.slice(0, LONGEST_ID)).toString() : id;
}

const MOST_WAITING = 10_000;
const LONGEST_ID = 200;
