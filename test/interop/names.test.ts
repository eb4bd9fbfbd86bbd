import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { idOf } from '../builders.ts';
import { Database } from '../support/list-sessions.ts';
import { inServer, listed, runExec } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeRig, type Rig } from './rig.ts';

const legacy = idOf(1);

describe.skipIf(!canRunCodex)('a name that we give', () => {
  let rig: Rig;
  let paginated: string;
  let before: Buffer[];

  beforeAll(async () => {
    rig = await makeRig();
    paginated = await runExec(rig, 'hello');
    await rig.addLegacy(legacy, 'an old question');
    await inServer(rig, listed);
    before = await rollouts();
  }, 300_000);
  afterAll(() => rig.remove());

  it('is listed by Codex, in both kinds of history, and the rollouts stay as they are', async () => {
    for (const [id, name] of Object.entries({ [paginated]: 'new one', [legacy]: 'old one 🚀' })) {
      expect(await rig.sessions('name', id, name)).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await inServer(rig, listed)).toEqual({ [paginated]: 'new one', [legacy]: 'old one 🚀' });
    expect(await rollouts()).toEqual(before);
  });

  it('is replaced by a later one of ours, and by one of Codex', async () => {
    await rig.sessions('name', 'new one', 'newer one');
    await inServer(rig, (server) => server.call('thread/name/set', { threadId: legacy, name: 'by codex' }));
    expect(await inServer(rig, listed)).toEqual({ [paginated]: 'newer one', [legacy]: 'by codex' });
    const rows = (await rig.sessions('ls', '--json')).stdout.toString().trim().split('\n');
    const names = rows.map((row) => JSON.parse(row) as ThreadRow).map(({ thread_id, name }) => [thread_id, name]);
    expect(Object.fromEntries(names)).toEqual({ [paginated]: 'newer one', [legacy]: 'by codex' });
  });

  it('is given while Codex has the session open', async () => {
    const names = await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: paginated });
      expect((await rig.sessions('name', paginated, 'while open')).code).toBe(0);
      return listed(server);
    });
    expect(names[paginated]).toBe('while open');
  });

  it('resumes the session that has it, not one that had it', async () => {
    expect(await runExec(rig, 'resume', 'while open', 'go on')).toBe(paginated);
    expect(await runExec(rig, 'resume', 'by codex', 'go on')).toBe(legacy);
    // Codex starts a new session when it knows no such name.
    expect([paginated, legacy]).not.toContain(await runExec(rig, 'resume', 'new one', 'go on'));
  });

  it('is gone for Codex, too, when it is taken away', async () => {
    for (const id of [paginated, legacy]) expect((await rig.sessions('name', '--clear', id)).code).toBe(0);
    expect(await inServer(rig, listed)).toMatchObject({ [paginated]: null, [legacy]: null });
    for (const name of ['while open', 'by codex', 'old one 🚀']) {
      expect([paginated, legacy]).not.toContain(await runExec(rig, 'resume', name, 'go on'));
    }
  });

  it('is listed when Codex knew nothing of the old session yet', async () => {
    await rig.addLegacy(idOf(2), 'another old question');
    expect(await rig.sessions('name', idOf(2), 'unknown so far')).toMatchObject({ code: 0, stderr: '' });
    expect((await inServer(rig, listed))[idOf(2)]).toBe('unknown so far');
    expect(await runExec(rig, 'resume', 'unknown so far', 'go on')).toBe(idOf(2));
  });

  async function rollouts(): Promise<Buffer[]> {
    const rows = (await rig.sessions('ls', '--json')).stdout.toString().trim().split('\n');
    const paths = rows.map((row) => (JSON.parse(row) as ThreadRow).path).sort();
    return Promise.all(paths.map((path) => readFile(path)));
  }
});

describe.skipIf(!canRunCodex)('a name that we give in a home of Codex 0.120', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig('0.120.0-linux-x64');
    await waitForScan();
  }, 300_000);
  afterAll(() => rig.remove());

  it('is listed, resumes the session, and can be taken away', async () => {
    const id = await runExec(rig, 'hello');
    expect(await rig.sessions('name', id, 'of old')).toMatchObject({ code: 0, stderr: '' });
    expect(await names()).toEqual({ [id]: 'of old' });
    expect(await runExec(rig, 'resume', 'of old', 'go on')).toBe(id);
    expect((await rig.sessions('name', '--clear', id)).code).toBe(0);
    expect(await names()).toEqual({ [id]: null });
    expect(await runExec(rig, 'resume', 'of old', 'go on')).not.toBe(id);
  });

  async function names() {
    return inServer(rig, listed);
  }

  /**
   * The first session of a home starts this Codex's scan of all rollouts. What it reads of a rollout that just begins, it
   * can write over what that session wrote into the database meanwhile: a row without a first message is never listed.
   */
  async function waitForScan() {
    await inServer(rig, async (server) => {
      await server.call('thread/start', { cwd: join(rig.root, 'work') });
      await vi.waitFor(() => expect(scan()).toBe('complete'), { timeout: 60_000, interval: 50 });
    });
  }

  function scan() {
    const database = new Database(join(rig.home, 'state_5.sqlite'), { readonly: true });
    try {
      return database.prepare('SELECT status FROM backfill_state').pluck().get();
    } finally {
      database.close();
    }
  }
});
