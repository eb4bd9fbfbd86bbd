import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import type { PruneResult } from '../../src/engine/prune/prune-result.ts';
import type { DeletionCheck } from '../../src/engine/purge/verify-deletion.ts';
import { envelope, idOf, record, rolloutName, turn } from '../builders.ts';
import { inDatabase } from '../support/codex-databases.ts';
import { MemoryIo } from '../support/memory-io.ts';
import { inServer, listed, runExec } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeRig, type Rig } from './rig.ts';

describe.skipIf(!canRunCodex)('sessions of Codex 0.169 that are pruned', () => {
  let rig: Rig;
  afterEach(() => rig.remove());

  it('stay while a fork refers to them, and go with it as a family; restored, all of them are resumed', {
    timeout: 300_000,
  }, async () => {
    rig = await makeRig();
    const { parent, fork, reverted, other } = await makeSessions(rig);
    const codexSees = () => inServer(rig, async (server) => Object.keys(await listed(server)).sort());
    const before = await codexSees();
    expect(doctor(rig)).toEqual(ofRevert);
    const untouched = databases(rig);

    const vetoed = await prune(rig, 2, parent);
    expect(vetoed.code).toBe(4);
    expect(vetoed.results).toMatchObject([
      { thread_id: parent, result: 'kept', reasons: [{ code: 'referenced', by: [fork] }] },
    ]);
    expect(await codexSees()).toEqual(before);
    expect(await runExec(rig, 'resume', fork, 'go on')).toBe(fork);

    const { code, results } = await prune(rig, 2, parent, fork, reverted);
    expect([code, results.map(({ result }) => result)]).toEqual([0, ['trashed', 'trashed', 'trashed']]);
    const tx = results[0]?.tx as string;
    expect(await verify(rig, tx)).toEqual({ code: 0, faults: [] });
    expect(rowsOf(databases(rig))).toEqual(rowsOf(untouched));
    expect(await codexSees()).toEqual(before.filter((id) => ![parent, fork, reverted].includes(id)));
    expect(await runExec(rig, 'resume', other, 'go on')).toBe(other);
    // Its rows wait for the purge, or for the restore.
    expect(doctor(rig)).toEqual({ 'rollout DB stale rows': '3' });

    expect((await sessions(rig, 2, 'restore', tx)).code).toBe(0);
    expect(await codexSees()).toEqual(before);
    for (const id of [parent, fork, reverted]) expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
    expect(await turnsOf(rig, reverted)).toBe(4);
    expect(doctor(rig)).toEqual(ofRevert);
  });

  it.each([
    ['by ourselves', false],
    ['by Codex', true],
  ])('leave nothing when they are purged %s', { timeout: 300_000 }, async (_, viaCodex) => {
    rig = await makeRig();
    const { parent, fork, reverted, other, spawner, spawned } = await makeSessions(rig);
    for (const args of [['ls'], ['search', 'two'], ['stats']]) expect((await sessions(rig, 0, ...args)).code).toBe(0);
    expect(doctor(rig)).toEqual(ofRevert);
    const ids = [parent, fork, reverted, spawner, spawned, segmentOf(rig, reverted)];
    const trashed = await prune(rig, 2, '--allow-mass', '5', parent, fork, reverted, spawner, spawned);
    expect(trashed.results.map(({ result }) => result)).toEqual(Array(5).fill('trashed'));
    expect(trashed.code).toBe(0);

    const purged = await prune(rig, 20, '--purge', ...(viaCodex ? ['--via-codex'] : []));
    expect([purged.code, purged.err]).toEqual([0, expect.stringContaining('--verify')]);
    expect(purged.results.map(({ result }) => result)).toEqual(Array(5).fill('purged'));
    for (const tx of [purged.results[0]?.tx, trashed.results[0]?.tx]) {
      expect(await verify(rig, tx as string)).toEqual({ code: 0, faults: [] });
    }
    expect(naming(rig, ids)).toEqual(allowed);

    expect(await inServer(rig, async (server) => Object.keys(await listed(server)))).toEqual([other]);
    expect(await runExec(rig, 'resume', other, 'go on')).toBe(other);
    expect((await rig.sessions('search', '-q', 'two')).stdout.toString()).toBe(`${other}\n`);
    expect(doctor(rig)).toEqual({});
    expect(naming(rig, ids)).toEqual(allowed);
  });

  it('are purged while Codex works in the home', { timeout: 300_000 }, async () => {
    rig = await makeRig();
    const { parent, fork, other } = await makeSessions(rig);
    const { results } = await prune(rig, 2, parent, fork);
    expect(results.map(({ result }) => result)).toEqual(['trashed', 'trashed']);
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: other });
      await server.turn(other, 'hello');
      const purged = await prune(rig, 20, '--purge');
      expect([purged.code, purged.results.map(({ result }) => result)]).toEqual([0, ['purged', 'purged']]);
      await server.turn(other, 'hello again');
      expect(Object.keys(await listed(server))).toContain(other);
      expect((await verify(rig, purged.results[0]?.tx as string)).faults).toEqual([]);
    });
  });

  it('are left, and said to be, in a database that a later Codex made', { timeout: 300_000 }, async () => {
    rig = await makeRig();
    const { parent, fork } = await makeSessions(rig);
    inDatabase(rig.home, 'goals_1.sqlite', (database) =>
      database.exec('ALTER TABLE thread_goals ADD COLUMN mood TEXT'),
    );
    await prune(rig, 2, parent, fork);
    const purged = await prune(rig, 20, '--purge');
    expect([purged.code, purged.err]).toEqual([3, expect.stringContaining('goals_1.sqlite')]);
    const { code, faults } = await verify(rig, purged.results[0]?.tx as string);
    expect([code, faults]).toEqual([1, [expect.stringMatching(/^codex-databases goals_1.sqlite/)]]);
  });
});

