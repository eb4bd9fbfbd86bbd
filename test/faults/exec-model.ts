import type { Json } from '../support/json.ts';
import { type Act, beginStream, responsesEvents, sse } from '../support/model-server.ts';

/** A call of a function, as an event of the Responses API. */
export function callEvent(callId: string, name: string, args: Json): object {
  const text = typeof args === 'string' ? args : JSON.stringify(args);
  return responsesEvents.item({ type: 'function_call', name, arguments: text, call_id: callId });
}

export const usage = { input_tokens: 7, output_tokens: 3, total_tokens: 10 };

/** What is asked for, at a time, of a worker: see `worker`. */
export interface Work {
  /** Rounds of calls in a turn. */
  rounds: number;
  /** What a message between the calls is as long as, by its number. */
  messageBytes(round: number): number;
}

/**
 * A model that writes a line of `marks` in a shell, and adds a file `patch-N` by a patch, so often in each turn, and says in
 * between what it does. The N-th call of a thread has the id `call-N` and writes N. It finds out from the history alone
 * where it is, so that it is of no importance when a run ends.
 *
 * @param problems gets what is wrong with the histories that it is sent
 */
export function worker({ rounds, messageBytes }: Work, problems: string[]): Act {
  return ({ request, response }) => {
    const items = request.body.input as Json[];
    const isCall = ({ type }: Json) => type === 'function_call' || type === 'custom_tool_call';
    const answered = new Set(items.filter(({ type }) => /_call_output$/.test(type)).map((item) => item.call_id));
    for (const { call_id } of items.filter(isCall))
      if (!answered.has(call_id)) problems.push(`${call_id} has no output`);
    const calls = items.filter(isCall).length;
    const turn = items.slice(
      items.findLastIndex(({ role, content }) => role === 'user' && /^go/.test(content[0].text)),
    );
    const round = turn.filter(({ role }) => role === 'assistant').length;
    beginStream(response);
    const text = `step ${round} ${'x'.repeat(messageBytes(round))}`;
    const events: object[] = [responsesEvents.delta(text.slice(0, 7)), responsesEvents.message(text)];
    if (round < rounds) {
      const [first, second] = [calls + 1, calls + 2];
      events.push(callEvent(`call-${first}`, 'shell_command', { command: `echo ${first} >> marks` }));
      const patch = `*** Begin Patch\n*** Add File: patch-${second}\n+${second}\n*** End Patch\n`;
      events.push(callEvent(`call-${second}`, 'apply_patch', { input: patch }));
    }
    response.end([...events, responsesEvents.completed(usage)].map(sse).join(''));
  };
}
