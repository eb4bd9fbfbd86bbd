import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { PlanSession } from '../../src/engine/prune/plan.ts';
import type { PruneResult } from '../../src/engine/prune/prune-result.ts';
import { idOf, jsonl, makeFolder, makeHome, paginated, record, rolloutName, TestHome, zstdFrame } from '../builders.ts';
import { type AgedOptions, addAged } from '../support/aged-session.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
const day = 86_400_000;
const old = 40;

/** Old sessions 1 to 3, and young enough ones that nothing is half of the home. */
function makeOldHome(): TestHome {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  for (const n of [1, 2, 3]) addAged(home, n, old);
  for (let n = 101; n <= 108; n++) addAged(home, n, 2);
  return home;
}

describe('nothing at all is moved, and the exit code is 4', () => {
  const stops: [string, (home: TestHome) => void, RegExp][] = [
    [
      'row 47: a folder of sessions is a link',
      (home) => {
        const elsewhere = makeFolder();
        symlinkSync(elsewhere, join(home.path, 'sessions/2026/02'));
      },
      /2026\/02.*symbolic link/,
    ],
    [
      'row 48: a rollout is a link to somebody’s key',
      (home) => {
        const key = join(makeFolder(), 'id_ed25519');
        writeFileSync(key, 'secret');
        symlinkSync(key, join(home.path, 'sessions/2026/01/02', rolloutName(idOf(9))));
      },
      /symbolic link/,
    ],
    ['row 51: a pipe', (home) => execFileSync('mkfifo', [nameIn(home, 9)]), /not a regular file/],
    ['row 51: a folder', (home) => mkdirSync(nameIn(home, 9)), /not a regular file/],
    ['row 53: a name that is not UTF-8', (home) => copyToBadName(home), /cannot be found under its name/],
    ['row 63: a clock set back by a day', (home) => touch(home, 'state_5.sqlite', 1), /this home was in use at/],
    [
      'row 63: a clock set forward by 400 days',
      (home) => moveTimesBack(home, 400),
      /nothing has happened in this home since/,
    ],
    [
      'a first record that is damaged',
      (home) => writeFileSync(nameIn(home, 9), '{"type":"session_meta",\n{}\n'),
      /BAD-JSON/,
    ],
    [
      'a compressed file that cannot be read',
      (home) => writeFileSync(`${nameIn(home, 9)}.zst`, zstdFrame('x'.repeat(9000)).subarray(0, 9)),
      /may refer to others/,
    ],
    [
      'holds that are damaged',
      (home) => home.write('.sessions/holds.jsonl', 'nonsense\n'),
      /what is held cannot be known/,
    ],
    ['a journal that is damaged', (home) => home.write('.sessions/journal.jsonl', 'nonsense\n'), /journal is damaged/],
    [
      'a Codex database that is none',
      (home) => home.write('state_5.sqlite', 'nonsense'.repeat(1000)),
      /what is pinned cannot be known/,
    ],
  ];

  it.each(stops)('%s', async (_, spoil, message) => {
    const home = makeOldHome();
    spoil(home);
    const before = filesOf(home);
    for (const args of [
      ['--older-than', '30d'],
      ['--older-than', '30d', '-n'],
    ]) {
      expect(await prune(home, ...args)).toMatchObject({ code: 4, stderr: expect.stringMatching(message) });
    }
    expect(filesOf(home)).toEqual(before);
    expect(existsSync(join(home.path, '.sessions/trash'))).toBe(false);
  });

  it('row 75: a day that cannot be read', async () => {
    const home = makeOldHome();
    const folder = join(home.path, 'sessions/2026/01/03');
    mkdirSync(folder);
    chmodSync(folder, 0);
    // Who is root can read everything.
    const isRoot = process.getuid?.() === 0;
    if (isRoot)
      for (const path of ['', ...readdirSync(home.path, { recursive: true, encoding: 'utf8' })])
        chownSync(join(home.path, path), 65534, 65534);
    const before = filesOf(home);
    const user = isRoot ? { uid: 65534, gid: 65534 } : {};
    const outcome = await runProgram(['prune', '--older-than', '30d'], {
      env: { CODEX_HOME: home.path },
      cwd: '/',
      ...user,
    });
    chmodSync(folder, 0o700);
    expect(outcome).toMatchObject({ code: 4, stderr: expect.stringMatching(/01\/03.*cannot be read: EACCES/s) });
    expect(filesOf(home)).toEqual(before);
  });
});

