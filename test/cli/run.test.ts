import { describe, expect, it } from 'vitest';
import { resumeLine } from '../../src/commands/run/resume-line.ts';
import { envelope, idOf, makeHome, record, turn } from '../builders.ts';
import { MemoryIo } from '../support/memory-io.ts';
import { MemoryScreen } from '../support/memory-screen.ts';
import { runHere } from '../support/run-here.ts';

describe('without a terminal', () => {
  it.each([
    ['run', 'exec'],
    ['resume', 'exec'],
    ['show --tui @last', 'printed'],
  ])('%s says so, and what to do instead', async (command, hint) => {
    const home = makeHome();
    const { code, out, err } = await runHere(command.split(' '), { env: { CODEX_HOME: home.path } });
    expect({ code, out: out.toString() }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^sessions: standard input is no terminal\nhint: /);
    expect(err).toContain(hint);
  });
});

describe('before anything is drawn', () => {
  const onTerminal = (home: { path: string }) => ({
    env: { CODEX_HOME: home.path, HOME: home.path },
    cwd: home.path,
    tty: true,
    onListen: () => {},
    screen: () => {
      throw new Error('nothing is to be drawn');
    },
  });

  it.each([
    ['run --cd /no/such/folder', 'No such file or directory|no such file or directory'],
    ['run --name @last', 'would be taken for something else'],
    ['run --image nothing.png', 'nothing.png'],
    ['run one two', 'too many'],
    ['resume nothing', "no session has the id or name 'nothing'"],
    ['resume --last', 'there is no session of this directory to resume'],
    ['resume --last --all', 'there is no session to resume'],
    ['resume --last one two', 'one argument too many'],
    ['resume -', 'does not come over standard input'],
    ['show --tui --json a', '--tui and --json exclude each other'],
    ['show --tui a b', '--tui shows one session'],
    ['show --tui nothing', "no session has the id or name 'nothing'"],
  ])('%s is refused', async (command, message) => {
    const { code, err } = await runHere(command.split(' '), onTerminal(makeHome()));
    expect(err).toMatch(new RegExp(message));
    expect(code).toBe(2);
  });

  it.each(['run', 'resume', 'show --tui @last'])('%s is refused where the terminal can only print', async (command) => {
    const terminal = onTerminal(makeHome());
    const env = { ...terminal.env, TERM: 'dumb' };
    const { code, out, err } = await runHere(command.split(' '), { ...terminal, env });
    expect({ code, out: out.toString() }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^sessions: nothing can be drawn on this terminal: TERM is dumb\nhint: /);
  });

  it('--last passes over what nobody sat in front of, unless it is asked for', async () => {
    const home = makeHome();
    home.rollout(idOf(1), envelope(record.meta(idOf(1), { source: 'exec', cwd: home.path }), ...turn('one')));
    const { err } = await runHere(['resume', '--last'], onTerminal(home));
    expect(err).toContain('there is no session of this directory');
    const found = await runHere(['resume', '--last', '--include-non-interactive'], onTerminal(home));
    expect(found.err).toContain('nothing is to be drawn');
  });
});

describe('the line that resumes', () => {
  it.each([
    ['plain', 'sessions resume plain'],
    ["it's two words", `sessions resume 'it'\\''s two words'`],
    ['a/path', `sessions resume ${idOf(1)}`],
    ['wow!', `sessions resume ${idOf(1)}`],
    ['@last', `sessions resume ${idOf(1)}`],
    [idOf(2), `sessions resume ${idOf(1)}`],
    ['\x1b[2Jclear', `sessions resume ${idOf(1)}`],
  ])('names %s so that a shell understands it', async (name, line) => {
    const home = makeHome();
    for (const id of [idOf(1), idOf(2)]) home.rollout(id, envelope(record.meta(id), ...turn('one')));
    home.names({ [idOf(1)]: name });
    expect(await resumeLine(idOf(1), new MemoryIo({ env: { CODEX_HOME: home.path } }))).toBe(line);
  });

  it('has the id where there is no name, or another session has it too', async () => {
    const home = makeHome();
    for (const id of [idOf(1), idOf(2), idOf(3)]) home.rollout(id, envelope(record.meta(id), ...turn('one')));
    home.names({ [idOf(1)]: 'both', [idOf(2)]: 'both' });
    const io = new MemoryIo({ env: { CODEX_HOME: home.path } });
    expect(await resumeLine(idOf(1), io)).toBe(`sessions resume ${idOf(1)}`);
    expect(await resumeLine(idOf(3), io)).toBe(`sessions resume ${idOf(3)}`);
  });

  it('is none for a session that is not there any more, also when its name is', async () => {
    const home = makeHome();
    home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('one')));
    home.names({ [idOf(2)]: 'gone' });
    const io = new MemoryIo({ env: { CODEX_HOME: home.path } });
    expect(await resumeLine(idOf(2), io)).toBeNull();
    // What cannot be looked for may be there.
    const none = new MemoryIo({ env: { CODEX_HOME: `${home.path}/none` } });
    expect(await resumeLine(idOf(2), none)).toBe(`sessions resume ${idOf(2)}`);
  });
});

it('a screen of the tests keeps what is written, and hands on what is typed', async () => {
  const screen = new MemoryScreen({ columns: 40, rows: 12 });
  const got: (string | null)[] = [];
  let redraws = 0;
  screen.onInput((bytes) => got.push(bytes && Buffer.from(bytes).toString()));
  screen.onRedraw(() => redraws++);
  screen.write('text');
  screen.feed('a');
  screen.resize(80, 24);
  screen.feed(null);
  await screen.close();
  screen.write('late');
  screen.feed('late');
  expect({ got, redraws, text: screen.written(), columns: screen.columns }).toEqual({
    ...{ got: ['a', null], redraws: 1, text: 'text', columns: 80 },
  });
});
