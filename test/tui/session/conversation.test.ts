import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { fresh } from '../../../src/tui/session/opening.ts';
import { scriptedPorts } from './scripted-ports.ts';
import { openTalk, settled, startTalk } from './talk.ts';

describe('turns', () => {
  it('are taken one after the other; what is sent meanwhile waits', async () => {
    const talk = await openTalk();
    await talk.send('first');
    expect(talk.state().phase).toBe('working');
    await talk.send('second');
    await talk.send('third');
    expect(talk.state().queue.map(({ text }) => text)).toEqual(['second', 'third']);
    talk.press('up');
    expect(talk.state().composer.text).toBe('third');
    expect(talk.state().queue).toHaveLength(1);
    talk.press('ctrl-u');
    talk.agent().say('done');
    talk.agent().end();
    await settled();
    expect(talk.agent().inputs.map(({ text }) => text)).toEqual(['first', 'second']);
    talk.agent().end();
    await settled();
    expect(talk.state().phase).toBe('idle');
    expect(talk.ports.calls).toContain('prompt new-1 second');
    expect(talk.printed()).toMatch(/> first[\s\S]*• done[\s\S]*> second/);
  });

  it('say which file something is wrong with, once', async () => {
    const failures = [
      new Failure('usage', 'is no folder to work in', { file: '/gone/away' }),
      Object.assign(new Error("ENOENT: no such file, open '/gone/away'"), { path: '/gone/away' }),
    ];
    for (const failure of failures) {
      const talk = await openTalk(scriptedPorts({ agents: { fork: () => Promise.reject(failure) } }));
      await talk.send('first');
      talk.agent().end();
      await settled();
      await talk.send('/fork');
      expect(talk.printed().match(/\/gone\/away/g)).toHaveLength(1);
      expect(talk.printed()).toMatch(/! (\/gone\/away: is no folder|ENOENT)/);
    }
  });

  it('can be interrupted; what waits is kept until the user says so', async () => {
    for (const key of ['escape', 'ctrl-c']) {
      const talk = await openTalk();
      await talk.send('first');
      await talk.send('second');
      talk.press(key);
      expect(talk.state().isInterrupting).toBe(true);
      await settled();
      expect(talk.state().phase).toBe('idle');
      expect(talk.state()).toMatchObject({ isQueueHeld: true, queue: [{ text: 'second' }] });
      talk.press('enter');
      await settled();
      expect(talk.agent().inputs.at(-1)?.text).toBe('second');
      expect(talk.state().isQueueHeld).toBe(false);
    }
  });

  it('say why they failed, once', async () => {
    const talk = await openTalk();
    await talk.send('first');
    talk.agent().end({ outcome: 'failed', error: 'the server is \u001b[31mdown' });
    await settled();
    expect(talk.printed()).toContain('! the server is ^[[31mdown');
    await talk.send('second');
    talk.agent().record({ type: 'EventMsg', msg: { type: 'TurnComplete', error: { message: 'still down' } } });
    talk.agent().end({ outcome: 'failed', error: 'still down' });
    await settled();
    expect(talk.printed().match(/still down/g)).toHaveLength(1);
  });

  it('that could not begin give back what was to be said, with its images', async () => {
    const talk = await openTalk();
    await talk.send('first');
    const input = { text: 'look at [image 1: a.png] here', images: ['/gone/a.png'] };
    talk.conversation.change((state) => ({ ...state, queue: [input] }));
    talk.agent().end();
    await settled();
    talk.press('typed');
    talk.agent().end({ outcome: 'failed', error: '/gone/a.png: no such file or directory', isUnsaid: true });
    await settled();
    expect(talk.printed()).toContain('! /gone/a.png: no such file or directory');
    expect(talk.state().composer.text).toBe('look at [image 1: a.png] here\ntyped');
    talk.press('enter');
    await settled();
    expect(talk.agent().inputs.at(-1)?.images).toEqual(['/gone/a.png']);
  });

  it('survive ports that fail', async () => {
    const fails = () => Promise.reject(new Failure('trouble', 'no space left'));
    const talk = await openTalk(
      scriptedPorts({ workspace: { addPrompt: fails, branch: fails, prompts: fails, files: fails } }),
    );
    await talk.send('first');
    expect(talk.printed()).toContain('! no space left');
    talk.press('@a');
    await settled();
    talk.agent().turn = () => Promise.reject(new Error('it should never throw'));
    talk.agent().end();
    talk.press('ctrl-u');
    await settled();
    await talk.send('second');
    expect(talk.printed()).toContain('! it should never throw');
    expect(talk.state().phase).toBe('idle');
  });

  it('send what was asked for at the start when it is open', async () => {
    const talk = startTalk();
    const begun = talk.conversation.begin(fresh, { text: 'at once', images: ['/a.png'] });
    await talk.send('later');
    await begun;
    await settled();
    expect(talk.agent().inputs).toEqual([{ text: 'at once', images: ['/a.png'] }]);
    expect(talk.state().queue.map(({ text }) => text)).toEqual(['later']);
  });
});

