import { describe, expect, it } from 'vitest';
import type { ModelItem } from '../../src/model/history.ts';
import { TokenMeter } from '../../src/runner/token-meter.ts';

const message = (role: string, text: string): ModelItem => ({ type: 'message', role, content: [{ text }] });
const call: ModelItem = { type: 'function_call', call_id: 'c' };
const output = (text: string): ModelItem => ({ type: 'function_call_output', call_id: 'c', output: text });
const usage = {
  input_tokens: 90,
  cached_input_tokens: 0,
  output_tokens: 10,
  reasoning_output_tokens: 0,
  total_tokens: 100,
};
const long = 'x'.repeat(40_000);

describe('the guess at the next request', () => {
  it('has what a session had come to, and outputs that were not counted any more', () => {
    const counted = [message('user', 'go'), call];
    expect(new TokenMeter(usage, usage, counted).estimate(counted)).toBeLessThan(110);
    const cut = [...counted, output(long)];
    expect(new TokenMeter(usage, usage, cut).estimate(cut)).toBeGreaterThan(10_000);
    const answered = [...cut, message('assistant', 'done')];
    expect(new TokenMeter(usage, usage, answered).estimate(answered)).toBeLessThan(110);
  });

  it('has a summary, which was counted when it was made, and all of what never was', () => {
    const summary = [message('user', long)];
    expect(new TokenMeter(usage, usage, summary).estimate(summary)).toBeLessThan(110);
    expect(new TokenMeter(null, null, summary).estimate(summary)).toBeGreaterThan(10_000);
  });
});
