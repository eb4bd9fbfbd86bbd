import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatAnswer } from '../../../src/runner/providers/chat-answer.ts';
import { messagesOf } from '../../../src/runner/providers/chat-messages.ts';
import { BrokenAnswer } from '../../../src/runner/providers/failed.ts';
import { answerLimits } from '../../../src/runner/providers/limits.ts';
import { ResponsesAnswer } from '../../../src/runner/providers/responses-answer.ts';
import { errorIn, failureOfError, failureOfStatus } from '../../../src/runner/providers/server-failure.ts';
import { requestOf } from './asking.ts';

const { value: any } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 1 }),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom(...keys()), tie('value'), { maxKeys: 6 }),
}));
/** As a parser gives it. */
const object = fc
  .dictionary(fc.constantFrom(...keys()), any, { maxKeys: 8 })
  .map((each) => JSON.parse(JSON.stringify(each)) as Record<string, unknown>);
const type = fc.constantFrom(
  'response.output_text.delta',
  'response.reasoning_summary_part.added',
  'response.output_item.done',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'error',
);

function keys(): string[] {
  return 'type id index item delta response error code message usage choices content tool_calls function name arguments call_id summary role finish_reason incomplete_details reason input_tokens output_tokens prompt_tokens_details summary_index toString valueOf __proto__'.split(
    ' ',
  );
}

/** Runs it, where nothing but `BrokenAnswer` may be thrown. */
function attempt(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(BrokenAnswer);
  }
}

describe('any JSON at all', () => {
  it('is an event, or a broken answer', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(object, type), { maxLength: 4 }), (data) => {
        const responses = new ResponsesAnswer();
        attempt(() => data.map(([each, kind]) => [...responses.read({ ...each, type: kind })]));
        const chat = new ChatAnswer(requestOf(), answerLimits);
        attempt(() => data.map(([each]) => [...chat.read(each)]));
        attempt(() => [...chat.end(true)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is an error with a text, or none', () => {
    fc.assert(
      fc.property(object, ({ error: value }) => {
        expect(failureOfError(value).message).not.toBe('');
        errorIn(JSON.stringify(value) ?? '');
        expect(failureOfStatus(500, null, JSON.stringify(value) ?? '').type).toBe('failed');
      }),
      { numRuns: 2000 },
    );
  });

  it('in a history becomes messages that fit together', () => {
    const kinds = fc.constantFrom('message', 'function_call', 'function_call_output', 'custom_tool_call', 'reasoning');
    const id = fc.constantFrom('a', 'b', 'c');
    const item = fc.tuple(object, kinds, id).map(([each, kind, call_id]) => ({ ...each, type: kind, call_id }));
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const messages = messagesOf('x', items);
        for (const [place, { tool_calls = [] }] of messages.entries()) {
          const answers = messages.slice(place + 1, place + 1 + tool_calls.length);
          expect(answers.map(({ role, tool_call_id }) => [role, tool_call_id])).toEqual(
            tool_calls.map((call) => ['tool', call.id]),
          );
        }
        const called = messages.flatMap(({ tool_calls = [] }) => tool_calls);
        expect(messages.filter(({ role }) => role === 'tool')).toHaveLength(called.length);
        for (const { function: f } of called) expect(JSON.parse(f.arguments)).toBeTypeOf('object');
      }),
      { numRuns: 2000 },
    );
  });
});
