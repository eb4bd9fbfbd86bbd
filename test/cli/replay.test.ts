import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { actingCharacters, readCast } from '../engine/replay/cast-reader.ts';
import type { Json } from '../support/json.ts';
import { runHere } from '../support/run-here.ts';
import { finish, runProgram, startProgram } from '../support/run-program.ts';

const id = idOf(1);
const fixtures = fileURLToPath(new URL('../../fixtures/hostile/', import.meta.url));

function homeOfOne(): TestHome {
  const home = makeHome();
  home.rollout(id, envelope(record.meta(id), ...turn('a'), ...turn('b'), ...turn('c')));
  return home;
}

function run(home: TestHome, ...argv: string[]) {
  return runHere(argv, { env: { CODEX_HOME: home.path } });
}

function linesOf(out: Buffer): Json[] {
  return out
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe('sessions replay in a pipe', () => {
  it('writes what show writes', async () => {
    const home = homeOfOne();
    for (const options of [[], ['-q'], ['-0'], ['--json', '-0'], ['--no-wait'], ['--speed', '9']]) {
      const shown = options.filter((option) => option.length === 2 || option === '--json');
      expect(await run(home, 'replay', ...options, id)).toEqual(await run(home, 'show', ...shown, id));
    }
    const piped = await runProgram(['replay', '-'], { env: { CODEX_HOME: home.path }, input: `${id}\n` });
    expect(piped.stdout).toEqual((await run(home, 'show', id)).out);
  });

  it('writes some turns, the first event with the schema', async () => {
    const home = homeOfOne();
    const turnsOf = async (...options: string[]) => {
      const { code, out } = await run(home, 'replay', ...options, id);
      const events = linesOf(out);
      expect([code, events[0]?.schema]).toEqual([0, 'sessions.event/1']);
      for (const event of events) expect(validateEvent(event).ok).toBe(true);
      return [...new Set(events.map((event) => event.turn))];
    };
    expect(await turnsOf('--from', '2')).toEqual([2, 3]);
    expect(await turnsOf('--to', '1')).toEqual([0, 1]);
    expect(await turnsOf('--from', '2', '--to', '2')).toEqual([2]);
    expect(await turnsOf('--to', '99')).toEqual([0, 1, 2, 3]);
  });

  it('says that there is no such turn', async () => {
    const home = homeOfOne();
    for (const options of [[], ['--paced'], ['--format', 'asciicast']]) {
      const { code, err } = await run(home, 'replay', '--from', '4', ...options, id);
      expect([code, err]).toEqual([2, expect.stringContaining('the session has no turn 4: there are 3')]);
    }
  });

  it('writes each event at its time with --paced', async () => {
    const home = homeOfOne();
    const args = ['replay', '--paced', '--speed', '10', '--to', '1', id];
    const child = startProgram(args, { env: { CODEX_HOME: home.path } });
    const came: number[] = [];
    child.stdout?.on('data', () => came.push(Date.now()));
    const { code, stdout } = await finish(child);
    expect([code, stdout]).toEqual([0, (await run(home, 'replay', '--to', '1', id)).out]);
    // Nine events, each a second after the one before.
    expect(came.length).toBeGreaterThanOrEqual(8);
    const tookMs = (came.at(-1) as number) - (came[0] as number);
    expect(tookMs).toBeGreaterThan(700);
    expect(tookMs).toBeLessThan(5000);
  });

  it('stops with the signal, with the reader, and without a wait', async () => {
    const home = homeOfOne();
    const start = (...options: string[]) =>
      startProgram(['replay', '--paced', ...options, id], { env: { CODEX_HOME: home.path } });
    const stopped = start('--speed', '0.001');
    await once(stopped.stdout!, 'data');
    stopped.kill('SIGTERM');
    expect((await finish(stopped)).code).toBe(143);
    const closed = start('--speed', '2');
    await once(closed.stdout!, 'data');
    closed.stdout?.destroy();
    expect(await finish(closed)).toMatchObject({ code: 141, stderr: '' });
    const quick = await finish(start('--idle-limit', '0'));
    expect([quick.code, quick.stdout]).toEqual([0, (await run(home, 'show', id)).out]);
  });
});

describe('sessions replay', () => {
  it.each([
    ['--speed 0', 'is no speed'],
    ['--speed=-1', 'is no speed'],
    ['--speed fast', 'is no speed'],
    ['--speed 1e999', 'is no speed'],
    ['--speed Infinity', 'is no speed'],
    ['--idle-limit 5x', '--idle-limit'],
    ['--idle-limit=-1', '--idle-limit'],
    ['--from x', '--from'],
    ['--from 3 --to 2', 'lies behind'],
    ['--at 2', '--at goes with --state'],
    ['--paced --no-wait', 'do not go together'],
    ['--format asciicast --json', 'do not go together'],
    ['--format asciicast -0', 'do not go together'],
    ['--format asciicast --paced', 'do not go together'],
    ['--format asciicast --no-wait', 'do not go together'],
    ['--format gif', 'does not take'],
    ['--cols 80', 'goes with --format'],
    ['--format asciicast --cols 19', '--cols takes'],
    ['--format asciicast --rows 10001', '--rows takes'],
    ['--state --speed 2', '--state and --speed do not go together'],
    ['--state --format asciicast', '--state and --format do not go together'],
  ])('refuses %s', async (options, message) => {
    const { code, out, err } = await run(homeOfOne(), 'replay', ...options.split(' '), id);
    expect([code, out.length, err]).toEqual([2, 0, expect.stringContaining(message)]);
  });

  it.each(['2', '0.5', '.5', '1m', 'PT2S', 'none', '0'])('takes --idle-limit %s', async (limit) => {
    expect((await run(homeOfOne(), 'replay', '--idle-limit', limit, id)).code).toBe(0);
  });

  it('plays on a terminal what show prints there', async () => {
    const home = homeOfOne();
    const env = { CODEX_HOME: home.path, PAGER: '' };
    const shown = await runHere(['show', id], { env, tty: true });
    expect(await runHere(['replay', id], { env, tty: true })).toEqual(shown);
    expect(shown.out.toString()).toContain('re: c');
  });

  it('names a problem once, however often the viewer goes back', async () => {
    const home = makeHome();
    const lines = envelope(record.meta(id), ...turn('a')).map((line) => JSON.stringify(line));
    home.rollout(id, `${lines.slice(0, 3).join('\n')}\n{"torn\n${lines.slice(3).join('\n')}\n`);
    const { code, out, err } = await runHere(['replay', id], {
      env: { CODEX_HOME: home.path },
      tty: true,
      onListen: (press) => press?.(Buffer.from('\x1b[C\x1b[D\x1b[C\x1b[D')),
    });
    expect(code).toBe(3);
    expect(out.toString().split('\x1b[2J')).toHaveLength(3);
    expect(err.match(/cannot be decoded/g)).toHaveLength(1);
  });
});

describe.each([
  ['asciicast', 3],
  ['asciicast-v2', 2],
] as const)('sessions replay --format %s', (format, version) => {
  const cast = async (home: TestHome, ...options: string[]) => {
    const { code, out, err } = await run(home, 'replay', '--format', format, ...options, id);
    expect([code, err]).toEqual([0, '']);
    return readCast(out);
  };

  it('shows the transcript in colour, in the time of the record', async () => {
    const home = homeOfOne();
    home.names({ [id]: 'the \x1b[31mparser' });
    const { header, output, markers, columns, rows } = await cast(home);
    expect([header.version, columns, rows, header.timestamp]).toEqual([
      version,
      80,
      24,
      Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
    ]);
    expect(header).toMatchObject({ title: 'the ^[[31mparser', command: `sessions replay ${id}`, idle_time_limit: 2 });
    expect(markers).toEqual([
      { at: 1, label: 'turn 1: a' },
      { at: 9, label: 'turn 2: b' },
      { at: 17, label: 'turn 3: c' },
    ]);
    const shown = await runHere(['show', '--no-pager', id], { env: { CODEX_HOME: home.path }, tty: true });
    expect(output.map(({ text }) => text.replaceAll('\r\n', '\n')).join('')).toBe(shown.out.toString());
    expect(output.map(({ text }) => text).join('')).toContain('\x1b[');
  });

  it('keeps to the pace, the turns and the size that were asked for', async () => {
    const home = homeOfOne();
    const half = await cast(home, '--speed', '2', '--from', '2', '--to', '2');
    expect([half.markers, half.header.idle_time_limit]).toEqual([[{ at: 0, label: 'turn 2: b' }], 1]);
    const limited = await cast(home, '--idle-limit', '0.5');
    expect(limited.header.idle_time_limit).toBeUndefined();
    expect(limited.markers[0]).toEqual({ at: 0.5, label: 'turn 1: a' });
    expect((await cast(home, '--idle-limit', '0')).output.every(({ at }) => at === 0)).toBe(true);
    const sized = await cast(home, '--cols', '40', '--rows', '20', '--no-color');
    expect([sized.columns, sized.rows]).toEqual([40, 20]);
    const rowsShown = sized.output.flatMap(({ text }) => text.split('\r\n'));
    expect(Math.max(...rowsShown.map((row) => row.length))).toBeLessThanOrEqual(40);
    expect(rowsShown.join('')).not.toContain('\x1b');
  });

  it('is of one session', async () => {
    const home = homeOfOne();
    home.rollout(idOf(2), envelope(record.meta(idOf(2)), ...turn('d')));
    const { code, err } = await runHere(['replay', '--format', format, '-'], {
      env: { CODEX_HOME: home.path },
      stdin: `${id}\n${idOf(2)}\n`,
    });
    expect([code, err]).toEqual([2, expect.stringContaining('an asciicast shows one session, not 2')]);
  });
});

describe('a damaged session', () => {
  it.each(readdirSync(fixtures))('%s is replayed as far as it is shown, with the same exit code', async (name) => {
    const home = makeHome();
    const ending = name.endsWith('.zst') ? '.jsonl.zst' : '.jsonl';
    home.write(`sessions/2026/01/02/rollout-2026-01-02T03-04-05-${id}${ending}`, readFileSync(join(fixtures, name)));
    const env = { CODEX_HOME: home.path, PAGER: '' };
    for (const tty of [false, true]) {
      expect(await runHere(['replay', id], { env, tty })).toEqual(await runHere(['show', id], { env, tty }));
    }
    const { code, out } = await runHere(['show', id], { env, tty: true });
    for (const format of ['asciicast', 'asciicast-v2']) {
      const recorded = await runHere(['replay', '--format', format, id], { env });
      expect(recorded.code).toBe(code);
      const { output, exit, version } = readCast(recorded.out);
      expect(exit).toBe(version === 3 ? String(code) : null);
      const text = output.map((part) => part.text).join('');
      expect(actingCharacters(text)).toEqual([]);
      expect(text.replaceAll('\r\n', '\n')).toBe(out.toString());
    }
  });
});
