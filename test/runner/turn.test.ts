import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import type { ModelItem } from '../../src/model/history.ts';
import type { ProviderFailure } from '../../src/runner/providers/provider.ts';
import { runTurn } from '../../src/runner/turn.ts';
import { kindsOf, makeTestAgent, playing, tool, typed } from './agent.ts';

const never = new AbortController().signal;
const done = async () => ({ output: 'fine', status: 'completed' as const });
const call = (name: string, id: string, args: object = {}) => ({ name, id, arguments: args });
const outputs = (items: readonly ModelItem[]) => items.filter(({ type }) => type === 'function_call_output');
const brokenOff: ProviderFailure = {
  ...{ type: 'failed', kind: 'stream', message: 'gone' },
  ...{ isRetryable: true, retryAfterMs: null },
};
const message = (text: string) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });

describe('runTurn', () => {
  it('records what Codex records, in its order', async () => {
    const { agent, records } = await makeTestAgent([{ text: 'hello', usage: { input: 10, output: 5 } }]);
    expect(await runTurn(agent, typed('hi'), never)).toEqual({
      outcome: 'completed',
      lastMessage: 'hello',
      error: null,
    });
    expect(kindsOf(records)).toEqual([
      ...['SessionMeta', 'TurnStarted', 'message of developer', 'message of user', 'TurnContext'],
      ...['message of user', 'UserMessage', 'AgentMessage', 'message of assistant', 'TokenCount', 'TurnComplete'],
    ]);
    expect(records.at(-1)?.body).toMatchObject({ msg: { last_agent_message: 'hello' } });
  });

  it('tells the model about its settings once, and again only what has changed', async () => {
    const { agent, requests } = await makeTestAgent([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    await runTurn(agent, typed('first'), never);
    await runTurn(agent, typed('second'), never);
    expect(requests[1]?.slice(requests[0]?.length).map(({ role }) => role)).toEqual(['assistant', 'user']);
    agent.context = { ...agent.context, cwd: '/elsewhere' };
    await runTurn(agent, typed('third'), never);
    const added = requests[2]?.slice(requests[1]?.length) ?? [];
    expect(added.map(({ role }) => role)).toEqual(['assistant', 'user', 'user']);
    expect(JSON.stringify(added[1])).toContain('<cwd>/elsewhere</cwd>');
  });

  it('sends each output back and goes on until there are no calls', async () => {
    const { agent, requests } = await makeTestAgent(
      [{ calls: [call('look', 'c1')] }, { calls: [{ name: 'free', id: 'c2', input: 'text' }] }, { text: 'end' }],
      [tool('look', false, done), tool('free', true, async (text) => ({ output: text, status: 'completed' }))],
    );
    await runTurn(agent, typed('go'), never);
    expect(requests.map((items) => items.at(-1)?.type)).toEqual([
      'message',
      'function_call_output',
      'custom_tool_call_output',
    ]);
    expect(requests[2]?.at(-1)).toEqual({ type: 'custom_tool_call_output', call_id: 'c2', output: 'text' });
  });

  it('tells the model of a tool that nobody has', async () => {
    const { agent, requests } = await makeTestAgent([{ calls: [call('fly', 'c1')] }, { text: 'end' }]);
    await runTurn(agent, typed('go'), never);
    expect(requests[1]?.at(-1)?.output).toMatch(/^unsupported call: fly/);
  });

  it('runs calls at once where none can change anything', async () => {
    const waiting: (() => void)[] = [];
    const look = tool('look', false, async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // Only when both run does either end.
        if (waiting.length === 2) for (const wake of waiting) wake();
      });
      return { output: 'seen', status: 'completed' };
    });
    const { agent } = await makeTestAgent(
      [{ calls: [call('look', 'c1'), call('look', 'c2')] }, { text: 'end' }],
      [look],
    );
    await runTurn(agent, typed('go'), never);
    expect(outputs(agent.items).map(({ call_id }) => call_id)).toEqual(['c1', 'c2']);
  });

  it('runs calls in order where one can change something, each after a barrier', async () => {
    const log: string[] = [];
    const act = (name: string, hasSideEffects: boolean) =>
      tool(name, hasSideEffects, async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        return { output: '', status: 'completed' };
      });
    const { agent } = await makeTestAgent(
      [{ calls: [call('look', 'c1'), call('change', 'c2'), call('change', 'c3')] }, { text: 'end' }],
      [act('look', false), act('change', true)],
    );
    const { recorder } = agent;
    agent.recorder = new Proxy(recorder, {
      get: (target, key) =>
        key === 'barrier'
          ? async () => void log.push('barrier')
          : typeof Reflect.get(target, key, target) === 'function'
            ? Reflect.get(target, key, target).bind(target)
            : Reflect.get(target, key, target),
    });
    await runTurn(agent, typed('go'), never);
    expect(log).toEqual([
      ...['barrier', 'look begins', 'look ends', 'barrier', 'change begins', 'change ends'],
      ...['barrier', 'change begins', 'change ends'],
    ]);
  });

  it('ends in order when it is interrupted: every call has an output, and another turn can follow', async () => {
    const stop = new AbortController();
    const act = tool('act', true, async () => {
      stop.abort();
      return { output: 'aborted by user', status: 'aborted' };
    });
    const { agent, records, requests } = await makeTestAgent(
      [{ text: 'I begin', calls: [call('act', 'c1'), call('act', 'c2')] }, { text: 'again' }],
      [act],
    );
    expect((await runTurn(agent, typed('go'), stop.signal)).outcome).toBe('interrupted');
    expect(outputs(agent.items).map(({ call_id, output }) => [call_id, output])).toEqual([
      ['c1', 'aborted by user'],
      ['c2', 'aborted by user'],
    ]);
    expect(kindsOf(records).slice(-2)).toEqual(['message of user', 'TurnAborted']);
    expect(JSON.stringify(agent.items.at(-1))).toContain('<turn_aborted>');
    expect((await runTurn(agent, typed('go on'), never)).lastMessage).toBe('again');
    expect(requests.length).toBe(2);
  });

  it('ends the turn when an approval says so', async () => {
    const act = tool('act', true, async () => ({ output: 'aborted by user', status: 'aborted' }));
    const { agent } = await makeTestAgent([{ calls: [call('act', 'c1')] }, { text: 'no' }], [act]);
    expect(await runTurn(agent, typed('go'), never)).toMatchObject({ outcome: 'interrupted', lastMessage: null });
  });

  it('does not ask when it is interrupted before', async () => {
    const { agent, requests, records } = await makeTestAgent([{ text: 'no' }]);
    expect((await runTurn(agent, typed('go'), AbortSignal.abort())).outcome).toBe('interrupted');
    expect(requests).toEqual([]);
    expect(kindsOf(records)).toContain('UserMessage');
  });

  it('records why the model failed, and can go on', async () => {
    const { agent, records } = await makeTestAgent([
      { fail: { kind: 'auth', message: 'who are you?' } },
      { text: 'welcome' },
    ]);
    const result = await runTurn(agent, typed('go'), never);
    expect(result).toEqual({ outcome: 'failed', lastMessage: null, error: 'scripted: who are you?' });
    expect(records.at(-1)?.body).toMatchObject({ msg: { type: 'TurnComplete', error: { message: result.error } } });
    expect((await runTurn(agent, typed('again'), never)).outcome).toBe('completed');
  });

  it('tries again what may pass', async () => {
    const { agent, requests } = await makeTestAgent([{ fail: { kind: 'server' } }, { text: 'here' }]);
    expect((await runTurn(agent, typed('go'), never)).lastMessage).toBe('here');
    expect(requests[1]).toEqual(requests[0]);
  });

  it('goes on from the items of an answer that broke off', async () => {
    const asked = { type: 'function_call', name: 'look', arguments: '{}', call_id: 'c1' };
    const provider = playing(
      [{ type: 'item', item: message('first') }, { type: 'item', item: asked }, brokenOff],
      [
        { type: 'item', item: message('second') },
        { type: 'completed', responseId: null, usage: null },
      ],
    );
    const { agent, requests } = await makeTestAgent(provider, [tool('look', false, done)]);
    expect((await runTurn(agent, typed('go'), never)).lastMessage).toBe('second');
    expect(requests[1]?.slice(-3).map(({ type }) => type)).toEqual([
      'message',
      'function_call',
      'function_call_output',
    ]);
  });

  it('gives up on answers that break off again and again', async () => {
    const once = [{ type: 'item', item: message('and') } as const, brokenOff];
    const { agent, requests } = await makeTestAgent(playing(once, once, once, once, once));
    expect(await runTurn(agent, typed('go'), never)).toMatchObject({ outcome: 'failed', error: 'gone' });
    expect(requests.length).toBe(3);
  });

  it('ends the whole run where a tool says so, with an output for every call', async () => {
    const act = tool('act', true, async () => {
      throw new Failure('refused', 'there is no sandbox');
    });
    const calls = [call('act', 'c1'), call('act', 'c2')];
    const { agent, records } = await makeTestAgent([{ calls }], [act]);
    await expect(runTurn(agent, typed('go'), never)).rejects.toMatchObject({ kind: 'refused' });
    expect(outputs(agent.items).length).toBe(2);
    expect(records.at(-1)?.body).toMatchObject({ msg: { error: { message: 'there is no sandbox' } } });
  });

  it('adds the tokens of all requests up', async () => {
    const { agent, records } = await makeTestAgent(
      [
        { calls: [call('look', 'c1')], usage: { input: 10, cached: 4, output: 5 } },
        { text: 'end', usage: { input: 20, output: 1 } },
      ],
      [tool('look', false, done)],
    );
    await runTurn(agent, typed('go'), never);
    const counts = records.filter(({ body }) => body.type === 'EventMsg' && body.msg.type === 'TokenCount');
    expect(counts.map(({ body }) => body)).toMatchObject([
      { msg: { total: { total_tokens: 15 }, last: { total_tokens: 15 } } },
      { msg: { total: { total_tokens: 36, cached_input_tokens: 4 }, last: { total_tokens: 21 } } },
    ]);
  });
});
