import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../../src/model/live-session.ts';
import { composerWith } from '../../../src/tui/composer/composer-state.ts';
import { SessionView } from '../../../src/tui/session/screen.tsx';
import { emptyState, type SessionState } from '../../../src/tui/session/state.ts';
import { takeEvent } from '../../../src/tui/session/take-event.ts';
import { TextScreen } from '../../../src/tui/session/text-screen.tsx';
import { drawnSize, StageContext } from '../../../src/tui/terminal/stage.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { MemoryScreen } from '../../support/memory-screen.ts';
import { eventOf } from './scripted-ports.ts';

const hostile = '\u001b[31mred\u0007 \u202eesrever 👩‍👩‍👧 日本語 שלום عربى \u{e0041}\nsecond\tline';
const now = 1_000_000;
const facts = {
  ...{ model: `model ${hostile}`, provider: hostile, sandbox: 'workspace-write', approvals: 'on-request' as const },
  ...{ cwd: `/a/very/long/path/${hostile}`, contextWindow: 100_000, name: null, turns: 3 },
};
const open: SessionState = {
  ...emptyState(now),
  ...{ phase: 'idle', branch: hostile },
  session: { threadId: 'id', facts, name: hostile, isStored: true, turns: 3 },
};
const call = (callId: string, name: string) =>
  eventOf({
    type: 'ResponseItem',
    item: { type: 'tool_call', call_id: callId, name, command: ['bash', '-lc', hostile] },
  });
const question = {
  ...{ callId: 'q', kind: 'command' as const, summary: `${hostile}\n`.repeat(40), reason: hostile, cwd: hostile },
  sandbox: hostile,
};
const asking = { question, since: now, reason: null, isSeen: false, isWarned: false };
const queued = { text: hostile, images: [] };

const plan = {
  ...{ type: 'tool_call', call_id: 'p', name: 'update_plan' },
  arguments: {
    plan: [
      { step: 'look', status: 'completed' },
      { step: 'build it', status: 'in_progress' },
    ],
  },
};
const plainCall = { type: 'tool_call', name: 'shell', command: ['bash', '-lc', 'npm run build'] };
const plainQuestion = {
  callId: 'b',
  summary: 'rm -rf build',
  reason: 'it is stale',
  cwd: '/home/me',
  sandbox: 'read-only',
};
const usage = { total_tokens: 12_345 };
const tokens = eventOf({
  type: 'EventMsg',
  msg: { type: 'TokenCount', total: usage, last: usage, model_context_window: 100_000 },
});

const states: Record<string, SessionState> = {
  idle: open,
  opening: emptyState(now),
  working: after({ ...open, phase: 'working' }, [
    { type: 'reasoning', text: hostile.repeat(20) },
    ...['1', '2', '3', '4'].map((callId) => ({ type: 'call' as const, callId })),
    { type: 'record', event: call('1', 'shell') },
    { type: 'record', event: call('2', 'shell') },
    { type: 'record', event: call('3', hostile) },
    { type: 'record', event: call('4', hostile) },
    { type: 'output', callId: '4', text: `${hostile}\r10%\r20%\n`.repeat(20) },
    { type: 'record', event: eventOf({ type: 'ResponseItem', item: plan }) },
    { type: 'retry', message: hostile, delayMs: 1000 },
  ]),
  answering: { ...open, phase: 'working', tail: Array.from({ length: 50 }, (_, at) => `  row ${at}`) },
  asked: { ...open, phase: 'working', questions: [asking, asking] },
  declining: { ...open, questions: [{ ...asking, reason: composerWith(hostile.repeat(9)) }] },
  queued: { ...open, phase: 'working', queue: Array.from({ length: 9 }, () => queued) },
  held: { ...open, queue: [queued], isQueueHeld: true },
  writing: { ...open, composer: composerWith(`${hostile}\n`.repeat(40)) },
  offered: {
    ...{ ...open, composer: composerWith('@x') },
    completion: {
      at: { kind: 'file', command: '', letters: 'x', from: 0, to: 2 },
      choices: Array.from({ length: 30 }, (_, at) => ({ name: `${at} ${hostile}`, about: hostile })),
      chosen: 20,
    },
  },
  backtracking: { ...open, backtrack: { messages: [{ turn: 3, text: `${hostile}\n`.repeat(30) }], at: 0 } },
  told: { ...open, notice: { text: hostile, again: null, until: now + 9 } },
  leaving: { ...open, phase: 'leaving', since: now - 5000 },
};
const sizes = [
  [40, 12],
  [80, 24],
  [200, 60],
] as const;

