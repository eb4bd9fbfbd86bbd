import { execFileSync, spawn as startProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, TestHome } from '../builders.ts';
import { addThread, makeCodexDatabase } from '../support/codex-database.ts';
import { damages, resetIndex } from '../support/index-damages.ts';
import { changeIndex, Database, type Listing, somebody, spawn, stateDb } from '../support/list-sessions.ts';
import { createRandom } from '../support/random.ts';
import { finish, program } from '../support/run-program.ts';
import { makeVariedHome, settle, special } from '../support/varied-home.ts';

const corpus = process.env.SESSIONS_CORPUS;
const isFull = process.env.MODE === 'full';

let home: TestHome;
let files: Listing;
let good: Buffer;
beforeAll(async () => {
  home = makeVariedHome();
  files = await look(home, '--no-index');
  expect(await look(home)).toEqual(files);
  good = readFileSync(stateDb(home));
});

function look(place: TestHome, ...options: string[]): Promise<Listing> {
  return spawn(place, ['ls', '--json', '--archived', ...options], { ...(place === theirs && somebody) });
}

/** A home of the user that is not root, if there is one. */
let theirs: TestHome | undefined;

describe('an index that is damaged', () => {
  it.each(damages)('costs a line of warning at most: %s', async (_what, damage) => {
    resetIndex(home, good);
    damage(home);
    expectListed(await look(home));
    expect(await look(home)).toEqual(files);
    expect(await spawn(home, ['index', 'check'])).toEqual({ code: 0, out: '', err: '' });
  });

  // The damaged value itself would keep the row out of the query.
  it.each([
    ['archived', '1', []],
    ['archived', '2', []],
    ['cwd', "'x'", ['--cwd', '/home/dev/widget']],
    ['branch', 'NULL', ['--branch', 'main']],
    ['model', "'x'", ['--model', 'gpt-5']],
    ['source', "'x'", ['--source', 'exec']],
    ['updated_ms', '1', ['--since', '2026-01-01']],
    ['age_ms', '1', ['--newer-than', '2h']],
    ['age_ms', 'NULL', ['--older-than', '0d']],
  ])('hides no row: its %s is %s, for ls %j', async (column, value, options) => {
    resetIndex(home, good);
    changeIndex(home, (database) =>
      database.exec(`UPDATE threads SET ${column} = ${value} WHERE thread_id = '${special.plain}'`),
    );
    const expected = await spawn(home, ['ls', '--no-index', ...options]);
    expect(expected.out).toContain(special.plain);
    const count = await spawn(home, ['ls', '--no-index', '--count', ...options]);
    expect(await spawn(home, ['ls', '--count', ...options])).toMatchObject({ code: 0, out: count.out });
    expect(await spawn(home, ['ls', ...options])).toMatchObject({ code: 0, out: expected.out });
  });

  it('costs no more where modes of files hold its user back', async () => {
    theirs = makeVariedHome();
    if (somebody.uid !== undefined) execFileSync('chown', ['-R', String(somebody.uid), theirs.path]);
    const before = await look(theirs);
    expect(before).toMatchObject({ code: 0, err: '' });
    for (const mode of [0, 0o200, 0o400]) {
      chmodSync(stateDb(theirs), mode);
      const { code, out, err } = await look(theirs);
      expect([mode, code, out]).toEqual([mode, 0, before.out]);
      expect(err.split('\n').length).toBeLessThanOrEqual(2);
      expect(await look(theirs)).toEqual(before);
    }
  });

  it('leaves what a link leads to, and the data of another program, as they were', async () => {
    resetIndex(home, null);
    const elsewhere = home.write('elsewhere', 'not yours');
    symlinkSync(elsewhere, stateDb(home));
    expectListed(await look(home));
    expect(readFileSync(elsewhere, 'utf8')).toBe('not yours');
    resetIndex(home, null);
    // Its rows are still in its log only, because it is open.
    const database = makeCodexDatabase(home.path, 'state.db');
    addThread(database, { id: special.plain, path: '/x' });
    expectListed(await look(home));
    expect(database.prepare('SELECT id FROM threads').pluck().all()).toEqual([special.plain]);
    database.close();
    const moved = new Database(join(home.path, 'state.db.broken'), { readonly: true });
    expect(moved.prepare('SELECT id FROM threads').pluck().all()).toEqual([special.plain]);
    moved.close();
  });

  it.each([0, 8, 64, 300])('or that there is no room for, beyond %i KiB', async (size) => {
    resetIndex(home, null);
    const command = `trap '' XFSZ; ulimit -f ${size}; exec "$0" "$@"`;
    const args = ['-c', command, process.execPath, program, 'ls', '--json', '--archived'];
    const env = { PATH: process.env.PATH, CODEX_HOME: home.path };
    const { code, stdout, stderr } = await finish(
      startProcess('bash', args, { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expectListed({ code, out: stdout.toString(), err: stderr });
    expectListed(await look(home));
    expect(await look(home)).toEqual(files);
  });

  it.each(['BEGIN EXCLUSIVE', 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE'])(
    'or that another process keeps locked, with %s',
    async (lock) => {
      resetIndex(home, good);
      const script = `const database = require('better-sqlite3')(process.argv[1]);
        database.exec(process.argv[2]); console.log('held'); setTimeout(() => {}, 60_000);`;
      const holder = startProcess(process.execPath, ['-e', script, stateDb(home), lock], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await once(holder.stdout, 'data');
        expectListed(await look(home));
        expect(await look(home)).toEqual(files);
      } finally {
        holder.kill('SIGKILL');
        await once(holder, 'close');
      }
      expect(await look(home)).toEqual(files);
    },
    60_000,
  );
});

function expectListed({ code, out, err }: Listing): void {
  expect({ code, isSame: out === files.out, lines: err.split('\n').length > 2 ? err : '' }).toEqual({
    code: 0,
    isSame: true,
    lines: '',
  });
}

/** `SESSIONS_SEED` repeats a run. */
const seed = Number(process.env.SESSIONS_SEED ?? Date.now() % 1e9);

describe(`flipped bits, of seed ${seed}`, () => {
  const homes: [string, () => TestHome][] = [
    ['recent sessions', makeVariedHome],
    [
      'old sessions',
      () => {
        const old = makeVariedHome();
        settle(old.path, Date.now() / 1000 - 365 * 86_400);
        return old;
      },
    ],
  ];
  if (corpus && existsSync(join(corpus, '0.169.0'))) {
    homes.push([
      'sessions of Codex 0.169',
      () => {
        const copy = new TestHome(makeFolder());
        cpSync(join(corpus, '0.169.0'), copy.path, { recursive: true });
        execFileSync('chmod', ['-R', 'u+w', copy.path]);
        settle(copy.path);
        return copy;
      },
    ]);
  }
  const rounds = Math.ceil((isFull ? 180 : 60) / homes.length);

  it.each(homes)(
    'change nothing in what is listed: %s',
    async (_what, make) => {
      const place = make();
      const expected = await look(place, '--no-index');
      expect(await look(place)).toEqual(expected);
      const sound = readFileSync(stateDb(place));
      const random = createRandom(seed);
      const wrong: unknown[] = [];
      for (let round = 0; round < rounds; round++) {
        const flipped = Buffer.from(sound);
        // One bit hides better than many.
        const flips = Array.from({ length: round % 3 === 2 ? 150 : 1 }, () => Math.floor(random() * sound.length * 8));
        for (const bit of flips) flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        resetIndex(place, flipped);
        const first = await look(place);
        const next = await look(place);
        const isRight =
          first.code === 0 &&
          first.out === expected.out &&
          first.err.split('\n').length <= 2 &&
          next.code === 0 &&
          next.out === expected.out &&
          next.err === '';
        if (!isRight)
          wrong.push({
            round,
            flips: flips.slice(0, 3),
            codes: [first.code, next.code],
            same: [first.out === expected.out, next.out === expected.out],
            err: [first.err, next.err],
          });
        if (round % 5 > 0) continue;
        resetIndex(place, flipped);
        const codes = [];
        for (const command of [
          ['ls', '--limit', '3'],
          ['index', 'status'],
          ['index', 'check'],
        ])
          codes.push((await spawn(place, command)).code);
        const [listed, told, checked] = codes;
        if (listed !== 0 || told !== 0 || (checked !== 0 && checked !== 1))
          wrong.push({ round, flips: flips.slice(0, 3), codes });
      }
      expect(wrong).toEqual([]);
    },
    300_000,
  );
});
