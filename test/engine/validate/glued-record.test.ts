import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, rulesOf, session } from './check-lines.ts';

const rollout = session('envelope')
  .event('user_message', { message: 'a "{\\" b' })
  .event('token_count', { info: null, rate_limits: null });
const [meta, first, second] = rollout.bytes.toString().split('\n') as [string, string, string];

describe('a record on a line with something else', () => {
  it('is found behind a fragment of itself, however often and wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: first.length - 1 }),
        fc.integer({ min: 1, max: 3 }),
        async (cut, times) => {
          const fragment = first.slice(0, cut).repeat(times);
          const found = await check(`${meta}\n${fragment}${first}\n${second}\n`);
          expect(found).toMatchObject([{ rule: 'GLUED', line: 2, offset: meta.length + 1 + fragment.length }]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is found before a fragment, and between two', async () => {
    const fragment = second.slice(0, 40);
    expect(await check(`${meta}\n${first}${fragment}\n`)).toMatchObject([
      { rule: 'GLUED', line: 2, offset: meta.length + 1 },
    ]);
    const [found] = await check(`${meta}\n${fragment}${first}${fragment}\n`);
    expect(found).toMatchObject({ rule: 'GLUED', offset: meta.length + 1 + 40 });
    expect(found?.message).toMatch(/40 bytes before it and 40 bytes behind it/);
  });

  it('is found behind NUL bytes, and at the end of a file', async () => {
    expect(await check(`${meta}\n${'\0'.repeat(16)}${first}\n`)).toMatchObject([
      { rule: 'GLUED', offset: meta.length + 17 },
    ]);
    expect(await rulesOf(`${meta}\n${first.slice(0, 20)}${first}`)).toEqual(['GLUED error 2']);
  });

  it('is no part of a record that was cut', async () => {
    const compacted = session('envelope').add('compacted', {
      message: '',
      replacement_history: [{ type: 'message', role: 'user', content: [] }],
    });
    const line = compacted.bytes.toString().split('\n')[1] as string;
    expect(await rulesOf(`${meta}\n${line.slice(0, line.indexOf(']}') + 2)}\n`)).toEqual(['BAD-JSON error 2']);
  });

  it('is found in a bare file', async () => {
    const bareMeta =
      '{"id":"5b1f0c52-8f5e-4c3a-9d1e-0a6f5e3b7c21","timestamp":"2025-08-07T09:12:44.120Z","instructions":null}';
    const message = '{"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]}';
    expect(await check(`${bareMeta}\n${message.slice(0, 30)}${message}\n`)).toMatchObject([
      { rule: 'GLUED', offset: bareMeta.length + 31 },
    ]);
    expect(await rulesOf(`${bareMeta}\n${message.slice(0, -2)}\n`)).toEqual(['BAD-JSON error 2']);
  });
});
