import { utimesSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateThread } from '../../src/format/schemas.ts';
import { displayWidth } from '../../src/ui/text-width.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { runHere } from '../support/run-here.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';

let home: TestHome;
const day = 86_400_000;

/** Four sessions, the first the newest; each a day older than the one before; the last is archived. */
beforeAll(() => {
  home = makeHome();
  for (const number of [1, 2, 3, 4]) {
    const id = idOf(number);
    const at = Date.now() - number * day;
    const git = { branch: number === 2 ? 'topic' : 'main' };
    const lines = envelope(
      record.meta(id, {
        timestamp: new Date(at).toISOString(),
        cwd: number === 1 ? home.path : '/elsewhere',
        source: number === 3 ? { subagent: 'review' } : 'exec',
        git,
      }),
      ...turn('hi').slice(0, number === 1 ? 2 : 8),
    ).map((line) => ({ ...line, timestamp: new Date(at).toISOString() }));
    const path = home.rollout(id, lines, { archived: number === 4 });
    utimesSync(path, at / 1000, at / 1000);
  }
  home.names({ [idOf(1)]: 'fix a bug', [idOf(3)]: 'review it' });
});

describe('the list', () => {
  it.each<[string[], number[]]>([
    [[], [1, 2, 3]],
    [['--archived'], [1, 2, 3, 4]],
    [['--archived=only'], [4]],
    [['--here'], [1]],
    [
      ['--cwd', '/elsewhere'],
      [2, 3],
    ],
    [['--branch', 'topic'], [2]],
    [
      ['--model', 'gpt-5', '--limit', '2'],
      [1, 2],
    ],
    [['--model', 'gpt-4'], []],
    [
      ['--source', 'exec'],
      [1, 2],
    ],
    [['--source', 'subagent'], [3]],
    [['--name', 'fix*'], [1]],
    [['--name', '(a+)+*'], []],
    [
      ['--older-than', '36h'],
      [2, 3],
    ],
    [
      ['--newer-than', '2d12h'],
      [1, 2],
    ],
    [
      ['--older-than', '0d', '--reverse'],
      [3, 2, 1],
    ],
    [['--sort', 'created', '--reverse', '--limit', '1'], [3]],
    [
      ['--sort', 'size'],
      [3, 2, 1],
    ],
  ])('with %j', async (options, numbers) => {
    const { code, out, err } = await lsHere([...options, '-q']);
    expect([code, err]).toEqual([0, '']);
    const ids = out.toString().split('\n').filter(Boolean);
    const expected = numbers.map(idOf);
    // Among those of one size the order is by id.
    expect(options.includes('size') ? ids.sort() : ids).toEqual(options.includes('size') ? expected.sort() : expected);
  });

  it('is rows that the schema allows', async () => {
    const { stdout } = await ls(['--archived']);
    const rows = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.length).toBe(4);
    for (const row of rows) expect(validateThread(row)).toMatchObject({ ok: true });
  });

  it('by times is what the rows say', async () => {
    const since = new Date(Date.now() - 2.5 * day).toISOString();
    expect((await ls(['-q', '--since', since])).stdout.toString()).toBe(`${idOf(1)}\n${idOf(2)}\n`);
    expect((await ls(['-q', '--until', since])).stdout.toString()).toBe(`${idOf(3)}\n`);
  });

  it('goes by the directory that it is called in', async () => {
    expect((await ls(['-q', '--here'])).stdout.toString()).toBe(`${idOf(1)}\n`);
  });

  it.each([40, 60, 80, 100, 200])(
    'fits a terminal of %i columns, and begins with what names the session',
    async (columns) => {
      const home = makeHome();
      home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('please mend the parser '.repeat(20))));
      home.names({ [idOf(1)]: '一二三四五六七八九十'.repeat(20) });
      const options = { env: { CODEX_HOME: home.path, NO_COLOR: '1' }, tty: true, columns };
      const { out } = await runHere(['ls', '--no-index', '--no-pager'], options);
      const rows = out.toString().trimEnd().split('\n');
      expect(rows).toHaveLength(2);
      for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
      expect(idOf(1).startsWith(rows[1]?.split(' ')[0] as string)).toBe(true);
      expect(rows[1]).toMatch(/一.*…$/);
    },
  );

  it('may be empty, which is no failure', async () => {
    const empty = makeHome();
    const outcome = await runProgram(['ls'], { env: { CODEX_HOME: empty.path } });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout.length).toBe(0);
  });

  it.each<[string[], string]>([
    [['--older-than', '30'], "'30' is not a duration"],
    [['--since', 'yesterday'], "'yesterday' is not a date or a time"],
    [['--sort', 'name'], 'name'],
    [['--limit', '-1'], '-1'],
    [['--here', '--cwd', '/x'], '--here and --cwd'],
    [['--archived=no'], 'no'],
    [['extra'], 'extra'],
  ])('with %j is wrong usage', async (options, message) => {
    const { code, out, err } = await lsHere(options);
    expect([code, out.length]).toEqual([2, 0]);
    expect(err).toContain(message);
  });

  it('needs a home', async () => {
    const { code, stderr } = await runProgram(['ls', '--json'], { env: { CODEX_HOME: '/no/such/home' } });
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      kind: 'usage',
      file: '/no/such/home',
      message: 'there is no Codex home',
    });
  });
});

function lsHere(options: string[]) {
  return runHere(['ls', ...options], { env: { CODEX_HOME: home.path }, cwd: home.path });
}

function ls(options: string[]): Promise<Outcome> {
  return runProgram(['ls', ...options], { env: { CODEX_HOME: home.path }, cwd: home.path });
}