describe('the first session', () => {
  it('is no session when it cannot be opened', async () => {
    const open = () => Promise.reject(new Failure('busy', 'another process has it'));
    const talk = startTalk(scriptedPorts({ agents: { open } }));
    await expect(talk.conversation.begin(fresh, { text: 'x', images: [] })).rejects.toThrow('another process has it');
  });

  it('can be given up while it is opened', async () => {
    const ports = scriptedPorts();
    const { open } = ports.agents;
    let go = () => {};
    ports.agents.open = async (thread, options) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return open(thread, options);
    };
    const talk = startTalk(ports);
    const begun = talk.conversation.begin(fresh, null);
    talk.press('ctrl-c');
    go();
    await begun;
    expect(await talk.conversation.ended).toEqual({ threadId: null, isStored: false, exit: 130 });
    expect(ports.agents.opened.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('shows its last turns when it is resumed', async () => {
    const talk = await openTalk(undefined, { kind: 'resumed', threadId: 'old' });
    expect(talk.ports.calls).toContain('read old 2-4');
    expect(talk.printed()).toMatch(
      /… 1 turn before: Ctrl-T[\s\S]*> question 2[\s\S]*• answer 2[\s\S]*> question 4[\s\S]*• answer 4/,
    );
    expect(talk.printed()).not.toContain('question 1');
  });

  it('prints what happens meanwhile below its last turns', async () => {
    const ports = scriptedPorts();
    const { read } = ports.sessions;
    let go = () => {};
    ports.sessions.read = async function* (...args) {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      yield* read(...args);
    };
    const talk = await openTalk(ports, { kind: 'resumed', threadId: 'old' });
    await talk.send('and now');
    talk.agent().say('new answer');
    expect(talk.printed()).not.toContain('and now');
    go();
    await settled();
    expect(talk.printed()).toMatch(/answer 4[\s\S]*> and now[\s\S]*• new answer/);
  });

  it('says when its last turns cannot be read', async () => {
    const read = () => {
      throw new Failure('partial', 'bad\u0007 bytes');
    };
    const talk = await openTalk(scriptedPorts({ sessions: { read } }), { kind: 'resumed', threadId: 'old' });
    expect(talk.printed()).toContain('! what was said last cannot be shown: bad^G bytes');
    await talk.send('go on');
    expect(talk.agent().inputs).toHaveLength(1);
  });
});

describe('leaving', () => {
  it('takes a second Ctrl-C, soon', async () => {
    const talk = await openTalk();
    talk.press('some text', 'ctrl-c');
    expect(talk.state().composer.text).toBe('');
    talk.press('ctrl-c');
    expect(talk.state().notice?.text).toBe('Ctrl-C again leaves');
    talk.clock.pass(3000);
    talk.press('ctrl-c', 'x', 'backspace', 'ctrl-c');
    expect(talk.state().phase).toBe('idle');
    talk.press('ctrl-c');
    expect(await talk.conversation.ended).toEqual({ threadId: 'new-1', isStored: false, exit: 0 });
    expect(talk.agent().isClosed).toBe(true);
  });

  it.each(['ctrl-d', '/quit'])('is done by %s', async (way) => {
    const talk = await openTalk();
    talk.agent().problems = ['it is not\u009b compressed'];
    if (way === '/quit') await talk.send(way);
    else talk.press('x', way, 'backspace', way);
    expect(await talk.conversation.ended).toMatchObject({ exit: 0 });
    expect(talk.printed()).toContain('! it is not\\u{9b} compressed');
  });

  it('interrupts the turn that runs, and closes', async () => {
    const talk = await openTalk();
    await talk.send('work');
    const answer = talk.agent().ask();
    talk.conversation.leave(143);
    talk.conversation.leave(129);
    expect(await answer).toEqual({ decision: 'abort', reason: null });
    expect(await talk.conversation.ended).toEqual({ threadId: 'new-1', isStored: true, exit: 143 });
    expect(talk.agent().isClosed).toBe(true);
  });

  it('comes after what was typed is remembered, or is said not to be', async () => {
    let fail: (error: unknown) => void = () => {};
    const addPrompt = () => new Promise<void>((_, reject) => (fail = reject));
    const talk = await openTalk(scriptedPorts({ workspace: { addPrompt } }));
    await talk.send('work');
    talk.agent().end();
    await settled();
    talk.press('ctrl-d');
    await settled();
    expect(talk.agent().isClosed).toBe(false);
    fail(new Failure('trouble', 'no space left'));
    expect(await talk.conversation.ended).toMatchObject({ exit: 0 });
    expect(talk.printed()).toContain('! no space left');
  });

  it('can be had at once where the end does not come', async () => {
    const talk = await openTalk();
    await talk.send('work');
    const agent = talk.agent();
    Object.assign(agent, { end: () => {} });
    talk.press('ctrl-c', 'ctrl-c');
    await settled();
    expect(talk.state().phase).toBe('leaving');
    talk.press('ctrl-c');
    expect(await talk.conversation.ended).toMatchObject({ exit: 130, threadId: 'new-1' });
  });
});
