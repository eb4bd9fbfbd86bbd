import type { Record } from '../../format/record.ts';
import { turnMark } from '../validate/turn-mark.ts';

/**
 * The tool calls of a file that wait for their results. When a turn is completed, none may be left: those get a result that
 * says what Codex itself tells the model of such a call. Turns that were not completed need nothing, because then Codex does
 * that when it resumes.
 */
export class WaitingCalls {
  readonly #waiting = new Map<string, string>();

  /** @returns payloads of the results that have to stand before this record */
  take(record: Record): string[] {
    if (record.type === 'event_msg') {
      const mark = turnMark(record);
      if (mark === null || this.#waiting.size === 0) return [];
      const missing = mark === 'complete' ? [...this.#waiting].map(([id, kind]) => resultText(id, kind)) : [];
      this.#waiting.clear();
      return missing;
    }
    if (record.type !== 'response_item') return [];
    const { type, call_id: callId, id: ownId } = record.payload;
    const id = typeof callId === 'string' ? callId : ownId;
    if (typeof type !== 'string' || typeof id !== 'string' || id.length > LONGEST_ID) return [];
    if (type in results) this.#wait(id, type);
    else if (resultTypes.has(type)) this.#waiting.delete(id);
    return [];
  }

  #wait(id: string, type: string): void {
    this.#waiting.set(id, type);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
  }
}

function resultText(id: string, type: string): string {
  const [result, body] = results[type] as [string, object];
  return JSON.stringify({ type: result, call_id: id, ...body });
}

const aborted = { output: 'aborted' };

/** What Codex 0.169 sends for a call without a result. */
const results: { [call: string]: [result: string, body: object] } = {
  function_call: ['function_call_output', aborted],
  local_shell_call: ['function_call_output', aborted],
  custom_tool_call: ['custom_tool_call_output', aborted],
  tool_search_call: ['tool_search_output', { status: 'completed', execution: 'client', tools: [] }],
};

const resultTypes: ReadonlySet<string> = new Set([
  'function_call_output',
  'custom_tool_call_output',
  'local_shell_call_output',
  'tool_search_output',
]);

/** As many as `validate` remembers. */
const MOST_WAITING = 10_000;
const LONGEST_ID = 1000;
