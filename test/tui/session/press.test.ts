import { describe, expect, it } from 'vitest';
import type { SessionRow } from '../../../src/model/live-session.ts';
import { eventOf, scriptedPorts } from './scripted-ports.ts';
import { openTalk, settled, type Talk } from './talk.ts';

describe('questions of the agent', () => {
  it.each([
    ['y', { decision: 'approved', reason: null }],
    ['a', { decision: 'abort', reason: null }],
    ['ctrl-c', { decision: 'abort', reason: null }],
  ])('are answered by %s', async (key, answer) => {
    const talk = await openTalk();
    await talk.send('work');
    const answered = talk.agent().ask();
    talk.clock.pass(1000);
    talk.press('enter');
    talk.clock.pass(1000);
    // Nor by what is pressed once too often.
    talk.press('x', 'escape');
    talk.clock.pass(1000);
    talk.press(key);
    expect(await answered).toEqual(answer);
    expect(talk.state().questions).toEqual([]);
    expect(talk.state().composer.text).toBe('');
  });

  it('may be declined with a reason', async () => {
    const talk = await openTalk();
    await talk.send('work');
    for (const [typed, reason] of [
      ['use yarn, not npm', 'use yarn, not npm'],
      ['', null],
    ] as const) {
      const answered = talk.agent().ask();
      talk.clock.pass(1000);
      talk.press('n', ...(typed ? [typed] : []), 'enter');
      expect(await answered).toEqual({ decision: 'declined', reason });
    }
    const answered = talk.agent().ask();
    talk.clock.pass(1000);
    talk.press('n', 'escape', 'enter', 'y');
    expect(talk.state().questions[0]?.reason).toBeNull();
    talk.clock.pass(1000);
    talk.press('y');
    expect(await answered).toMatchObject({ decision: 'approved' });
  });

  it('are not answered by who is typing', async () => {
    const talk = await openTalk();
    await talk.send('work');
    talk.press('ma');
    const answered = talk.agent().ask();
    for (const letter of ['y', 'b', 'e', ' ', 'y', 'e', 's']) {
      talk.clock.pass(120);
      talk.press(letter);
    }
    talk.press('enter');
    expect(talk.state().questions).toHaveLength(1);
    expect(talk.state().composer.text).toBe('maybe yes');
    talk.clock.pass(199);
    talk.press('enter');
    expect(talk.state().queue).toEqual([]);
    talk.clock.pass(201);
    talk.press('y');
    expect(await answered).toMatchObject({ decision: 'approved' });
  });

  it('come one after the other, each to be seen for a while, over whatever is shown', async () => {
    const talk = await openTalk();
    await talk.send('work');
    talk.press('ctrl-t');
    expect(talk.state().over).toEqual({ kind: 'transcript' });
    const stop = new AbortController();
    const first = talk.agent().ask({ summary: 'one' });
    const second = talk.agent().ask({ summary: 'two' }, stop.signal);
    const third = talk.agent().ask({ summary: 'three' });
    expect(talk.state().over).toBeNull();
    talk.clock.pass(500);
    talk.press('y', 'y');
    expect(talk.state().questions[0]?.question.summary).toBe('two');
    expect(await first).toMatchObject({ decision: 'approved' });
    stop.abort();
    expect(await second).toMatchObject({ decision: 'abort' });
    expect(talk.state().questions).toHaveLength(1);
    talk.clock.pass(500);
    talk.press('s');
    expect(talk.state().over).toMatchObject({ kind: 'text', text: expect.stringContaining('three') });
    talk.conversation.show(null);
    expect(talk.state().over).toBeNull();
    talk.press('a');
    talk.clock.pass(500);
    talk.press('a');
    expect(await third).toMatchObject({ decision: 'abort' });
  });

  it('that are shown in part are not allowed by one key', async () => {
    const talk = await openTalk();
    await talk.send('work');
    const summary = 'x'.repeat(600);
    const [first, second] = [talk.agent().ask({ summary }), talk.agent().ask({ summary })];
    talk.clock.pass(500);
    talk.press('y');
    expect(talk.state().questions).toHaveLength(2);
    expect(talk.state().questions[0]?.isWarned).toBe(true);
    // Keys in a row are one.
    talk.press('y');
    expect(talk.state().questions).toHaveLength(2);
    talk.clock.pass(500);
    talk.press('y');
    expect(await first).toMatchObject({ decision: 'approved' });
    // Who has looked at all of it knows it.
    talk.clock.pass(500);
    talk.press('s');
    talk.conversation.show(null);
    talk.clock.pass(500);
    talk.press('y');
    expect(await second).toMatchObject({ decision: 'approved' });
  });

  it('take nothing that is pasted for an answer, and lose none of it', async () => {
    const talk = await openTalk();
    await talk.send('work');
    const answered = talk.agent().ask({});
    const paste = { name: 'paste', text: 'y', ctrl: false, alt: false, shift: false };
    talk.conversation.press(paste);
    talk.clock.pass(500);
    talk.conversation.press(paste);
    expect(talk.state().questions).toHaveLength(1);
    expect(talk.state().composer.text).toBe('yy');
    talk.clock.pass(500);
    talk.press('a');
    expect(await answered).toMatchObject({ decision: 'abort' });
  });

  it('are over when the turn is', async () => {
    const talk = await openTalk();
    await talk.send('work');
    const stop = new AbortController();
    const answered = talk.agent().ask({}, stop.signal);
    stop.abort();
    expect(await answered).toEqual({ decision: 'abort', reason: null });
    expect(talk.state().questions).toEqual([]);
  });
});

