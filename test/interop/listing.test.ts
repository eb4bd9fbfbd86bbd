import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { idOf } from '../builders.ts';
import { type AppServer, inServer, listEverything, runExec } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeRig, type Rig } from './rig.ts';

const legacy = idOf(1);

// Each look at the home goes by the index as the look before left it; see `look`.
describe.skipIf(!canRunCodex)('the next listing shows what Codex did', { timeout: 60_000 }, () => {
  let rig: Rig;
  /** A session with one turn, and one with three; Codex made both. */
  let short: string;
  let long: string;

  beforeAll(async () => {
    rig = await makeRig();
    await rig.addLegacy(legacy, 'an old question');
    short = await runExec(rig, 'hello');
    long = await inServer(rig, (server) => startThread(rig, server, 'one', 'two', 'three'));
  }, 300_000);
  afterAll(() => rig.remove());

  it('when it has made sessions', async () => {
    const rows = await look(rig);
    expect(Object.keys(rows).sort()).toEqual([legacy, short, long].sort());
    expect(rows[long]).toMatchObject({ first_message: 'one', turns: 3, dialect: 'paginated', live: false });
    expect(rows[legacy]).toMatchObject({ first_message: 'an old question', dialect: 'envelope', live: false });
  });

  it('when it has given names', async () => {
    await inServer(rig, async (server) => {
      for (const [id, name] of [
        [legacy, 'old one'],
        [long, 'new one 🚀'],
        [long, 'newer one'],
        [legacy, 'older one'],
      ] as const) {
        await server.call('thread/name/set', { threadId: id, name });
        expect((await look(rig, server))[id]?.name).toBe(name);
      }
    });
    const rows = await look(rig);
    expect([rows[long]?.name, rows[legacy]?.name, rows[short]?.name]).toEqual(['newer one', 'older one', null]);
  });

  it('while it has sessions open', async () => {
    await inServer(rig, async (server) => {
      for (const threadId of [long, legacy]) await server.call('thread/resume', { threadId });
      const rows = await look(rig, server);
      expect([rows[long]?.live, rows[legacy]?.live, rows[short]?.live]).toEqual([true, true, false]);
      await server.turn(long, 'four');
      await written(rows[long] as ThreadRow, 4);
      expect((await look(rig, server))[long]).toMatchObject({ live: true, turns: 4, first_message: 'one' });
    });
    const rows = await look(rig);
    expect([rows[long]?.live, rows[legacy]?.live]).toEqual([false, false]);
  });

  it('when it has gone on with sessions', async () => {
    for (const id of [short, legacy]) {
      const before = (await look(rig))[id] as ThreadRow;
      expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
      const after = (await look(rig))[id] as ThreadRow;
      expect(after).toMatchObject({ turns: before.turns + 1, first_message: before.first_message });
      expect(after.tokens_used).toBeGreaterThan(before.tokens_used ?? 0);
      expect(after.size_bytes).toBeGreaterThan(before.size_bytes);
    }
  });

  it('when it has gone on with sessions of long ago', async () => {
    const before = await look(rig);
    const tenDaysAgo = Date.now() / 1000 - 10 * 24 * 3600;
    for (const id of [short, legacy]) utimesSync(before[id]?.path as string, tenDaysAgo, tenDaysAgo);
    await settle(rig);
    for (const id of [short, legacy]) expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
    // The first page, too: what was written to last comes first.
    const page = await rig.list('--limit', '2');
    expect(page.map(({ thread_id }) => thread_id).sort()).toEqual([short, legacy].sort());
    const rows = await look(rig);
    for (const id of [short, legacy]) expect(rows[id]?.turns).toBe((before[id]?.turns ?? 0) + 1);
  });

  it('when it has noted another branch', async () => {
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: legacy });
      await server.call('thread/metadata/update', { threadId: legacy, gitInfo: { branch: 'other', sha: 'abc' } });
    });
    expect((await look(rig))[legacy]).toMatchObject({ git_branch: 'other', git_sha: 'abc' });
  });

  it('when it has archived sessions and brought them back', async () => {
    for (const id of [long, legacy]) {
      const before = (await look(rig))[id] as ThreadRow;
      await inServer(rig, (server) => server.call('thread/archive', { threadId: id }));
      expect((await look(rig))[id]).toMatchObject({ archived: true, name: before.name, turns: before.turns });
      await inServer(rig, (server) => server.call('thread/unarchive', { threadId: id }));
      expect((await look(rig))[id]).toMatchObject({ archived: false, name: before.name, path: before.path });
    }
  });

  it('when it has forked sessions, by reference and by copy', async () => {
    for (const id of [long, legacy]) {
      const before = await look(rig);
      const { name, turns, first_message } = before[id] as ThreadRow;
      const fork = await inServer(rig, async (server) => {
        const { thread } = await server.call('thread/fork', { threadId: id });
        expect((await look(rig, server))[thread.id]).toMatchObject({ name, turns, first_message, live: true });
        await server.turn(thread.id, 'in the fork');
        return thread.id as string;
      });
      const { [fork]: row, ...others } = await look(rig);
      expect(row).toMatchObject({ forked_from_id: id, turns: turns + 1, name, first_message, live: false });
      expect(others).toEqual(before);
      expect(await runExec(rig, 'resume', fork, 'further')).toBe(fork);
      expect((await look(rig))[fork]?.turns).toBe(turns + 2);
    }
  });

  it('when it has reverted a session', async () => {
    const id = await inServer(rig, (server) => startThread(rig, server, 'one', 'two', 'three'));
    const before = (await look(rig))[id] as ThreadRow;
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: id });
      const { thread } = await server.call('thread/read', { threadId: id, includeTurns: true });
      await server.call('thread/revert', { threadId: id, beforeTurnId: thread.turns[1].id });
    });
    const reverted = (await look(rig))[id] as ThreadRow;
    // What was reverted is still on record.
    expect(reverted).toMatchObject({ first_message: 'one', turns: 3, created_at: before.created_at });
    expect(reverted.path).not.toBe(before.path);
    expect(await runExec(rig, 'resume', id, 'another two')).toBe(id);
    expect((await look(rig))[id]).toMatchObject({ turns: 4, path: reverted.path });
  });

  it('when it has deleted a session', async () => {
    const id = await runExec(rig, 'not for long');
    const { [id]: row, ...others } = await look(rig);
    expect(row).toBeDefined();
    await inServer(rig, (server) => server.call('thread/delete', { threadId: id }));
    expect(await look(rig)).toEqual(others);
  });

  it('when it has compressed sessions', async () => {
    const old = idOf(2);
    const { path: made } = (await look(rig))[short] as ThreadRow;
    const paths = [made, await rig.addLegacy(old, 'another old question')];
    const tenDaysAgo = Date.now() / 1000 - 10 * 24 * 3600;
    for (const path of paths) utimesSync(path, tenDaysAgo, tenDaysAgo);
    const before = await look(rig);
    appendFileSync(join(rig.home, 'config.toml'), '\n[features]\nlocal_thread_store_compression = true\n');
    await inServer(rig, () =>
      vi.waitFor(() => expect(paths.filter((path) => existsSync(path))).toEqual([]), { timeout: 20_000 }),
    );
    const after = await look(rig);
    for (const id of [old, short]) {
      const { path, size_bytes } = before[id] as ThreadRow;
      expect(after[id]).toEqual({ ...before[id], path: `${path}.zst`, size_bytes: expect.any(Number) });
      expect(after[id]?.size_bytes).toBeLessThan(size_bytes);
      expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
      expect((await look(rig))[id]).toMatchObject({ path, turns: (before[id]?.turns ?? 0) + 1 });
    }
  });
});

