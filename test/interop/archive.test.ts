import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Moved } from '../../src/engine/archiving.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { homeAt } from '../../src/store/home.ts';
import { lockThreads } from '../../src/store/locks.ts';
import { idOf, zstdFrame } from '../builders.ts';
import { openCodexDatabase, readThreads } from '../support/codex-database.ts';
import type { Outcome } from '../support/run-program.ts';
import { inServer, listed, runExec, startAppServer } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeRig, type Rig } from './rig.ts';

describe.skipIf(!canRunCodex)('sessions that we move into the archive and out of it', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig();
  }, 300_000);
  afterAll(() => rig.remove());

  it('are archived for Codex, which brings them back, and the other way round', async () => {
    const id = await runExec(rig, 'hello');
    const before = await rowOf(id);
    const [moved] = records<Moved>(await rig.sessions('archive', id));
    expect(moved).toMatchObject({ thread_id: id, archived: true });
    await inServer(rig, async (server) => {
      expect(Object.keys(await listed(server))).not.toContain(id);
      expect(Object.keys(await listed(server, true))).toContain(id);
      await expect(server.call('thread/resume', { threadId: id })).rejects.toThrow(/archived/);
      await server.call('thread/unarchive', { threadId: id });
      expect(Object.keys(await listed(server))).toContain(id);
    });
    expect(await rowOf(id)).toMatchObject({ archived: false, path: before.path });
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);

    await inServer(rig, (server) => server.call('thread/archive', { threadId: id }));
    expect(await rowOf(id)).toMatchObject({ archived: true });
    const [back] = records<Moved>(await rig.sessions('unarchive', id));
    expect(back).toMatchObject({ path: before.path, archived: false });
    await inServer(rig, async (server) => {
      expect(Object.keys(await listed(server))).toContain(id);
      expect(Object.keys(await listed(server, true))).not.toContain(id);
    });
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
  });

  it('are found by Codex when its database does not know them', async () => {
    await inServer(rig, listed);
    await rig.addLegacy(idOf(1), 'an old question');
    expect(records(await rig.sessions('archive', idOf(1)))).toHaveLength(1);
    expect(readThreads(rig.home)[idOf(1)]).toBeUndefined();
    await inServer(rig, async (server) => {
      expect(Object.keys(await listed(server))).not.toContain(idOf(1));
      expect(Object.keys(await listed(server, true))).toContain(idOf(1));
      await server.call('thread/unarchive', { threadId: idOf(1) });
    });
    expect(await runExec(rig, 'resume', idOf(1), 'go on')).toBe(idOf(1));
  });

  it('are compressed', async () => {
    const id = await runExec(rig, 'hello');
    const { path } = await rowOf(id);
    writeFileSync(`${path}.zst`, zstdFrame(readFileSync(path)));
    await rm(path);
    records(await rig.sessions('archive', id));
    await inServer(rig, async (server) => expect(Object.keys(await listed(server, true))).toContain(id));
    records(await rig.sessions('unarchive', id));
    expect(existsSync(`${path}.zst`)).toBe(true);
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
    expect(statSync(path).isFile()).toBe(true);
  });

  it('were reverted, and have a fork that refers to them', async () => {
    const { id, fork } = await inServer(rig, async (server) => {
      const { thread } = await server.call('thread/start', { cwd: join(rig.root, 'work') });
      for (const text of ['one', 'two', 'three']) await server.turn(thread.id, text);
      const { thread: read } = await server.call('thread/read', { threadId: thread.id, includeTurns: true });
      await server.call('thread/revert', { threadId: thread.id, beforeTurnId: read.turns[2].id });
      const { thread: forked } = await server.call('thread/fork', { threadId: thread.id });
      await server.turn(forked.id, 'forked');
      return { id: thread.id as string, fork: forked.id as string };
    });
    const before = readThreads(rig.home)[id];
    const [moved] = records<Moved>(await rig.sessions('archive', id));
    expect(moved?.path).toContain(`archived_sessions/`);
    expect(readThreads(rig.home)[id]?.rollout_path).toBe(moved?.path);
    // The fork stays, and goes on from what is in the archive now.
    expect(await runExec(rig, 'resume', fork, 'go on')).toBe(fork);
    const turns = await inServer(rig, async (server) => {
      expect(Object.keys(await listed(server, true))).toContain(id);
      await server.call('thread/unarchive', { threadId: id });
      return (await server.call('thread/read', { threadId: id, includeTurns: true })).thread.turns.length;
    });
    expect(turns).toBe(2);
    expect(readThreads(rig.home)[id]?.rollout_path).toBe(before?.rollout_path);
    records(await rig.sessions('archive', id));
    records(await rig.sessions('unarchive', id));
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
  });

  it('have sub-agents, which follow as they follow Codex', async () => {
    const [parent, child, grandchild] = [await runExec(rig, 'a'), await runExec(rig, 'b'), await runExec(rig, 'c')];
    const database = openCodexDatabase(rig.home);
    const insert = database.prepare("INSERT INTO thread_spawn_edges VALUES (?, ?, 'open')");
    insert.run(parent, child);
    insert.run(child, grandchild);
    database.close();
    const family = [parent, child, grandchild].sort();
    expect(
      records<Moved>(await rig.sessions('archive', parent))
        .map(({ thread_id }) => thread_id)
        .sort(),
    ).toEqual(family);
    await inServer(rig, async (server) => {
      expect(Object.keys(await listed(server, true))).toEqual(expect.arrayContaining(family));
      await server.call('thread/unarchive', { threadId: parent });
      expect(Object.keys(await listed(server))).toEqual(expect.arrayContaining(family));
      await server.call('thread/archive', { threadId: parent });
    });
    expect(
      records<Moved>(await rig.sessions('unarchive', parent))
        .map(({ thread_id }) => thread_id)
        .sort(),
    ).toEqual(family);
    await inServer(rig, async (server) =>
      expect(Object.keys(await listed(server))).toEqual(expect.arrayContaining(family)),
    );
  });

  it('are open in Codex, and stay where they are; what we hold, Codex does not open', async () => {
    const id = await runExec(rig, 'hello');
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: id });
      expect(await rowOf(id)).toMatchObject({ live: true, archived: false });
      const refused = await rig.sessions('archive', id);
      expect(refused.code).toBe(5);
      expect(refused.stderr).toContain(`codex (process ${server.pid}) has session ${id} open`);
      expect(await rowOf(id)).toMatchObject({ archived: false });
      await server.turn(id, 'still works');
    });
    expect(await rowOf(id)).toMatchObject({ live: false });
    const locks = await lockThreads(homeAt(rig.home), [id], { clock: systemClock });
    expect(await rowOf(id)).toMatchObject({ live: true });
    await expect(runExec(rig, 'resume', id, 'go on')).rejects.toThrow(/active writer/);
    await locks.release();
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
    expect((await rig.sessions('archive', id)).code).toBe(0);
  });

  function rowOf(id: string): Promise<ThreadRow> {
    return rig.sessions('ls', '--json', '--archived').then((outcome) => {
      const row = records<ThreadRow>(outcome).find(({ thread_id }) => thread_id === id);
      if (!row) throw new Error(`session ${id} is not listed`);
      return row;
    });
  }
});