describe('what is offered', () => {
  it('is commands, which are done at once', async () => {
    const talk = await openTalk();
    talk.press('/');
    expect(talk.state().completion?.choices).toHaveLength(12);
    talk.press('s', 't');
    expect(talk.state().completion?.choices.map(({ name }) => name)).toEqual(['status']);
    talk.press('enter');
    await settled();
    expect(talk.printed()).toContain('status');
    expect(talk.state().composer.text).toBe('');
  });

  it('waits for what a command needs', async () => {
    const talk = await openTalk();
    talk.press('/na', 'enter');
    expect(talk.state().composer.text).toBe('/name ');
    talk.press('x', 'enter');
    expect(talk.printed()).toContain('it will be named x');
    talk.press('/mo', 'tab');
    expect(talk.state().composer.text).toBe('/model ');
  });

  it('is what can stand behind a command', async () => {
    const talk = await openTalk();
    talk.press('/appr', 'tab');
    expect(offered(talk)).toEqual(['untrusted', 'on-request', 'never']);
    talk.press('up');
    expect(talk.state().completion?.chosen).toBe(2);
    talk.press('enter');
    await settled();
    expect(talk.agent().options.approvals).toBe('never');
    expect(talk.state().composer.text).toBe('');
    talk.press('/approvals o', 'tab');
    expect(talk.state().composer.text).toBe('/approvals on-request');
    expect(talk.state().completion).toBeNull();
  });

  it('is names of sessions, of which none is taken that nobody chose', async () => {
    const rows = [
      ['The Parser', null],
      ['old', 'archived'],
      ['nine', null],
      ['parse', null],
      [null, null],
    ].map(([name, state]) => ({ name, archived: state !== null, first_message: `first of ${name}` }) as SessionRow);
    const talk = await openTalk(
      scriptedPorts({
        sessions: {
          rows: async function* () {
            yield rows;
          },
        },
      }),
    );
    talk.press('/resume ');
    await settled();
    expect(offered(talk)).toEqual(['The Parser', 'nine', 'parse']);
    talk.press('pars');
    expect(offered(talk)).toEqual(['parse', 'The Parser']);
    talk.press('enter');
    await settled();
    expect(talk.ports.agents.wanted.at(-1)).toEqual({ kind: 'resumed', threadId: 'id-of-pars' });
    talk.press('/resume ');
    await settled();
    talk.press('down', 'enter');
    await settled();
    expect(talk.ports.agents.wanted.at(-1)).toEqual({ kind: 'resumed', threadId: 'id-of-The Parser' });
  });

  it('is models: the one that answers, those of the configuration, those of other sessions', async () => {
    const rows = ['a-model', 'older', null, 'older'].map((model, at) => ({ model, name: null, thread_id: `id-${at}` }));
    const sessions = {
      async *rows() {
        yield rows as SessionRow[];
      },
    };
    const talk = await openTalk(scriptedPorts({ sessions }));
    talk.press('/model ');
    await settled();
    expect(offered(talk)).toEqual(['a-model', 'model-of-the-file', 'older']);
    talk.press('old');
    expect(offered(talk)).toEqual(['older']);
    talk.press('down', 'enter');
    await settled();
    expect(talk.agent().options.model).toBe('older');
    // What is typed is taken as it is.
    talk.press('/model ol', 'enter');
    await settled();
    expect(talk.agent().options.model).toBe('ol');
  });

  it('is files, which are looked for', async () => {
    const talk = await openTalk();
    talk.press('look at @ma');
    await settled();
    expect(talk.ports.calls).toContain('files ma');
    expect(talk.state().completion?.choices.map(({ name }) => name)).toEqual(['src/main.ts', 'src/map.ts']);
    talk.press('down', 'enter');
    expect(talk.state().composer.text).toBe('look at @src/map.ts ');
    expect(talk.state().completion).toBeNull();
    talk.press('@', 'escape');
    expect(talk.state().completion).toBeNull();
    expect(talk.state().phase).toBe('idle');
  });
});