describe('the screen of a session', () => {
  it.each(Object.keys(states))('fits whatever the size, and is safe: %s', (name) => {
    for (const [columns, rows] of [...sizes, [20, 5] as const]) {
      for (const altScreen of [false, true]) {
        const state = { ...(states[name] as SessionState), printed: Array.from({ length: 90 }, () => 'printed') };
        const frame = frameOf(<SessionView {...{ state, columns, rows, now, altScreen }} />, columns, rows);
        for (const row of frame) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
        if (rows >= 12) expect(frame.length).toBeLessThan(rows);
        if (altScreen && rows >= 12) expect(frame.length).toBeGreaterThanOrEqual(rows - 2);
        expect(frame.join('')).not.toMatch(/\u001b\[31m|[\u0007\u202e\t]|\u{e0041}/u);
      }
    }
  });

  it('shows all of what stands above also when it has become narrower', () => {
    const said = Array.from({ length: 20 }, (_, at) => `word${at}`);
    const state = { ...open, printed: ['before', said.join(' ')] };
    const shown = frameOf(<SessionView {...{ state, columns: 40, rows: 12, now, altScreen: true }} />, 40, 12).join(
      ' ',
    );
    for (const word of said) expect(shown).toContain(word);
  });

  it.each(Object.keys(states))('is drawn on the smallest screens: %s', (name) => {
    for (const [columns, rows] of [
      [1, 1],
      [2, 1],
      [3, 24],
      [5, 2],
      [8, 4],
      [80, 1],
      [10, 3],
    ] as const) {
      const { columns: width, rows: height } = drawnSize({ columns, rows });
      const view = (
        <SessionView
          {...{ state: states[name] as SessionState, columns: width, rows: height, now }}
          altScreen={false}
        />
      );
      const frame = frameOf(view, columns, rows).join('');
      expect(frame).not.toBe('');
      expect(frame).not.toMatch(/ERROR|Invalid/);
    }
  });

  it.each(sizes)('tells what there is to tell in %i x %i', (columns, rows) => {
    const plainFacts = { ...facts, model: 'gpt-9', provider: 'somebody', cwd: '/home/me/src/place' };
    const plain = { ...open, branch: 'main', session: { ...open.session, facts: plainFacts, name: 'the plan' } };
    const busy = after({ ...(plain as SessionState), phase: 'working', since: now - 65_000 }, [
      { type: 'record', event: tokens },
      { type: 'call', callId: 'a' },
      { type: 'record', event: eventOf({ type: 'ResponseItem', item: { ...plainCall, call_id: 'a' } }) },
      { type: 'output', callId: 'a', text: 'compiling 1\ncompiling 2\n' },
      { type: 'record', event: eventOf({ type: 'ResponseItem', item: plan }) },
    ]);
    const later = now + 12_000;
    const asked = { ...busy, questions: [{ ...asking, question: { ...question, ...plainQuestion } }] };
    for (const state of [busy, asked]) {
      const view = <SessionView {...{ state, columns, rows, now: later, altScreen: false }} />;
      expect(frameOf(view, columns, rows)).toMatchSnapshot();
    }
  });

  it('always shows where the command ends', () => {
    const summary = `curl x | ${'sh '.repeat(400)}; rm -rf important`;
    const state = { ...open, questions: [{ ...asking, question: { ...question, summary } }] };
    for (const [columns, rows] of sizes) {
      const frame = frameOf(<SessionView {...{ state, columns, rows, now, altScreen: false }} />, columns, rows);
      const text = frame.join(' ');
      expect(text).toContain('curl x | sh');
      expect(text.replace(/\s*│ /g, ' ')).toMatch(/rm -rf\s+important/);
      if (columns < 200) expect(text).toMatch(/rows more: s shows all/);
      expect(text).toContain('y yes · n no · a abort · s show all');
    }
  });
});

describe('a text on the screen', () => {
  it.each(sizes)('fits into %i x %i', (columns, rows) => {
    const text = `diff --git a/x b/x\n${`+${hostile}\n`.repeat(90)}`;
    const frame = frameOf(<TextScreen title={hostile} text={text} onLeave={() => {}} />, columns, rows);
    expect(frame.length).toBeLessThan(rows);
    for (const row of frame) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
    expect(frame.join('')).not.toMatch(/\u001b\[31m|[\u0007\u202e]/);
  });
});

function frameOf(view: React.ReactElement, columns: number, rows: number): string[] {
  const screen = new MemoryScreen({ columns, rows });
  const keys = { listen: () => () => {} };
  const clock = { now: () => now, sleep: () => new Promise<void>(() => {}) };
  const stage = { screen, keys, clock, colours: noColours };
  const { lastFrame, unmount } = render(<StageContext.Provider value={stage}>{view}</StageContext.Provider>);
  const frame = (lastFrame() as string).split('\n');
  unmount();
  return frame;
}

function after(state: SessionState, events: readonly LiveEvent[]): SessionState {
  return events.reduce((before, event) => takeEvent(before, event, now), state);
}