describe.skipIf(!canRunCodex)('sessions of Codex 0.120 that are pruned', () => {
  let rig: Rig;
  afterEach(() => rig.remove());

  it('leave nothing when they are purged, and the others are resumed', { timeout: 300_000 }, async () => {
    rig = await makeRig('0.120.0-linux-x64');
    const { gone, stays } = await inServer(rig, async (server) => {
      const ids: string[] = [];
      for (const text of ['one', 'two']) {
        const { thread } = await server.call('thread/start', { cwd: join(rig.root, 'work') });
        await server.turn(thread.id, text);
        await server.call('thread/name/set', { threadId: thread.id, name: `name of ${text}` });
        ids.push(thread.id);
      }
      return { gone: ids[0] as string, stays: ids[1] as string };
    });
    // This Codex takes no locks: only what was left alone for a week is known to be free.
    expect((await prune(rig, 2, gone)).results).toMatchObject([{ result: 'kept', reasons: [{ code: 'maybe-live' }] }]);
    expect((await prune(rig, 9, gone)).results).toMatchObject([{ result: 'trashed' }]);
    const purged = await prune(rig, 30, '--purge');
    expect([purged.code, purged.results.map(({ result }) => result)]).toEqual([0, ['purged']]);
    expect(naming(rig, [gone])).toEqual(['.sessions/journal.jsonl', '.sessions/receipts', '.sessions/tombstones']);
    expect(await inServer(rig, listed)).toEqual({ [stays]: 'name of two' });
    expect(await runExec(rig, 'resume', 'name of two', 'go on')).toBe(stays);
  });
});

/** Where a purge leaves ids on purpose; Codex itself keeps a revision of the queue. */
const allowed = ['.sessions/journal.jsonl', '.sessions/receipts', '.sessions/tombstones', 'queue_1.sqlite'];

/** To Codex's doctor, a session with two files is one without a row. */
const ofRevert = { 'rollout DB missing active rows': '1' };

/** Sessions of every kind, with a trace in every place where Codex keeps some. */
async function makeSessions(rig: Rig) {
  const cwd = join(rig.root, 'work');
  const ids = await inServer(rig, async (server) => {
    const start = async (...texts: string[]): Promise<string> => {
      const { thread } = await server.call('thread/start', { cwd });
      for (const text of texts) await server.turn(thread.id, text);
      return thread.id;
    };
    const parent = await start('one', 'two');
    await server.call('thread/name/set', { threadId: parent, name: 'the parent' });
    await server.call('thread/goal/set', { threadId: parent, objective: 'the goal', tokenBudget: 5 });
    const input = [{ type: 'text', text: 'queued', text_elements: [] }];
    const turnStartParams = { threadId: parent, input };
    await server.call('thread/queue/add', { threadId: parent, clientUserMessageId: 'x', input, turnStartParams });
    const reverted = await start('one', 'two', 'three');
    const { thread } = await server.call('thread/read', { threadId: reverted, includeTurns: true });
    await server.call('thread/revert', { threadId: reverted, beforeTurnId: thread.turns[2].id });
    await server.turn(reverted, 'three anew');
    const { thread: forked } = await server.call('thread/fork', { threadId: parent });
    await server.turn(forked.id, 'forked');
    return { parent, reverted, fork: forked.id as string, other: await start('two of another') };
  });
  const [spawner, spawned] = [await rig.addLegacy(idOf(1), 'spawns'), idOf(2)];
  const source = { subagent: { thread_spawn: { parent_thread_id: idOf(1), depth: 1 } } };
  const meta = record.meta(spawned, { cwd, source, parent_thread_id: idOf(1), model_provider: 'mock' });
  const lines = envelope(meta, ...turn('is spawned'));
  writeFileSync(join(spawner, '..', rolloutName(spawned)), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await inServer(rig, listed);
  inDatabase(rig.home, 'state_5.sqlite', (database) =>
    database.prepare("INSERT OR REPLACE INTO thread_spawn_edges VALUES (?, ?, 'closed')").run(idOf(1), spawned),
  );
  const prompts = [ids.parent, ids.other].map((id) => `${JSON.stringify({ session_id: id, ts: 1, text: 'typed' })}\n`);
  writeFileSync(join(rig.home, 'history.jsonl'), prompts.join(''));
  mkdirSync(join(rig.home, 'shell_snapshots'), { recursive: true });
  writeFileSync(join(rig.home, `shell_snapshots/${ids.parent}.17.sh`), 'export A=1\n');
  return { ...ids, spawner: idOf(1), spawned };
}

/** Runs our own program in this process, so many days from now, with this Codex on the PATH. */
async function sessions(rig: Rig, days: number, ...args: string[]) {
  const bin = join(rig.root, 'bin');
  mkdirSync(bin, { recursive: true });
  rmSync(join(bin, 'codex'), { force: true });
  symlinkSync(rig.codex, join(bin, 'codex'));
  const env = { CODEX_HOME: rig.home, HOME: rig.root, MOCK_KEY: 'none', PATH: `${bin}${delimiter}${process.env.PATH}` };
  const io = new MemoryIo({ env, cwd: join(rig.root, 'work') });
  const clock = { now: () => Date.now() + days * 86_400_000, sleep: systemClock.sleep };
  const code = await runCommandLine(args, commands, Object.assign(io, { clock }));
  return { code, out: Buffer.concat(io.out).toString(), err: io.errText };
}

async function prune(rig: Rig, days: number, ...args: string[]) {
  const { code, out, err } = await sessions(rig, days, 'prune', '--json', ...args);
  return {
    code,
    err,
    results: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as PruneResult),
  };
}