describe('a session stays, the others go', () => {
  const stays: [string, (home: TestHome) => void, (string | object)[], number][] = [
    [
      'row 34: of which the file says that it is another one',
      (home) => addAged(home, 1, old, { meta: { id: idOf(77) } }),
      ['id-mismatch'],
      4,
    ],
    ['row 35: of which there are two with other content', (home) => twin(home, 'other content\n'), ['duplicate-id'], 4],
    [
      'row 50: of which a file has a second hard link',
      (home) => linkSync(nameIn(home, 1), join(home.path, 'copy')),
      ['hard-link'],
      4,
    ],
    [
      'row 61: of which the last record lies in the future',
      (home) => withLastTime(home, new Date(Date.now() + day).toISOString()),
      ['future-clock'],
      0,
    ],
    ['row 61: from 1970', (home) => withLastTime(home, '1970-01-01T00:00:00Z'), ['unknown-age'], 0],
    ['row 61: of the year 10000', (home) => withLastTime(home, '10000-01-01T00:00:00Z'), ['unknown-age'], 0],
    ['row 61: without a time', (home) => withLastTime(home, undefined), ['unknown-age'], 0],
    ['row 61: of a leap second', (home) => withLastTime(home, '2026-06-30T23:59:60Z'), ['unknown-age'], 0],
    ['row 61: without a zone', (home) => withLastTime(home, '2026-06-30T23:59:59'), ['unknown-age'], 0],
    [
      'row 61: of which the file lies in the future',
      (home) => utimesSync(nameIn(home, 1), 1, Date.now() / 1000 + 999),
      ['future-clock'],
      0,
    ],
    [
      'row 65: that a young fork refers to',
      (home) => fork(home, 20, idOf(1), 1),
      [{ code: 'referenced', how: 'history', by: [idOf(20)] }],
      0,
    ],
    [
      'that a young fork of a fork refers to',
      (home) => {
        fork(home, 20, idOf(1), 35);
        fork(home, 21, idOf(20), 1);
      },
      [{ code: 'referenced', how: 'history', by: [idOf(20)] }],
      0,
    ],
    [
      'that a compressed fork in the archive refers to',
      (home) => fork(home, 20, idOf(1), 1, { archived: true, compressed: true }),
      [{ code: 'referenced', how: 'history', by: [idOf(20)] }],
      0,
    ],
    [
      'that a copy hidden by another file refers to',
      (home) => {
        fork(home, 20, idOf(1), 1, { compressed: true });
        addAged(home, 20, 1);
      },
      [{ code: 'referenced', how: 'history', by: [idOf(20)] }],
      0,
    ],
    ['row 66: that is held', hold, ['held'], 0],
    ['row 66: that is pinned in Codex', pin, ['pinned'], 0],
    ['row 66: that a record was added to just now', (home) => appendFileSync(nameIn(home, 1), '\n'), ['young'], 0],
    ['row 15: of which the first record has a key twice', repeatKey, ['unreadable'], 0],
  ];

  it.each(stays)('%s', async (_, prepare, reasons, code) => {
    const home = makeOldHome();
    prepare(home);
    const plan = (await prune(home, '--older-than', '30d', '-n')).stdout.toString().trim().split('\n');
    const planned = plan.map((line) => JSON.parse(line) as PlanSession).find(({ thread_id }) => thread_id === idOf(1));
    expect(planned?.action).toBe('keep');
    expect(planned?.reasons.filter(({ code }) => code !== 'not-selected')).toMatchObject(
      reasons.map((reason) => (typeof reason === 'string' ? { code: reason } : reason)),
    );
    const outcome = await prune(home, '--older-than', '30d');
    const results = resultsOf(outcome);
    expect(results.filter(({ result }) => result === 'trashed').map(({ thread_id }) => thread_id)).toEqual(
      expect.arrayContaining([idOf(2), idOf(3)]),
    );
    expect(outcome.code).toBe(code);
    expect(existsSync(nameIn(home, 1))).toBe(true);
  });

  it('row 66: that is open', async () => {
    const home = makeOldHome();
    const holder = await holdLock(home.write(`thread-writer-locks/${idOf(1)}.lock`, ''));
    const outcome = await prune(home, '--older-than', '30d');
    await killHolder(holder);
    expect(resultsOf(outcome)).toMatchObject([
      { thread_id: idOf(1), result: 'kept', reasons: [{ code: 'live' }] },
      { thread_id: idOf(2), result: 'trashed' },
      { thread_id: idOf(3), result: 'trashed' },
    ]);
  });

  it('that may be open in a Codex without locks, until it was left alone for a week', async () => {
    const home = makeHome();
    for (const [n, days] of [1, 1, 1, 6, 8].entries()) addAged(home, n + 1, days);
    const results = resultsOf(await prune(home, '--older-than', '2d'));
    expect(results).toMatchObject([
      { thread_id: idOf(4), result: 'kept', reasons: [{ code: 'maybe-live' }] },
      { thread_id: idOf(5), result: 'trashed' },
    ]);
  });

  it('row 66: with every reason that there is', async () => {
    const home = makeOldHome();
    addAged(home, 1, 0);
    pin(home);
    hold(home);
    fork(home, 20, idOf(1), 1);
    linkSync(nameIn(home, 1), join(home.path, 'copy'));
    const holder = await holdLock(home.write(`thread-writer-locks/${idOf(1)}.lock`, ''));
    const outcome = await prune(home, idOf(1));
    await killHolder(holder);
    expect(resultsOf(outcome)[0]?.reasons.map(({ code }) => code)).toEqual([
      'young',
      'live',
      'held',
      'pinned',
      'hard-link',
      'referenced',
    ]);
    expect(outcome.code).toBe(4);
  });
});