describe('Esc Esc', () => {
  it('keeps what is typed while the fork is opened, and folds what is long', async () => {
    const said = 'word '.repeat(5000);
    const sessions = {
      async *read() {
        yield [eventOf({ turn: 2, type: 'EventMsg', msg: { type: 'UserMessage', text: said } })];
      },
    };
    const talk = await openTalk(scriptedPorts({ sessions }), { kind: 'resumed', threadId: 'old' });
    talk.press('escape', 'escape');
    await settled();
    talk.press('enter', 'and');
    await settled();
    expect(talk.state().composer.text).toMatch(/^\[paste 1: [^\n]*\]\nand$/);
    talk.press('enter');
    await settled();
    expect(talk.agent().inputs.at(-1)?.text).toBe(`${said}\nand`);
  });

  it('walks back through what was said, and forks from before it', async () => {
    const talk = await openTalk(undefined, { kind: 'resumed', threadId: 'old' });
    talk.press('escape');
    expect(talk.state().notice?.again).toBe('backtrack');
    talk.press('escape');
    await settled();
    expect(talk.state().backtrack).toMatchObject({ at: 3, messages: { length: 4 } });
    talk.press('escape', 'left', 'right', 'enter');
    await settled();
    expect(talk.ports.calls).toContain('fork old 3');
    expect(talk.agent().threadId).toBe('fork-of-old');
    expect(talk.state().composer.text).toBe('question 3');
    expect(talk.state().backtrack).toBeNull();
  });

  it('begins anew before the first message', async () => {
    const talk = await openTalk(undefined, { kind: 'resumed', threadId: 'old' });
    talk.press('escape', 'escape');
    await settled();
    talk.press('up', 'up', 'up', 'up', 'enter');
    await settled();
    expect(talk.ports.agents.wanted.at(-1)).toEqual({ kind: 'new', like: 'old' });
    expect(talk.state().composer.text).toBe('question 1');
  });

  it('is left by going on, and stays away when there is nothing', async () => {
    const talk = await openTalk();
    talk.press('escape', 'escape');
    await settled();
    expect(talk.printed()).toContain('nothing was said yet');
    expect(talk.state().backtrack).toBeNull();
    talk.press('text', 'escape', 'escape');
    expect(talk.state().backtrack).toBeNull();
    const resumed = await openTalk(undefined, { kind: 'resumed', threadId: 'old' });
    resumed.press('escape', 'escape');
    await settled();
    resumed.press('right');
    expect(resumed.state().backtrack).toBeNull();
  });

  it('says when it cannot be read, or forked', async () => {
    const ports = scriptedPorts({ agents: { fork: () => Promise.reject(new Error('no room')) } });
    const talk = await openTalk(ports, { kind: 'resumed', threadId: 'old' });
    talk.press('escape', 'escape');
    await settled();
    talk.press('enter');
    await settled();
    expect(talk.printed()).toContain('! no room');
    ports.sessions.read = () => {
      throw new Error('gone');
    };
    talk.press('escape', 'escape');
    await settled();
    expect(talk.printed()).toContain('! gone');
    expect(talk.state()).toMatchObject({ backtrack: null, phase: 'idle' });
    // Of a session whose files are away nothing is read, and that is no failure.
    ports.sessions.read = async function* () {};
    talk.press('escape', 'escape');
    await settled();
    expect(talk.printed()).toContain('! what was said is not there any more');
  });
});

describe('what was cut', () => {
  it('can be put back when a command was sent, or a message taken back, in between', async () => {
    const talk = await openTalk();
    talk.press('a draft', 'ctrl-u', '/stat', 'enter', 'ctrl-y');
    expect(talk.state().composer.text).toBe('a draft');
    talk.press('ctrl-c', '/approvals', ' never', 'enter');
    await settled();
    talk.press('ctrl-y');
    expect(talk.state().composer.text).toBe('a draft');
    talk.press('ctrl-u');
    await talk.send('work');
    await talk.send('later');
    talk.press('up', 'ctrl-u', 'ctrl-y');
    expect(talk.state().composer.text).toBe('later');
    talk.press('enter', 'x', 'ctrl-u', 'up', 'ctrl-y');
    expect(talk.state().composer.text).toBe('laterx');
  });
});

function offered(talk: Talk): string[] | undefined {
  return talk.state().completion?.choices.map(({ name }) => name);
}