async function verify(rig: Rig, tx: string): Promise<{ code: number; faults: string[] }> {
  const { code, out } = await sessions(rig, 21, 'prune', '--json', '--verify', tx);
  const checks = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as DeletionCheck);
  expect(checks.length).toBeGreaterThan(2);
  return {
    code,
    faults: checks.flatMap(({ layer, faults }) => faults.map(({ file, message }) => `${layer} ${file}: ${message}`)),
  };
}

/** What Codex finds wrong with its own state: databases, and rows and files that do not fit. */
function doctor(rig: Rig): { [what: string]: unknown } {
  const env = { PATH: process.env.PATH, HOME: rig.root, CODEX_HOME: rig.home, MOCK_KEY: 'none' };
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  let text: string;
  try {
    text = execFileSync(rig.codex, ['doctor', '--json'], {
      env,
      cwd: join(rig.root, 'work'),
      stdio: [...stdio],
    }).toString();
  } catch (error) {
    // It also asks for the network, of which there is none.
    text = String((error as { stdout?: Buffer }).stdout);
  }
  const { checks } = JSON.parse(text) as { checks: { [id: string]: { details: { [what: string]: string } } } };
  const { 'state.paths': paths, 'state.rollout_db_parity': parity } = checks;
  const found = { ...paths?.details, ...parity?.details };
  const counted = /(integrity|stale rows|missing \w+ rows|mismatches|DB paths|file names|scan errors)$/;
  const entries = Object.entries(found).filter(
    ([what, value]) => counted.test(what) && !/^(ok|0|skipped.*)$/.test(value),
  );
  expect(Object.keys(found)).toEqual(expect.arrayContaining(['state DB integrity', 'rollout DB stale rows']));
  return Object.fromEntries(entries);
}

function databases(rig: Rig): string[] {
  return readdirSync(rig.home)
    .filter((name) => name.endsWith('.sqlite'))
    .map((name) => join(rig.home, name));
}

/** How many threads and turns Codex knows. */
function rowsOf(paths: string[]): unknown[] {
  return paths.flatMap((path) =>
    inDatabase('/', path, (database) => {
      const names = database
        .prepare("SELECT name FROM sqlite_schema WHERE name IN ('threads', 'thread_goals')")
        .pluck()
        .all();
      return names.map((name) => database.prepare(`SELECT count(*) AS rows, '${name}' AS name FROM ${name}`).get());
    }),
  );
}

/** The files of a home that name one of these ids, or have it in their name; our own records by their folder. */
function naming(rig: Rig, ids: string[]): string[] {
  const entries = readdirSync(rig.home, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = paths.filter((path) => {
    const content = readFileSync(path);
    return ids.some((id) => path.includes(id) || content.includes(id));
  });
  const places = found.map((path) => path.slice(rig.home.length + 1).replace(/^(\.sessions\/\w+)\/.*/, '$1'));
  return [...new Set(places)].sort();
}

function segmentOf(rig: Rig, id: string): string {
  const names = readdirSync(join(rig.home, 'sessions'), { recursive: true }) as string[];
  const segment = names.map((name) => new RegExp(`${id}_([0-9a-f-]{36})`).exec(name)?.[1]).find(Boolean);
  if (!segment) throw new Error(`session ${id} has no segment`);
  return segment;
}

async function turnsOf(rig: Rig, threadId: string): Promise<number> {
  return inServer(
    rig,
    async (server) => (await server.call('thread/read', { threadId, includeTurns: true })).thread.turns.length,
  );
}