describe('row 64: references that lead nowhere', () => {
  it('or in a circle end no run, and protect only what is needed', async () => {
    const home = makeOldHome();
    fork(home, 20, idOf(999), old);
    fork(home, 21, idOf(21), old);
    fork(home, 22, idOf(23), old);
    fork(home, 23, idOf(22), old);
    fork(home, 24, idOf(25), old);
    fork(home, 25, idOf(24), 1);
    const results = resultsOf(await prune(home, '--older-than', '30d'));
    const kept = results.filter(({ result }) => result === 'kept').map(({ thread_id }) => thread_id);
    expect(kept).toEqual([idOf(24)]);
    const left = Object.keys(filesOf(home)).filter((path) => [20, 21, 22, 23].some((n) => path.includes(idOf(n))));
    expect(left).toEqual([]);
  });
});

describe('row 52: what is no id', () => {
  it.each([['../../etc/passwd'], ['%2e%2e'], ['-rf'], [''], ['x'.repeat(5000)], ['a\nb']])(
    '%j is a wrong operand',
    async (id) => {
      const home = makeOldHome();
      const before = filesOf(home);
      const outcome = await prune(home, '--', id);
      expect(outcome.code).toBe(2);
      expect(filesOf(home)).toEqual(before);
    },
  );
});

describe('row 53: names of files with a line feed, an escape and a change of direction', () => {
  it('are moved as they are, and shown harmlessly', async () => {
    const home = makeOldHome();
    const name = `rollout-2026-01-02T03-04-05\n\x1b[2J\u202e-${idOf(4)}.jsonl`;
    renameSync(addAged(home, 4, old), join(home.path, 'sessions/2026/01/02', name));
    linkSync(join(home.path, 'sessions/2026/01/02', name), join(home.path, 'copy'));
    const refused = await prune(home, '--older-than', '30d', '--json');
    expect(resultsOf(refused)).toMatchObject([{ thread_id: idOf(4), result: 'kept' }, {}, {}, {}]);
    expect([refused.code, refused.stderr.includes('\x1b')]).toEqual([4, false]);
    execFileSync('rm', [join(home.path, 'copy')]);
    const moved = await prune(home, '--older-than', '30d');
    expect(resultsOf(moved)).toMatchObject([
      { thread_id: idOf(4), result: 'trashed', path: expect.stringContaining(name) },
    ]);
  });
});

describe('row 62: a session in the hour that the clock goes through twice', () => {
  it('is as old as its records say, wherever this is read', async () => {
    const outcomes = ['UTC', 'Europe/Berlin', 'Pacific/Apia'].map(async (TZ) => {
      const home = makeOldHome();
      addAged(home, 5, 29.9, { time: '2026-10-25T02-30-00' });
      addAged(home, 6, 30.1, { time: '2026-10-25T02-30-00' });
      const outcome = await runProgram(['prune', '--older-than', '30d'], { env: { CODEX_HOME: home.path, TZ } });
      return resultsOf(outcome).map(({ thread_id, result }) => [thread_id, result]);
    });
    const [one, ...others] = await Promise.all(outcomes);
    expect(one).toEqual([1, 2, 3, 6].map((n) => [idOf(n), 'trashed']));
    expect(others).toEqual([one, one]);
  });
});

