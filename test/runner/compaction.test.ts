import { describe, expect, it } from 'vitest';
import type { ModelItem } from '../../src/model/history.ts';
import { compact, summaryPrefix } from '../../src/runner/compaction.ts';
import { userItem } from '../../src/runner/recorder/message-text.ts';
import { runTurn } from '../../src/runner/turn.ts';
import { kindsOf, makeTestAgent, tool, typed } from './agent.ts';

const never = new AbortController().signal;
const textOf = (item: ModelItem | undefined) =>
  ((item?.content as { text?: string }[] | undefined) ?? []).map(({ text }) => text).join('\n');

describe('compaction', () => {
  it('leaves the settings, what the user said and a summary, and records them', async () => {
    const { agent, records } = await makeTestAgent([{ text: 'one' }, { text: 'two' }, { text: 'the summary' }]);
    await runTurn(agent, typed('first'), never);
    await runTurn(agent, typed('second'), never);
    expect(await compact(agent, never)).toBeNull();
    expect(agent.items.map(({ role }) => role)).toEqual(['developer', 'user', 'user', 'user', 'user']);
    expect(agent.items.slice(2).map(textOf)).toEqual(['first', 'second', `${summaryPrefix}\nthe summary`]);
    await Promise.resolve();
    const body = records.find((record) => record.body.type === 'Compacted')?.body as { compacted: { value: unknown } };
    expect(body.compacted.value).toMatchObject({ replacement_history: agent.items });
  });

  it('happens by itself at the limit, once before it is worth it again', async () => {
    const look = tool('look', false, async () => ({ output: 'seen', status: 'completed' }));
    const calls = [{ name: 'look', id: 'c1' }];
    const { agent, requests, records } = await makeTestAgent(
      [{ calls, usage: { input: 900, output: 200 } }, { text: 'all so far' }, { text: 'end' }],
      [look],
    );
    agent.compactLimit = 1000;
    expect((await runTurn(agent, typed('go'), never)).lastMessage).toBe('end');
    expect(requests.length).toBe(3);
    expect(textOf(requests[2]?.at(-1))).toContain('all so far');
    expect(requests[2]?.map(textOf)).toContain('go');
    expect(kindsOf(records).filter((kind) => kind === 'Compacted').length).toBe(1);
  });

  it('happens when the server says that the request is too long', async () => {
    const { agent, requests } = await makeTestAgent([
      { fail: { kind: 'context-length' } },
      { text: 'short' },
      { text: 'end' },
    ]);
    expect((await runTurn(agent, typed('go'), never)).lastMessage).toBe('end');
    expect(textOf(requests[2]?.at(-1))).toContain('short');
  });

  it('fails when it does not help', async () => {
    const fail = { kind: 'context-length', message: 'too long' };
    const { agent } = await makeTestAgent([{ fail }, { text: 'short' }, { fail }]);
    expect(await runTurn(agent, typed('go'), never)).toMatchObject({ outcome: 'failed', error: 'scripted: too long' });
  });

  it('goes without the oldest items where the request for the summary is too long, and never leaves an output alone', async () => {
    const fail = { kind: 'context-length', message: 'too long' };
    const { agent, requests } = await makeTestAgent([{ fail }, { fail }, { text: 'short' }]);
    agent.items = Array.from({ length: 8 }, (_, n) =>
      n % 2 === 0
        ? { type: 'function_call', name: 'look', arguments: '{}', call_id: `c${n}` }
        : { type: 'function_call_output', call_id: `c${n - 1}`, output: 'x' },
    );
    expect(await compact(agent, never)).toBeNull();
    for (const items of requests) {
      const calls = items.filter(({ type }) => type === 'function_call').map(({ call_id }) => call_id);
      const answered = items.filter(({ type }) => type === 'function_call_output').map(({ call_id }) => call_id);
      expect(calls).toEqual(answered);
    }
    expect(requests.map((items) => items.length)).toEqual([9, 7, 5]);
  });

  it('takes no more of a summary than can be one', async () => {
    const { agent } = await makeTestAgent([{ text: 'x'.repeat(1_000_000) }]);
    await compact(agent, never);
    expect(textOf(agent.items.at(-1))).toBe(`${summaryPrefix}\n${'x'.repeat(200_000)}`);
  });

  it('keeps no pictures, which would fill the history again', async () => {
    const { agent } = await makeTestAgent([{ text: 'seen' }, { text: 'short' }]);
    const picture = { path: '/a.png', url: `data:image/png;base64,${'A'.repeat(1000)}` };
    agent.items = [userItem({ text: '', images: [picture.url], localImages: [] })];
    await runTurn(agent, { text: 'what is it?', images: [], localImages: [picture] }, never);
    await compact(agent, never);
    expect(agent.items.map(textOf).slice(2)).toEqual(['what is it?', expect.stringContaining('short')]);
    expect(JSON.stringify(agent.items)).not.toContain('input_image');
  });

  it('keeps the newest of what the user said, and cuts a single one that is too long', async () => {
    const { agent } = await makeTestAgent([{ text: 'short' }]);
    const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
    agent.items = [user('old'.repeat(20_000)), user('new'.repeat(20_000))];
    await compact(agent, never);
    expect(textOf(agent.items.at(-2))).toBe('new'.repeat(20_000));
    agent.items = [user('😀'.repeat(100_000))];
    agent.provider = (await makeTestAgent([{ text: 'short' }])).agent.provider;
    await compact(agent, never);
    expect(textOf(agent.items.at(-2)).length).toBeLessThan(81_000);
    expect(Buffer.from(textOf(agent.items.at(-2))).toString()).toBe(textOf(agent.items.at(-2)));
  });
});
