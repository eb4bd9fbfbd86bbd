import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../../src/model/live-session.ts';
import { liveRows } from '../../../src/tui/session/live-rows.ts';
import { emptyState, type SessionState } from '../../../src/tui/session/state.ts';
import { contextLeft, shortAmount, statusLine } from '../../../src/tui/session/status-line.ts';
import { takeEvent } from '../../../src/tui/session/take-event.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { eventOf } from './scripted-ports.ts';

const facts = {
  ...{ model: 'm', provider: 'p', sandbox: 'read-only', approvals: 'never' as const },
  ...{ cwd: '/w', contextWindow: null, name: null, turns: 0 },
};
const open: SessionState = {
  ...emptyState(0),
  session: { threadId: 't', facts, name: null, isStored: false, turns: 0 },
};

describe('what a session tells', () => {
  it('is known to be recorded from the first record on', () => {
    expect(take([msg({ type: 'UserMessage', text: 'x' })]).session).toMatchObject({ isStored: true, turns: 1 });
  });

  it('has calls that run until their result is there, with the end of their output', () => {
    const running = take([
      item({ type: 'tool_call', call_id: 'a', name: 'shell', command: ['ls', '-l'] }),
      item({ type: 'tool_call', call_id: 'b', namespace: 'server', name: 'tool' }),
      { type: 'output', callId: 'a', text: 'x'.repeat(10_000) },
      { type: 'output', callId: 'nobody', text: 'y' },
    ]);
    expect(running.live.calls.map(({ title }) => title)).toEqual(['$ ls -l', 'server/tool']);
    expect(running.live.calls[0]?.output).toHaveLength(4000);
    const done = take([item({ type: 'tool_result', call_id: 'a', output: '' })], running);
    expect(done.live.calls.map(({ callId }) => callId)).toEqual(['b']);
    expect(take([msg({ type: 'TurnAborted' })], done).live.calls).toEqual([]);
  });

  it('knows which of them run, also when it is told so before they are recorded', () => {
    const told = take([
      { type: 'call', callId: 'a' },
      item({ type: 'tool_call', call_id: 'a', name: 'shell', command: ['ls'] }),
      item({ type: 'tool_call', call_id: 'b', name: 'shell', command: ['pwd'] }),
    ]);
    const shown = (state: SessionState) => liveRows(state, 5000, 40, noColours, 9).map((row) => row.trim());
    expect(shown(told)).toEqual(['⋯ $ ls 4 s']);
    const next = take([item({ type: 'tool_result', call_id: 'a', output: '' }), { type: 'call', callId: 'b' }], told);
    expect(shown(next)).toEqual(['⋯ $ pwd 4 s']);
  });

  it('keeps the end of what is thought, until it is recorded or an answer begins', () => {
    const thinking = take([
      { type: 'reasoning', text: 'a'.repeat(3000) },
      { type: 'reasoning', text: 'end' },
    ]);
    expect(thinking.live.reasoning).toMatch(/^a+end$/);
    expect(thinking.live.reasoning).toHaveLength(2000);
    expect(take([msg({ type: 'AgentReasoning', text: 'x' })], thinking).live.reasoning).toBe('');
    expect(take([{ type: 'text', text: 'x' }], thinking).live).toMatchObject({ reasoning: '', isAnswering: true });
  });

  it('says why it tries again, until there is something', () => {
    const retrying = take([
      { type: 'text', text: 'x' },
      { type: 'retry', message: 'again', delayMs: 1 },
    ]);
    expect(retrying.live).toMatchObject({ retry: 'again', isAnswering: false });
    expect(take([{ type: 'text', text: 'x' }], retrying).live.retry).toBeNull();
  });

  it('counts tokens, also those beyond numbers', () => {
    const usage = (total: unknown) => ({ total_tokens: total });
    const counted = take([
      msg({ type: 'TurnStarted', model_context_window: 1000 }),
      msg({ type: 'TokenCount', total: usage(5000), last: usage(250) }),
    ]);
    expect(counted.usage).toEqual({ total: 5000, context: 250, window: 1000 });
    expect(contextLeft(counted.usage)).toBe('75% left');
    const huge = take([msg({ type: 'TokenCount', total: usage('9007199254740993'), last: null })], counted);
    expect(huge.usage).toMatchObject({ total: 9007199254740992, context: 250 });
    expect(take([msg({ type: 'TokenCount', total: null, last: { total_tokens: 'x' } })]).usage.total).toBeNull();
    expect(contextLeft(take([msg({ type: 'ContextCompacted' })], counted).usage)).toBeNull();
  });

  it('has a plan with a step that is worked at', () => {
    const plan = { plan: [{ step: 'a', status: 'completed' }, { step: 'b', status: 'in_progress' }, 'no step'] };
    const planned = take([item({ type: 'tool_call', call_id: 'p', name: 'update_plan', arguments: plan })]);
    expect(planned.plan).toEqual({ done: 1, steps: 3, current: 'b' });
    expect(planned.live.calls).toEqual([]);
  });

  it.each([[{}], [{ type: 5 }], [{ type: 'tool_call' }], [{ type: 'tool_call', call_id: 'x', command: 7 }]])(
    'may be anything: %j',
    (body) => {
      expect(() => take([item(body), msg(body)])).not.toThrow();
    },
  );
});

describe('the status line', () => {
  it('leaves out what is least important', () => {
    const facts = { ...(open.session as { facts: object }).facts, model: 'a-model', cwd: '/home/me/src/deep/place' };
    const session = { ...open.session, facts, name: 'the name' } as SessionState['session'];
    const state = { ...open, session, branch: 'main', usage: { total: 12_345, context: 1, window: 10 } };
    expect(statusLine(state, 200)).toBe(
      'a-model · p · read-only · never · main · …/deep/place · 12.3k tokens · 90% left · the name',
    );
    expect(statusLine(state, 40)).toBe('a-model · read-only · never · 90% left');
    for (let columns = 1; columns < 100; columns++) {
      expect(displayWidth(statusLine(state, columns))).toBeLessThanOrEqual(columns);
    }
  });

  it('writes amounts shortly', () => {
    expect([0, 999, 1000, 12_345, 999_949, 1_234_567].map(shortAmount)).toEqual([
      ...['0', '999', '1.0k', '12.3k', '1000k', '1.2M'],
    ]);
  });
});

function take(events: readonly LiveEvent[], state: SessionState = open): SessionState {
  return events.reduce((before, event) => takeEvent(before, event, 7), state);
}

function msg(body: object): LiveEvent {
  return { type: 'record', event: eventOf({ type: 'EventMsg', msg: body }) };
}

function item(body: object): LiveEvent {
  return { type: 'record', event: eventOf({ type: 'ResponseItem', item: body }) };
}
