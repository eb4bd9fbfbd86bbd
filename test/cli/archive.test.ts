import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateError, validateMoved } from '../../src/format/schemas.ts';
import {
  envelope,
  idOf,
  makeHome,
  type Payload,
  type RolloutOptions,
  record,
  rolloutName,
  type TestHome,
  turn,
} from '../builders.ts';
import { addThread, makeCodexDatabase, readThreads } from '../support/codex-database.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { finish, type Outcome, runProgram, startProgram } from '../support/run-program.ts';

const day = 'sessions/2026/01/02';
const archived = (id: string, options = {}) => `archived_sessions/${rolloutName(id, options)}`;
const active = (id: string, options = {}) => `${day}/${rolloutName(id, options)}`;

describe('sessions archive', () => {
  it('moves a session with its segments, also compressed ones, and unarchive brings all back', async () => {
    const home = lockingHome();
    add(home, 1);
    add(home, 1, { segment: idOf(5), compressed: true });
    add(home, 2);
    const before = files(home);
    const times = statSync(join(home.path, active(idOf(1)))).mtimeMs;
    const outcome = await sessions(home, 'archive', idOf(1));
    const path = join(home.path, archived(idOf(1), { segment: idOf(5), compressed: true }));
    expect(records(outcome)).toEqual([{ schema: 'sessions.moved/1', thread_id: idOf(1), path, archived: true }]);
    expect(records(outcome).map(validateMoved)).toEqual([{ ok: true, unknown: null }]);
    expect(Object.keys(files(home)).sort()).toEqual(
      [archived(idOf(1)), archived(idOf(1), { segment: idOf(5), compressed: true }), active(idOf(2))].sort(),
    );
    expect(statSync(join(home.path, archived(idOf(1)))).mtimeMs).toBe(times);
    expect(await sessions(home, 'unarchive', idOf(1))).toMatchObject({ code: 0, stderr: '' });
    expect(files(home)).toEqual(before);
    expect(readdirSync(join(home.path, 'thread-writer-locks'))).toEqual(['.coordination.lock']);
  });

  it('says so again for a session that is there already', async () => {
    const home = lockingHome();
    add(home, 1);
    const first = await sessions(home, 'archive', idOf(1));
    expect(await sessions(home, 'archive', idOf(1))).toMatchObject({ code: 0, stdout: first.stdout });
  });

  it('takes rows of ls, names, paths and ids, each session once, and prints ids with -q', async () => {
    const home = lockingHome();
    for (const n of [1, 2, 3]) add(home, n);
    home.names({ [idOf(2)]: 'second' });
    const input = `${(await sessions(home, 'ls', '--json', '--no-pager')).stdout.toString().split('\n')[0]}\n`;
    const row = JSON.parse(input) as { thread_id: string };
    const outcome = await run(home, ['archive', '-q', '-', 'second', join(home.path, active(idOf(1))), idOf(1)], input);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout.toString().trim().split('\n').sort()).toEqual(
      [...new Set([row.thread_id, idOf(1), idOf(2)])].sort(),
    );
  });

  it('takes sub-agents along, by what their files say, but no reviews and no forks', async () => {
    const home = lockingHome();
    add(home, 1);
    add(home, 2, {}, spawnedBy(1));
    add(home, 3, {}, spawnedBy(2));
    add(home, 4, {}, { source: { subagent: 'review' }, parent_thread_id: idOf(1) });
    add(home, 5, {}, { forked_from_id: idOf(1) });
    expect(ids(await sessions(home, 'archive', idOf(1)))).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(ids(await sessions(home, 'unarchive', idOf(2)))).toEqual([idOf(2), idOf(3)]);
    expect(Object.keys(files(home)).filter((path) => path.startsWith('archived'))).toEqual([archived(idOf(1))]);
  });

  it("tells Codex's database, and changes nothing else in it", async () => {
    const home = lockingHome();
    const path = add(home, 1);
    const child = add(home, 2);
    const segment = add(home, 3, { segment: idOf(9), compressed: true });
    add(home, 3);
    const database = makeCodexDatabase(home.path);
    addThread(database, { id: idOf(1), path });
    addThread(database, { id: idOf(2), path: child });
    addThread(database, { id: idOf(3), path: segment.replace('.zst', '') });
    addThread(database, { id: idOf(4), path: '/elsewhere' });
    database.prepare('INSERT INTO thread_spawn_edges VALUES (?, ?, ?)').run(idOf(1), idOf(2), 'open');
    database.close();
    const before = readThreads(home.path);
    const started = Math.floor(Date.now() / 1000);
    expect(ids(await sessions(home, 'archive', idOf(1), idOf(3)))).toEqual([idOf(1), idOf(2), idOf(3)]);
    const after = readThreads(home.path);
    expect(after[idOf(4)]).toEqual(before[idOf(4)]);
    for (const [id, options] of [
      [idOf(1), {}],
      [idOf(2), {}],
      [idOf(3), { segment: idOf(9) }],
    ] as const) {
      const moved = {
        rollout_path: join(home.path, archived(id, options)),
        archived: 1,
        archived_at: expect.any(Number),
      };
      expect(after[id]).toEqual({ ...before[id], ...moved });
      expect(after[id]?.archived_at).toBeGreaterThanOrEqual(started);
    }
    await sessions(home, 'unarchive', idOf(1), idOf(3));
    expect(readThreads(home.path)).toEqual(before);
  });

  it('heals a row that an interruption left behind, or that names the home that this one was copied from', async () => {
    const home = lockingHome();
    home.rollout(idOf(1), lines(1), { archived: true });
    const database = makeCodexDatabase(home.path);
    addThread(database, { id: idOf(1), path: `/home/ada/.codex/${active(idOf(1))}` });
    database.close();
    expect((await sessions(home, 'archive', idOf(1))).code).toBe(0);
    const path = join(home.path, archived(idOf(1)));
    expect(readThreads(home.path)[idOf(1)]).toMatchObject({ rollout_path: path, archived: 1 });
  });
});