describe.skipIf(!canRunCodex)('a session of Codex 0.120', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig('0.120.0-linux-x64');
  }, 300_000);
  afterAll(() => rig.remove());

  it('is not moved while it is open or was lately, and that Codex agrees when it was moved', async () => {
    const server = await startAppServer(rig);
    const { thread } = await server.call('thread/start', { cwd: join(rig.root, 'work') });
    await server.turn(thread.id, 'hello');
    const open = await rig.sessions('archive', thread.id);
    expect([open.code, open.stderr]).toEqual([5, expect.stringContaining(`process ${server.pid}`)]);
    await server.close();
    expect((await rig.sessions('archive', thread.id)).code).toBe(4);

    await rig.addLegacy(idOf(1), 'an old question');
    const old = join(rig.home, 'sessions/2026/01/02');
    execFileSync('find', [old, '-name', '*.jsonl', '-exec', 'touch', '-d', '2026-01-03', '{}', ';']);
    const second = await startAppServer(rig);
    expect(Object.keys(await listed(second))).toContain(idOf(1));
    await second.close();
    expect(records(await rig.sessions('archive', idOf(1)))).toHaveLength(1);
    const third = await startAppServer(rig);
    expect(Object.keys(await listed(third, true))).toContain(idOf(1));
    await third.call('thread/unarchive', { threadId: idOf(1) });
    expect(Object.keys(await listed(third))).toContain(idOf(1));
    await third.close();
  });
});

function records<T = unknown>({ code, stdout, stderr }: Outcome): T[] {
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  const lines = stdout.toString().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as T);
}
