import { describe, expect, it } from 'vitest';
import type { RecordedAnswer } from '../../../src/model/session-ports.ts';
import { recordedProvider } from '../../../src/runner/providers/recorded.ts';
import { ask, requestOf } from './asking.ts';

const message = (text: string) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
const usage = {
  input_tokens: 1,
  cached_input_tokens: 0,
  output_tokens: 2,
  reasoning_output_tokens: 0,
  total_tokens: 3,
};
const answers: RecordedAnswer[] = [
  {
    items: [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'x' },
      { type: 'function_call', call_id: 'c', name: 'shell', arguments: '{"a":1}' },
    ],
    usage,
  },
  { items: [message('one two  three\nfour ')], usage: null },
];

async function* slowly<T>(values: T[]): AsyncGenerator<T> {
  for (const value of values) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield value;
  }
}

describe('a recording', () => {
  it.each([
    ['a list', () => answers],
    ['a source', () => slowly(answers)],
  ])('of %s is played answer by answer', async (_, source) => {
    const provider = recordedProvider(source());
    const first = await ask(provider);
    expect(first.events[0]).toEqual({ type: 'reasoning_delta', text: 'Hm.' });
    expect(first.items).toEqual(answers[0]?.items);
    expect(first.final).toEqual({ type: 'completed', responseId: 'recorded_1', usage });
    const second = await ask(provider);
    expect(second.text).toBe('one two  three\nfour ');
    expect(second.events.length).toBeGreaterThan(4);
    expect(second.items).toEqual(answers[1]?.items);
    for (let n = 0; n < 2; n++) {
      expect((await ask(provider)).final).toMatchObject({
        kind: 'refused',
        isRetryable: false,
        message: 'recorded: the recording has no more answers after 2',
      });
    }
  });

  it('gives requests at the same time an answer each', async () => {
    const provider = recordedProvider(slowly(answers));
    const [first, second] = await Promise.all([ask(provider), ask(provider)]);
    expect(first?.items).toEqual(answers[0]?.items);
    expect(second?.items).toEqual(answers[1]?.items);
  });

  it('that cannot be read fails, and does not throw', async () => {
    const provider = recordedProvider(
      // biome-ignore lint/correctness/useYield: it is a source that fails at once
      (async function* (): AsyncGenerator<RecordedAnswer> {
        throw new Error('line 7 is damaged');
      })(),
    );
    expect((await ask(provider)).final).toMatchObject({
      type: 'failed',
      isRetryable: false,
      message: 'recorded: line 7 is damaged',
    });
  });

  it('whose source hangs can be cancelled', async () => {
    const provider = recordedProvider({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
    const { final } = await ask(provider, requestOf(), AbortSignal.timeout(50));
    expect(final).toMatchObject({ kind: 'cancelled' });
  });
});
