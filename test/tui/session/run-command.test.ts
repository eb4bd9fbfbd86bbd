import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { fresh } from '../../../src/tui/session/opening.ts';
import { choose } from '../../../src/tui/session/run-command.ts';
import { slashCommands } from '../../../src/tui/session/slash-commands.ts';
import { scriptedPorts } from './scripted-ports.ts';
import { openTalk, settled, startTalk, type Talk } from './talk.ts';

describe('slash commands', () => {
  it('are messages when they go on like a path', async () => {
    const talk = await openTalk();
    await talk.send('/usr/bin/env is what');
    expect(talk.agent().inputs).toHaveLength(1);
    talk.agent().end();
    await settled();
    await talk.send('/nonsense now');
    expect(talk.printed()).toContain('! there is no command /nonsense; /help shows them');
    // It may have been a message, which is not lost, and can be sent.
    expect(talk.state().composer.text).toBe('/nonsense now');
    talk.press('home', ' ', 'enter');
    await settled();
    talk.agent().end();
    await settled();
    expect(talk.agent().inputs.at(-1)?.text).toBe('/nonsense now');
    await talk.send('/nonsense');
    expect(talk.state().composer.text).toBe('');
    await talk.send('/fork me');
    expect(talk.agent().inputs).toHaveLength(2);
  });

  it('wait for no turn: those that cannot be done say so', async () => {
    const talk = await openTalk();
    await talk.send('work');
    for (const { name, isAlways } of slashCommands) {
      if (!isAlways) await talk.send(`/${name}`);
      const said = talk.printed().includes(`/${name} has to wait until nothing runs`);
      expect(said).toBe(!isAlways);
    }
    await talk.send('/status');
    expect(talk.printed()).toMatch(/status[\s\S]*session +new-1[\s\S]*model +a-model of scripted/);
    expect(talk.ports.agents.opened).toHaveLength(1);
  });

  it('wait for the session that is being opened', async () => {
    let open = () => {};
    const ports = scriptedPorts();
    const { open: really } = ports.agents;
    ports.agents.open = async (...wanted) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      return really(...wanted);
    };
    const talk = startTalk(ports);
    void talk.conversation.begin(fresh, null);
    await talk.send('/compact');
    expect(talk.printed()).toBe('');
    open();
    await settled();
    expect(talk.printed()).toContain('nothing is recorded yet');
    expect(talk.printed()).not.toContain('has to wait');
  });

  it('/new begins another session, and closes the one before', async () => {
    const talk = await openTalk();
    await talk.send('/new');
    const [first, second] = talk.ports.agents.opened;
    expect([first?.isClosed, second?.isClosed]).toEqual([true, false]);
    await talk.send('hello');
    expect(second?.inputs).toHaveLength(1);
    first?.emit({ type: 'note', message: 'from the grave' });
    expect(talk.printed()).not.toContain('from the grave');
  });

  it('ends with the session before when nothing was said in a new one', async () => {
    const talk = await openTalk();
    await work(talk, 'hello');
    await talk.send('/new');
    await talk.send('/new');
    await talk.send('/name another');
    talk.conversation.leave(0);
    expect(await talk.conversation.ended).toEqual({ threadId: 'new-1', isStored: true, exit: 0 });
  });

  it('/resume goes to another session, and stays in the active one', async () => {
    const talk = await openTalk();
    await talk.send('/resume that one');
    expect(talk.ports.agents.wanted.at(-1)).toEqual({ kind: 'resumed', threadId: 'id-of-that one' });
    expect(talk.printed()).toContain('resumed after 4 turns');
    await talk.send('/resume that one');
    expect(talk.ports.agents.opened).toHaveLength(2);
    expect(talk.printed()).toContain('that is this session');
    await talk.send('/resume');
    expect(talk.state().over).toEqual({ kind: 'picker', notice: null });
    choose(talk.conversation, { act: 'resume', threadId: 'id-of-that one', cwd: null });
    await settled();
    expect(talk.ports.agents.opened).toHaveLength(2);
    choose(talk.conversation, { act: 'fork', threadId: 'other', cwd: '/elsewhere' });
    await settled();
    expect(talk.agent()).toMatchObject({ threadId: 'fork-of-other', facts: { cwd: '/elsewhere' } });
    expect(talk.state().over).toBeNull();
  });

  it('stays where it is when another session cannot be opened', async () => {
    const ports = scriptedPorts();
    const talk = await openTalk(ports);
    ports.agents.open = () => Promise.reject(new Failure('busy', 'it is open elsewhere', { hint: 'leave it there' }));
    for (const line of ['/new', '/resume x', '/fork']) {
      await talk.send('said');
      talk.agent().end();
      await settled();
      await talk.send(line);
      expect(talk.state()).toMatchObject({ phase: 'idle', session: { threadId: 'new-1' } });
    }
    expect(talk.printed()).toContain('! it is open elsewhere (leave it there)');
    expect(talk.agent().isClosed).toBe(false);
    ports.sessions.resolve = () => Promise.reject(new Failure('usage', 'no such session'));
    await talk.send('/resume x');
    expect(talk.printed()).toContain('! no such session');
  });

  it('/fork goes on in a copy', async () => {
    const talk = await openTalk();
    await talk.send('/fork');
    expect(talk.printed()).toContain('! nothing is recorded yet');
    await work(talk, 'hello');
    await talk.send('/fork');
    expect(talk.ports.calls).toContain('fork new-1 null');
    expect(talk.agent().threadId).toBe('fork-of-new-1');
    expect(talk.printed()).toContain('a fork of new-1, after its turn 4');
  });

  it('/name names it now, or as soon as something is recorded', async () => {
    const talk = await openTalk();
    await talk.send('/name the plan');
    expect(talk.ports.calls.join()).not.toContain('rename');
    await work(talk, 'hello');
    expect(talk.ports.calls.filter((call) => call.startsWith('rename'))).toEqual(['rename new-1 the plan']);
    expect(talk.state().session?.name).toBe('the plan');
    await talk.send('/name');
    expect(talk.printed()).toContain('! /name NAME gives this session a name');
    talk.ports.sessions.rename = async () => ['another one has this name, too'];
    await talk.send('/name a/b');
    expect(talk.printed()).toMatch(/named a\/b\n· another one has this name, too/);
    talk.ports.sessions.rename = () => Promise.reject(new Failure('usage', 'a name has no\u001b escapes'));
    await talk.send('/name \u001b[2J');
    expect(talk.printed()).toContain('! a name has no^[ escapes');
  });

  it('/model and /approvals open the session again', async () => {
    const talk = await openTalk();
    await talk.send('/model other');
    expect(talk.ports.agents.wanted.at(-1)).toEqual({ kind: 'new' });
    await work(talk, 'hello');
    await talk.send('/approvals never');
    expect(talk.ports.agents.wanted.at(-1)).toEqual({ kind: 'resumed', threadId: 'new-2' });
    expect(talk.agent().facts).toMatchObject({ model: 'other', approvals: 'never' });
    expect(talk.ports.agents.opened.slice(0, -1).every(({ isClosed }) => isClosed)).toBe(true);
    await talk.send('/approvals sometimes');
    expect(talk.printed()).toContain("! 'sometimes' is no way of asking");
    await talk.send('/approvals');
    expect(talk.printed()).toContain('it asks: never');
    await talk.send('/model');
    expect(talk.printed()).toContain('the model is other');
  });

  it('goes back to the model before when another cannot be used', async () => {
    const ports = scriptedPorts();
    const { open } = ports.agents;
    const talk = await openTalk(ports);
    await work(talk, 'hello');
    ports.agents.open = (thread, options) =>
      options.model === 'bad' ? Promise.reject(new Failure('usage', 'no such model')) : open(thread, options);
    await talk.send('/model bad');
    expect(talk.printed()).toContain('! no such model');
    expect(talk.agent().facts.model).toBe('a-model');
    ports.agents.open = () => Promise.reject(new Failure('busy', 'taken meanwhile'));
    await talk.send('/model bad');
    expect(talk.printed()).toContain('! taken meanwhile');
    expect(talk.state().phase).toBe('idle');
    talk.press('ctrl-d');
    expect(await talk.conversation.ended).toEqual({ threadId: 'new-1', isStored: true, exit: 0 });
  });

  it('/compact summarises, and says why not', async () => {
    const talk = await openTalk();
    await talk.send('/compact');
    expect(talk.printed()).toContain('! nothing is recorded yet');
    await work(talk, 'hello');
    talk.agent().compactProblem = 'there is too little';
    await talk.send('/compact');
    expect(talk.printed()).toContain('! there is too little');
    expect(talk.state().phase).toBe('idle');
  });

  it('/diff, /show and /help show something', async () => {
    const talk = await openTalk();
    await talk.send('/diff');
    expect(talk.state().over).toMatchObject({ kind: 'text', text: 'diff --git a/x b/x\n+added\n' });
    talk.conversation.show(null);
    await talk.send('/show');
    expect(talk.printed()).toContain('nothing is recorded yet');
    await work(talk, 'hello');
    await talk.send('/show');
    expect(talk.state().over).toEqual({ kind: 'transcript' });
    talk.conversation.show(null);
    await talk.send('/help');
    for (const { name } of slashCommands) expect(talk.printed()).toContain(`/${name}`);
    talk.ports.workspace.diff = async () => null;
    await talk.send('/diff');
    expect(talk.printed()).toContain('is in no repository');
    talk.ports.workspace.diff = () => Promise.reject(new Error('git is gone'));
    await talk.send('/diff');
    expect(talk.printed()).toContain('! git is gone');
  });
});