describe('a session that is not moved', () => {
  it('is open, or has a sub-agent that is: the others are moved', async () => {
    const home = lockingHome();
    add(home, 1);
    add(home, 2, {}, spawnedBy(1));
    add(home, 3);
    const before = Object.keys(files(home));
    const holder = await holdLock(home.write(`thread-writer-locks/${idOf(2)}.lock`, ''));
    const refused = await sessions(home, 'archive', '--json', idOf(1));
    expect(refused.code).toBe(5);
    expect(validateError(JSON.parse(refused.stderr))).toEqual({ ok: true, unknown: null });
    expect(refused.stderr).toMatch(new RegExp(`process \\d+\\) has session ${idOf(2)} open`));
    expect(Object.keys(files(home))).toEqual(before);
    const both = await sessions(home, 'archive', idOf(1), idOf(3));
    expect([both.code, ids(both)]).toEqual([5, [idOf(3)]]);
    await killHolder(holder);
    expect((await sessions(home, 'archive', idOf(1))).code).toBe(0);
  });

  it('may be open in a Codex without locks, until it was left alone for a week', async () => {
    const home = makeHome();
    const path = add(home, 1);
    const fresh = await sessions(home, 'archive', idOf(1));
    expect(fresh).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/cannot be known whether session .* is open/),
    });
    const age = (days: number) => utimesSync(path, new Date(), new Date(Date.now() - days * 86_400_000));
    age(-1);
    expect((await sessions(home, 'archive', idOf(1))).code).toBe(4);
    age(8);
    expect((await sessions(home, 'archive', idOf(1))).code).toBe(0);
    expect(readdirSync(join(home.path, 'archived_sessions'))).toEqual([rolloutName(idOf(1))]);
  });

  it('would be hidden from a Codex whose database is not known here', async () => {
    const home = lockingHome();
    const path = add(home, 1);
    const database = makeCodexDatabase(home.path);
    addThread(database, { id: idOf(1), path });
    database.exec('ALTER TABLE threads ADD COLUMN soul TEXT');
    database.close();
    const outcome = await sessions(home, 'archive', idOf(1));
    expect(outcome).toMatchObject({ code: 4, stderr: expect.stringMatching(/codex archive ID/) });
    expect(Object.keys(files(home))).toEqual([active(idOf(1))]);
  });

  it('has a file in its place already, and then the database stays as it is', async () => {
    const home = lockingHome();
    const path = add(home, 1);
    add(home, 1, { segment: idOf(9) });
    home.write(archived(idOf(1)), 'something else');
    const database = makeCodexDatabase(home.path);
    addThread(database, { id: idOf(1), path });
    database.close();
    const before = [files(home), readThreads(home.path)];
    expect(await sessions(home, 'archive', idOf(1))).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/there is a file already/),
    });
    expect([files(home), readThreads(home.path)]).toEqual(before);
  });

  it('has no date in its name, or its folder is a link', async () => {
    const home = lockingHome();
    home.write(`sessions/rollout-${idOf(1)}.jsonl`, '');
    expect(await sessions(home, 'archive', idOf(1))).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/no date/),
    });
    home.rollout(idOf(2), lines(2), { archived: true });
    mkdirSync(join(home.path, 'elsewhere'));
    symlinkSync('../elsewhere', join(home.path, 'sessions/2026'));
    expect(await sessions(home, 'unarchive', idOf(2))).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/symbolic link/),
    });
    expect(readdirSync(join(home.path, 'archived_sessions'))).toEqual([rolloutName(idOf(2))]);
  });

  it('is the content of standard input, or a file of nowhere', async () => {
    const home = lockingHome();
    const path = add(home, 1);
    expect((await run(home, ['archive', '-'], readFileSync(path, 'utf8'))).code).toBe(2);
    const foreign = makeHome().rollout(idOf(1), lines(1));
    expect(await sessions(home, 'archive', foreign)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not a session of this home/),
    });
    expect(Object.keys(files(home))).toEqual([active(idOf(1))]);
  });

  it("waits for nobody who keeps Codex's database locked", { timeout: 30_000 }, async () => {
    const home = lockingHome();
    const path = add(home, 1);
    const database = makeCodexDatabase(home.path);
    addThread(database, { id: idOf(1), path });
    database.exec('BEGIN IMMEDIATE');
    expect(await sessions(home, 'archive', idOf(1))).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/database locked/),
    });
    expect(Object.keys(files(home))).toEqual([active(idOf(1))]);
    database.exec('ROLLBACK');
    database.close();
  });
});

