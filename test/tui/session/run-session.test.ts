import { afterEach, describe, expect, it } from 'vitest';
import { Stopped } from '../../../src/base/abort.ts';
import { Failure } from '../../../src/base/failure.ts';
import { rowOf } from '../picker/rows.ts';
import { pause, start, stops } from './screen-rig.ts';
import { scriptedPorts } from './scripted-ports.ts';

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

describe('a session on the screen', () => {
  it.each([
    [40, 12],
    [80, 24],
    [200, 60],
  ])('prints what is finished, and draws the rest below, in %i x %i', async (columns, rows) => {
    const run = start({ columns, rows });
    await run.shows(/say what there is/);
    expect(run.screen.isCursorHidden).toBe(true);
    run.screen.feed('hello 日本\r');
    await run.shows('working');
    run.agent().emit({ type: 'text', text: '# Title\n\nfirst paragraph\n\nsecond par' });
    await run.shows('second par');
    run.agent().emit({ type: 'text', text: 'agraph' });
    const text = '# Title\n\nfirst paragraph\n\nsecond paragraph';
    run.agent().record({ type: 'EventMsg', msg: { type: 'AgentMessage', text } });
    run.agent().end();
    await run.shows(/go on/);
    const all = run.screen.all();
    expect(all.filter((row) => row.includes('> hello 日本'))).toHaveLength(1);
    expect(all.filter((row) => row.includes('second par'))).toEqual(['  second paragraph']);
    const printed = all.indexOf('  second paragraph');
    run.screen.feed('\u0004');
    expect(await run.end).toEqual({ threadId: 'new-1', isStored: true, exit: 0 });
    expect(run.screen.all()).toEqual(all.slice(0, printed + 1));
    expect(run.screen.isCursorHidden).toBe(false);
    expect(run.screen.isClosed).toBe(false);
  });

  it('is drawn anew in another size, and nothing is left of the old one', async () => {
    const run = start({ columns: 80, rows: 24 });
    await run.shows(/say what there is/);
    run.screen.feed('one two three '.repeat(8));
    await run.shows('three');
    for (const [columns, rows] of [
      [50, 24],
      [40, 12],
      [120, 40],
      [80, 24],
    ] as const) {
      run.screen.resize(columns, rows);
      await pause(120);
      const shown = run.screen.all().join('\n');
      expect(shown.match(/one two three/g)?.length).toBeLessThanOrEqual(8);
      expect(run.screen.all().filter((row) => row.startsWith('›'))).toHaveLength(1);
      expect(shown.match(/sessions 9\.9/g)).toHaveLength(1);
    }
  });

  it('shows other things over itself, and comes back', async () => {
    const run = start({}, { kind: 'resumed', threadId: 'old' });
    await run.shows('answer 4');
    run.screen.feed('\u0014');
    await run.shows('question 1');
    expect(run.screen.isOther).toBe(true);
    run.screen.feed('q');
    await run.shows(/go on/);
    expect(run.screen.isOther).toBe(false);
    run.screen.feed('/diff\r');
    await run.shows('+added');
    run.screen.feed('\u001b');
    await run.shows(/go on/);
    run.screen.feed('/resume\r');
    await run.shows('There are no sessions in this home.');
    run.screen.feed('\u001b');
    await run.shows(/go on/);
    expect(
      run.screen
        .all()
        .join('\n')
        .match(/answer 4/g),
    ).toHaveLength(1);
  });

  it('asks over whatever is shown', async () => {
    const run = start({}, { kind: 'resumed', threadId: 'old' });
    await run.shows('answer 4');
    run.screen.feed('work\r');
    await run.shows('working');
    run.screen.feed('\u0014');
    await run.shows('question 1');
    const answered = run.agent().ask({ summary: 'rm -rf\u202e /' });
    await run.shows('rm -rf\\u{202e} /');
    expect(run.screen.isOther).toBe(false);
    await pause(250);
    run.screen.feed('y');
    expect(await answered).toEqual({ decision: 'approved', reason: null });
    await run.shows('working');
  });

  it('begins with the list of sessions, and has it again when the choice cannot be opened', async () => {
    const ports = scriptedPorts();
    ports.sessions.rows = async function* () {
      yield [rowOf(1, { name: 'the one', cwd: '/here' }), rowOf(2, { name: 'the other', cwd: '/here' })];
    };
    const { open } = ports.agents;
    ports.agents.open = () => Promise.reject(new Failure('busy', 'it is open elsewhere'));
    const run = start({ ports, prompt: 'at once' }, { kind: 'pick' });
    await run.shows('the other');
    expect(run.screen.isOther).toBe(true);
    run.screen.feed('\r');
    await run.shows('it is open elsewhere');
    ports.agents.open = open;
    run.screen.feed('\r');
    await run.shows('working');
    expect(run.agent().inputs[0]?.text).toBe('at once');
    expect(run.screen.isOther).toBe(false);
  });

  it('is left from the list of sessions', async () => {
    const run = start({}, { kind: 'pick' });
    await run.shows('There are no sessions in this home.');
    run.screen.feed('\u001b');
    expect(await run.end).toEqual({ threadId: null, isStored: false, exit: 0 });
    expect(run.screen.isOther).toBe(false);
  });

  it('has what was printed on the other screen, too', async () => {
    const run = start({ altScreen: true }, { kind: 'resumed', threadId: 'old' });
    await run.shows('answer 4');
    expect(run.screen.shown().at(-2)).toMatch(/a-model/);
    run.screen.feed('\u0003');
    await run.shows('Ctrl-C again leaves');
    run.screen.feed('\u0003');
    expect(await run.end).toMatchObject({ exit: 0 });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends in order after %s', async (signal, exit) => {
    const run = start();
    await run.shows(/say what there is/);
    run.screen.feed('work\r');
    await run.shows('working');
    run.stop.abort(new Stopped(signal));
    expect(await run.end).toEqual({ threadId: 'new-1', isStored: true, exit });
    expect(run.agent().isClosed).toBe(true);
    expect(run.screen.isCursorHidden).toBe(false);
  });

  it('ends when the terminal is gone', async () => {
    const run = start();
    await run.shows(/say what there is/);
    run.screen.feed(null);
    expect(await run.end).toMatchObject({ exit: 129 });
    expect(run.agent().isClosed).toBe(true);
  });

  it('does not begin when the session cannot be opened', async () => {
    const open = () => Promise.reject(new Failure('busy', 'taken'));
    const run = start({ ports: scriptedPorts({ agents: { open } }) });
    await expect(run.end).rejects.toMatchObject({ message: 'taken', exit: 5 });
    expect(run.screen.all()).toEqual([]);
    expect(run.screen.isCursorHidden).toBe(false);
  });

  it('says when a choice of folder is not remembered, and goes on', async () => {
    const setFolderChoice = () =>
      Promise.reject(new Failure('trouble', 'cannot be written', { file: '/home/choices' }));
    const ports = scriptedPorts({ workspace: { setFolderChoice } });
    ports.sessions.rows = async function* () {
      yield [rowOf(1, { name: 'the one', cwd: '/elsewhere' })];
    };
    const run = start({ ports }, { kind: 'pick' });
    await run.shows('No session is like this');
    run.screen.feed('\u0001');
    await run.shows('the one');
    run.screen.feed('\r');
    await run.shows('/elsewhere');
    run.screen.feed('C');
    await run.shows('answer 4');
    expect(run.screen.all()).toContain('! the choice is not remembered: /home/choices: cannot be written');
    expect(run.agent().facts.cwd).toBe('/here');
  });

  it('outlives any size of the screen', async () => {
    const run = start();
    await run.shows(/say what there is/);
    run.screen.feed('/mo');
    await run.shows('go on with another model');
    for (const [columns, rows] of [
      [4, 2],
      [1, 1],
      [2, 40],
      [80, 1],
      [80, 24],
    ] as const) {
      run.screen.resize(columns, rows);
      await pause(60);
    }
    await run.shows('go on with another model');
  });

  it('closes what is open when a view cannot be drawn', async () => {
    const run = start();
    await run.shows(/say what there is/);
    // No port and no agent can bring this about; a mistake in a view can.
    Object.defineProperty(run.agent().facts, 'model', {
      get() {
        throw new Error('a mistake\u0007');
      },
    });
    run.screen.feed('x');
    expect(await run.end).toEqual({ threadId: 'new-1', isStored: false, exit: 2 });
    expect(run.agent().isClosed).toBe(true);
    expect(run.screen.all().at(-1)).toBe('sessions: the screen cannot be drawn: a mistake^G');
    expect(run.screen.isCursorHidden).toBe(false);
  });
});
