import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/ui/text-width.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { sizes } from '../support/run-in-tmux.ts';
import { program } from '../support/run-program.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

const id = idOf(1);
const hostile = '\x1b[2J\x1b]0;owned\x07 \x9b31m \u202edesrever \u{e0068}hidden \r\b\ud800';
const long = Array.from({ length: 60 }, (_, at) => `line ${at + 1}`).join('\n');
let home: TestHome;
let tmux: ReturnType<typeof startTmux>;

beforeAll(() => {
  home = makeHome();
  home.rollout(
    id,
    envelope(
      ...[record.meta(id), ...turn('first prompt')],
      ...[record.userEvent('show me'), record.call('c1', 'shell', { command: ['bash', '-lc', 'seq 60'] })],
      record.output('c1', JSON.stringify({ output: long, metadata: { exit_code: 0 } })),
      ...[record.event('agent_message', { message: 'second answer 🐛 日本語 שלום' }), ...turn(hostile)],
    ),
  );
  home.names({ [id]: `played ${hostile}` });
  tmux = startTmux({ columns: 80, rows: 24 });
});

afterAll(() => tmux?.stop());

describe.skipIf(!hasTmux)('sessions replay in the view of transcripts', () => {
  it.each(sizes)('plays in its own time, and stays at the end, at $columns x $rows', async (size) => {
    const window = open('--speed 20', size);
    await window.shows(/playing · turn \d of 3/);
    await window.shows('end · turn 3 of 3');
    expect(window.rows().join('\n')).toContain('• re: ^[[2J^[]0;owned^G');
    for (const row of window.rows()) expect(displayWidth(row)).toBeLessThanOrEqual(size.columns);
    expect(window.modes()).toMatchObject({ alternate: '1', cursor: '0' });
    window.press('Space');
    await window.shows('this is the end');
    window.press('q');
    expect(await window.ended()).toBe(0);
    expect(window.screen()).toBe('');
  });

  it('pauses, goes on step by step, and by turns; is scrolled, searched and unfolded meanwhile', async () => {
    const window = open('--speed 0.02 --idle-limit none');
    await window.shows('▌── session 0198');
    window.press('Space');
    await window.shows('paused');
    expect(window.screen()).toContain('Space go on · . step');
    window.press('.', '.');
    await window.shows('> first prompt');
    expect(window.screen()).not.toContain('re: first prompt');
    window.press('Right', 'Right');
    await window.shows('paused · turn 3 of 3');
    window.press('Left');
    await window.shows('paused · turn 2 of 3');
    expect(window.rows().join('\n')).not.toMatch(/turn 3 ─|seq 60/);
    window.press('Right');
    await window.shows('paused · turn 3 of 3');
    // Scrolled back, it goes on out of sight.
    window.press('g');
    await window.shows('G follows');
    window.press('Right');
    await window.shows('end · turn 3 of 3');
    window.type('/line 41');
    window.press('Enter');
    await window.shows('/line 41 1/1');
    await window.shows('│ line 41');
    window.type('/no such text');
    window.press('Enter');
    await window.shows('not found: no such text');
    window.type('?');
    await window.shows('Space      pause, and go on');
    window.type('q');
    await window.shows('more or less');
    window.type('q');
    expect(await window.ended()).toBe(0);
  });

  it('finds what is shown by now, and more as it comes', async () => {
    const window = open('--speed 0.02 --idle-limit none --to 2');
    await window.shows('▌── session 0198');
    window.press('Right', 'Space');
    await window.shows('paused · turn 1 of 2');
    window.type('/prompt');
    window.press('Enter');
    await window.shows('not found: prompt');
    window.type('..');
    await window.shows('/prompt 1/2');
    window.press('Space', '+', '+');
    await window.shows('playing');
    await window.shows('speed 0.08');
    window.press('-', 'C-c');
    expect(await window.ended()).toBe(130);
  });

  it('begins with a turn; `q` works while others are passed over', async () => {
    const window = open('--from 3 --no-wait');
    await window.shows('end · turn 3 of 3');
    expect(window.screen()).not.toContain('first prompt');
    window.press('q');
    expect(await window.ended()).toBe(0);
    const missing = open('--from 9');
    expect(await missing.ended()).toBe(2);
    expect(missing.screen()).toContain('the session has no turn 9: there are 3');
    expect(missing.modes()).toMatchObject({ alternate: '0', cursor: '1', mouse: '0' });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('gives the terminal back on %s', async (signal, exit) => {
    const window = open('--idle-limit none --speed 0.01');
    await window.shows('session 0198');
    const during = window.modes();
    window.press('Space');
    await window.shows('paused');
    window.kill(signal);
    expect(await window.ended()).toBe(exit);
    const after = window.modes();
    expect(after.stty).not.toBe(during.stty);
    expect(after.stty).toContain(' icanon');
    expect(after).toMatchObject({ alternate: '0', cursor: '1', mouse: '0' });
  });

  it('can be stopped with Ctrl-Z and goes on where it was', async () => {
    const run = `'${process.execPath}' '${program}' replay --idle-limit none --speed 0.01 ${id}`;
    const env = { CODEX_HOME: home.path, PS1: 'ready> ' };
    const window = tmux.open('bash --norc --noprofile -i', home.path, env);
    await window.shows('ready>');
    const before = window.modes();
    window.type(run);
    window.press('Enter');
    await window.shows('playing');
    window.press('Right', 'Space');
    await window.shows('paused · turn 1 of 3');
    window.press('C-z');
    await window.shows('Stopped');
    expect(window.modes()).toEqual(before);
    window.type('fg');
    window.press('Enter');
    await window.shows('paused · turn 1 of 3');
    window.press('.');
    await window.shows('> first prompt');
    window.press('q');
    await window.shows(/ready>\s*$/);
    window.type('echo code=$?');
    window.press('Enter');
    await window.shows('code=0');
    expect(window.modes()).toEqual(before);
    window.type('exit');
    window.press('Enter');
    expect(await window.ended()).toBe(0);
  });

  it('is printed as it goes where a terminal can do nothing', async () => {
    const window = tmux.open(`sessions replay --no-wait ${id}`, home.path, { CODEX_HOME: home.path, TERM: 'dumb' });
    expect(await window.ended()).toBe(0);
    expect(window.screen()).toContain('> first prompt');
    expect(window.screen()).toContain('· tokens');
  });
});

function open(options: string, size = { columns: 80, rows: 24 }): Window {
  return tmux.open(`sessions replay ${options} ${id}`, home.path, { CODEX_HOME: home.path, LANG: 'C.UTF-8' }, size);
}