describe('the list of sessions at the start', () => {
  it('leaves when nothing is chosen', async () => {
    const talk = startTalk();
    talk.conversation.change((state) => ({ ...state, phase: 'idle' }));
    choose(talk.conversation, null);
    expect(await talk.conversation.ended).toEqual({ threadId: null, isStored: false, exit: 0 });
  });

  it('is there again when the choice cannot be opened', async () => {
    const ports = scriptedPorts({ agents: { open: () => Promise.reject(new Failure('busy', 'it is open')) } });
    const talk = startTalk(ports, '/named');
    talk.conversation.change((state) => ({ ...state, phase: 'idle' }));
    choose(talk.conversation, { act: 'resume', threadId: 'x', cwd: '/other' });
    await settled();
    expect(talk.state().over).toEqual({ kind: 'picker', notice: 'it is open' });
  });

  it('is there again over a session that is open, which stays', async () => {
    const ports = scriptedPorts();
    const talk = await openTalk(ports);
    ports.agents.open = () => Promise.reject(new Failure('usage', 'is no folder to work in', { file: '/gone' }));
    choose(talk.conversation, { act: 'resume', threadId: 'x', cwd: '/gone' });
    await settled();
    expect(talk.state().over).toEqual({ kind: 'picker', notice: '/gone: is no folder to work in' });
    choose(talk.conversation, null);
    expect(talk.state()).toMatchObject({ over: null, phase: 'idle', session: { threadId: 'new-1' } });
  });
});

async function work(talk: Talk, text: string): Promise<void> {
  await talk.send(text);
  talk.agent().end();
  await settled();
}