describe('row 76: the home', () => {
  it('may be reached through a link, and have a line feed in its name', async () => {
    const folder = join(makeFolder(), 'a home\nof sessions');
    const inner = new TestHome(folder);
    for (const [n, days] of [1, 1, 1, old].entries()) addAged(inner, n + 1, days);
    const link = join(makeFolder(), 'link');
    symlinkSync(folder, link);
    const outcome = await runProgram(['prune', '--older-than', '30d', '-q'], { env: { CODEX_HOME: link } });
    expect([outcome.code, outcome.stdout.toString()]).toEqual([0, `${idOf(4)}\n`]);
    expect(readdirSync(join(folder, '.sessions/trash'))).toHaveLength(1);
  });

  it('that is not there is a wrong one', async () => {
    const outcome = await runProgram(['prune', '--older-than', '30d'], { env: { CODEX_HOME: '/no/such/home' } });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/there is no Codex home/) });
  });
});

function nameIn(home: TestHome, n: number): string {
  return join(home.path, 'sessions/2026/01/02', rolloutName(idOf(n)));
}

function copyToBadName(home: TestHome): void {
  const name = Buffer.concat([
    Buffer.from(join(home.path, 'sessions/2026/01/02/rollout-')),
    Buffer.from([0xff]),
    Buffer.from(`-${idOf(9)}.jsonl`),
  ]);
  writeFileSync(name, readFileSync(nameIn(home, 1)));
}

function touch(home: TestHome, name: string, daysAhead: number): void {
  const path = join(home.path, name);
  new Database(path).exec('CREATE TABLE threads (id TEXT)').close();
  const time = (Date.now() + daysAhead * day) / 1000;
  utimesSync(path, time, time);
}

function moveTimesBack(home: TestHome, days: number): void {
  for (const n of [1, 2, 3, 101, 102, 103, 104, 105, 106, 107, 108]) addAged(home, n, days + (n > 100 ? 2 : old));
  utimesSync(join(home.path, 'thread_history_1.sqlite'), 1, Date.now() / 1000 - days * 86_400);
}

function twin(home: TestHome, content: string): void {
  const path = `${nameIn(home, 1)}.zst`;
  writeFileSync(path, zstdFrame(readFileSync(nameIn(home, 1), 'utf8') + content));
  const time = Date.now() / 1000 - old * 86_400;
  utimesSync(path, time, time);
}

function withLastTime(home: TestHome, timestamp: string | undefined): void {
  const path = nameIn(home, 1);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const last = JSON.stringify({ ...JSON.parse(lines.pop() as string), timestamp });
  writeFileSync(path, `${[...lines, last].join('\n')}\n`);
  const time = Date.now() / 1000 - old * 86_400;
  utimesSync(path, time, time);
}

function fork(home: TestHome, n: number, base: string, days: number, options: AgedOptions = {}): void {
  const history_base = { thread_id: base, end_ordinal_exclusive: 1, end_byte_offset: 1 };
  addAged(home, n, days, { ...options, entries: [], meta: { history_base, forked_from_id: base } });
}

function hold(home: TestHome): void {
  execFileSync(
    process.execPath,
    [join(import.meta.dirname, '../../bin/sessions.js'), 'hold', 'add', '--matter', 'm', idOf(1)],
    {
      env: { PATH: process.env.PATH, CODEX_HOME: home.path },
    },
  );
}

function pin(home: TestHome): void {
  const database = new Database(join(home.path, 'state_5.sqlite'));
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE threads (id TEXT PRIMARY KEY, is_pinned INTEGER)');
  database.prepare('INSERT INTO threads VALUES (?, 1)').run(idOf(1));
  database.close();
}

function repeatKey(home: TestHome): void {
  const [, ...rest] = readFileSync(nameIn(home, 1), 'utf8').split('\n');
  const meta = jsonl(paginated(0, record.meta(idOf(1)))).replace('"id":', '"id":"x","id":');
  writeFileSync(nameIn(home, 1), meta + rest.join('\n'));
  const time = Date.now() / 1000 - old * 86_400;
  utimesSync(nameIn(home, 1), time, time);
}

function filesOf(home: TestHome): { [path: string]: string } {
  const all = readdirSync(join(home.path, 'sessions'), { recursive: true, encoding: 'utf8', withFileTypes: true });
  const files = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.filter((path) => existsSync(path)).map((path) => [path, readFileSync(path, 'base64')]),
  );
}

function prune(home: TestHome, ...args: string[]): Promise<Outcome> {
  return runProgram(['prune', ...args], { env: { CODEX_HOME: home.path } });
}

function resultsOf({ stdout }: Outcome): PruneResult[] {
  const lines = stdout.toString().trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as PruneResult);
}