describe.skipIf(!canRunCodex)('the next listing shows what Codex 0.120 did', { timeout: 60_000 }, () => {
  let rig: Rig;
  let id: string;
  beforeAll(async () => {
    rig = await makeRig('0.120.0-linux-x64');
    id = await inServer(rig, (server) => startThread(rig, server, 'one', 'two'));
  }, 300_000);
  afterAll(() => rig.remove());

  it('when it has made, named and gone on with a session', async () => {
    expect(await look(rig)).toMatchObject({ [id]: { first_message: 'one', turns: 2, dialect: 'envelope' } });
    await inServer(rig, (server) => server.call('thread/name/set', { threadId: id, name: 'a name' }));
    expect((await look(rig))[id]?.name).toBe('a name');
    expect(await runExec(rig, 'resume', id, 'three')).toBe(id);
    expect((await look(rig))[id]).toMatchObject({ name: 'a name', turns: 3 });
  });

  it('while it has a session open', async () => {
    const before = (await look(rig))[id] as ThreadRow;
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: id });
      await server.turn(id, 'four');
      await written(before, 4);
      expect((await look(rig, server))[id]).toMatchObject({ live: true, turns: 4 });
    });
    // It takes no locks, so that nobody can tell whether it is idle.
    expect((await look(rig))[id]?.live).toBe(null);
  });

  it('when it has archived, brought back and forked a session', async () => {
    await inServer(rig, (server) => server.call('thread/archive', { threadId: id }));
    expect((await look(rig))[id]?.archived).toBe(true);
    await inServer(rig, (server) => server.call('thread/unarchive', { threadId: id }));
    const before = await look(rig);
    expect(before[id]).toMatchObject({ archived: false, name: 'a name' });
    const fork = await inServer(rig, async (server) => {
      const { thread } = await server.call('thread/fork', { threadId: id });
      await server.turn(thread.id, 'in the fork');
      return thread.id as string;
    });
    const { [fork]: row, ...others } = await look(rig);
    expect(row).toMatchObject({ forked_from_id: id, first_message: 'one', name: 'a name' });
    expect(others).toEqual(before);
  });
});