describe('a move that is killed', () => {
  it('leaves each file in one place, and a second run does the rest', { timeout: 120_000 }, async () => {
    const home = lockingHome();
    const family = 100;
    const database = makeCodexDatabase(home.path);
    for (let n = 1; n <= family; n++)
      addThread(database, { id: idOf(n), path: add(home, n, {}, n > 1 ? spawnedBy(1) : {}) });
    database.close();
    const names = Object.keys(files(home))
      .map((path) => path.split('/').at(-1))
      .sort();
    let partial = 0;
    for (let round = 0; round < 6; round++) {
      const command = round % 2 === 0 ? 'archive' : 'unarchive';
      const child = startProgram([command, idOf(1)], { env: { CODEX_HOME: home.path } });
      const ended = finish(child);
      await firstMove(home);
      child.kill('SIGKILL');
      await ended;
      const left = Object.keys(files(home));
      expect(left.map(baseName).sort()).toEqual(names);
      const there = left.filter((path) => path.startsWith('archived')).length;
      if (there > 0 && there < family) partial++;
      expect((await sessions(home, command, idOf(1))).code).toBe(0);
      const rows = Object.values(readThreads(home.path));
      const archivedNow = command === 'archive' ? 1 : 0;
      expect(rows.filter((row) => row.archived === archivedNow && isThere(row.rollout_path))).toHaveLength(family);
    }
    expect(partial).toBeGreaterThan(0);
  });
});

/** Resolves when a file has come into the archive, or left it. */
async function firstMove(home: TestHome): Promise<void> {
  const folder = join(home.path, 'archived_sessions');
  mkdirSync(folder, { recursive: true });
  const count = () => readdirSync(folder).length;
  const before = count();
  while (count() === before) await new Promise((resolve) => setImmediate(resolve));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isThere(path: unknown): boolean {
  return statSync(path as string, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** A home as Codex leaves it since 0.149, where a session without a lock is known to be free. */
function lockingHome(): TestHome {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  return home;
}

function lines(n: number, meta: Payload = {}) {
  return envelope(record.meta(idOf(n), meta), ...turn('x'));
}

function add(home: TestHome, n: number, options: RolloutOptions = {}, meta: Payload = {}): string {
  return home.rollout(idOf(n), lines(n, meta), options);
}

function spawnedBy(n: number): Payload {
  return { source: { subagent: { thread_spawn: { parent_thread_id: idOf(n), depth: 1 } } } };
}

/** Every file of a session with its content. */
function files(home: TestHome): { [path: string]: string } {
  const all = readdirSync(home.path, { recursive: true, encoding: 'utf8' });
  const rollouts = all.filter((path) => /rollout-[^/]*$/.test(path)).sort();
  return Object.fromEntries(rollouts.map((path) => [path, readFileSync(join(home.path, path), 'base64')]));
}

function sessions(home: TestHome, ...args: string[]): Promise<Outcome> {
  return run(home, args, '');
}

function run(home: TestHome, args: string[], input: string): Promise<Outcome> {
  return runProgram(args, { env: { CODEX_HOME: home.path }, input });
}

function records({ stdout }: Outcome): { thread_id: string }[] {
  return stdout
    .toString()
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { thread_id: string });
}

function ids(outcome: Outcome): string[] {
  return records(outcome).map(({ thread_id }) => thread_id);
}