/** The rows of the next `ls`, by id: they are what the files say, and what Codex lists itself. */
async function look(rig: Rig, open?: AppServer): Promise<{ [id: string]: ThreadRow }> {
  const rows = await rig.list('--archived');
  expect(await rig.list('--archived', '--no-index')).toEqual(rows);
  const threads = open ? await listEverything(open) : await inServer(rig, listEverything);
  expect(sorted(rows.map((row) => asListed(row, threads)))).toEqual(sorted(threads.map(compared)));
  await settle(rig);
  return Object.fromEntries(rows.map((row) => [row.thread_id, row]));
}

/** The index lists a folder again that has just changed; so that only what happens from now on can tell it anything. */
async function settle(rig: Rig): Promise<void> {
  const aMinuteAgo = Date.now() / 1000 - 60;
  for (const top of ['sessions', 'archived_sessions'].map((name) => join(rig.home, name)).filter(existsSync)) {
    const folders = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const folder of [top, ...folders.map((entry) => join(entry.parentPath, entry.name))]) {
      utimesSync(folder, aMinuteAgo, aMinuteAgo);
    }
  }
  await rig.list('--archived');
}

/** What Codex and we both say of a session. */
function compared(thread: Listed) {
  const { id, name, archived, cwd, preview, modelProvider, createdAt, updatedAt, path, gitInfo } = thread;
  const branch = gitInfo?.branch ?? null;
  return { id, name, archived, cwd, preview, modelProvider, createdAt, updatedAt, path, branch };
}

/** The same of a row of ours. Codex keeps the plain name also when it has compressed the file. */
function asListed(row: ThreadRow, threads: Listed[]): ReturnType<typeof compared> {
  const {
    thread_id: id,
    name,
    archived,
    cwd,
    first_message,
    model_provider,
    created_at,
    age_at,
    path,
    git_branch,
  } = row;
  // Codex stamps its own record a moment after it wrote to the file, and does not when it only notes a branch there.
  const stamp = threads.find((thread) => thread.id === id)?.updatedAt ?? 0;
  const age = Date.parse(age_at as string) / 1000;
  const isOfThat = stamp > Math.min(age, lastTold(path)) - 2 && stamp < age + 2;
  return {
    id,
    name,
    archived,
    cwd: cwd as string,
    preview: first_message as string,
    modelProvider: model_provider as string,
    createdAt: Math.floor(Date.parse(isReverted(path) ? firstTime(path) : (created_at as string)) / 1000),
    updatedAt: isOfThat ? stamp : age,
    path: path.replace(/\.zst$/, ''),
    branch: git_branch,
  };
}

/** After a revert, Codex goes on in another file, and counts the session from there. */
function isReverted(path: string): boolean {
  return path.includes('_', path.lastIndexOf('/'));
}

/** When the last record was written that is no note about the session, in seconds. */
function lastTold(path: string): number {
  const lines = execFileSync('zstd', ['-dcf', path], { encoding: 'utf8' }).trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line));
  const told = records.findLast(({ type }) => type !== 'session_meta') ?? records[0];
  return Date.parse(told.timestamp) / 1000;
}

function firstTime(path: string): string {
  return JSON.parse(readFileSync(path, 'utf8').split('\n', 1)[0] as string).payload.timestamp;
}

type Listed = Awaited<ReturnType<typeof listEverything>>[number];

function sorted<Thread extends { id: string }>(threads: Thread[]): Thread[] {
  return threads.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function startThread(rig: Rig, server: AppServer, ...texts: string[]): Promise<string> {
  const { thread } = await server.call('thread/start', { cwd: join(rig.root, 'work') });
  for (const text of texts) await server.turn(thread.id, text);
  return thread.id;
}

/** Codex tells of a turn's end before it has written it down. */
async function written({ path }: ThreadRow, turns: number): Promise<void> {
  const ends = () => readFileSync(path, 'utf8').match(/"type":"task_complete"/g)?.length;
  await vi.waitFor(() => expect(ends()).toBe(turns), { timeout: 10_000 });
}
