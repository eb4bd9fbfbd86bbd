import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { idOf } from '../builders.ts';
import { readThreads } from '../support/codex-database.ts';
import type { Outcome } from '../support/run-program.ts';
import { type AppServer, inServer, listed, runExec } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeRig, type Rig } from './rig.ts';

const old = new Date('2026-01-03T00:00:00Z');
const forms = [[[]], [['--seekable']], [['--level', '19']]];

describe.skipIf(!canRunCodex)('sessions that we compress', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig();
  }, 300_000);
  afterAll(() => rig.remove());

  it.each(forms)('are listed, read and resumed by Codex %j', { timeout: 120_000 }, async (form) => {
    const id = await runExec(rig, 'hello');
    await runExec(rig, 'resume', id, 'once more');
    const { path } = await rowOf(id);
    makeOld(id);
    const before = readFileSync(path);
    const seen = await inServer(rig, (server) => seenOf(server, id));
    await compress(id, ...form);
    expect([existsSync(path), existsSync(`${path}.zst`)]).toEqual([false, true]);
    expect(await inServer(rig, (server) => seenOf(server, id))).toEqual(seen);
    expect([existsSync(path), readThreads(rig.home)[id]?.rollout_path]).toEqual([false, path]);
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
    const after = readFileSync(path);
    expect([after.length > before.length, after.subarray(0, before.length).equals(before)]).toEqual([true, true]);
    expect(existsSync(`${path}.zst`)).toBe(false);
  });

  it.each(forms)('are found by Codex whose database does not know them %j', { timeout: 120_000 }, async (form) => {
    const path = await rig.addLegacy(idOf(form.length + 1), 'an old question');
    await compress(idOf(form.length + 1), ...form);
    await inServer(rig, async (server) => expect(Object.keys(await listed(server))).toContain(idOf(form.length + 1)));
    expect(await runExec(rig, 'resume', idOf(form.length + 1), 'go on')).toBe(idOf(form.length + 1));
    expect(existsSync(path)).toBe(true);
  });

  it.each(forms)('were reverted, and have a fork that refers to them %j', { timeout: 120_000 }, async (form) => {
    const { id, fork } = await inServer(rig, async (server) => {
      const { thread } = await server.call('thread/start', { cwd: join(rig.root, 'work') });
      for (const text of ['one', 'two', 'three']) await server.turn(thread.id, text);
      const { thread: read } = await server.call('thread/read', { threadId: thread.id, includeTurns: true });
      await server.call('thread/revert', { threadId: thread.id, beforeTurnId: read.turns[2].id });
      const { thread: forked } = await server.call('thread/fork', { threadId: thread.id });
      await server.turn(forked.id, 'forked');
      return { id: thread.id as string, fork: forked.id as string };
    });
    for (const thread of [id, fork]) makeOld(thread);
    const seen = await inServer(rig, (server) => Promise.all([id, fork].map((thread) => seenOf(server, thread))));
    const [row] = await compress(id, ...form);
    expect(row.files.length).toBe(2);
    expect(await inServer(rig, (server) => Promise.all([id, fork].map((thread) => seenOf(server, thread))))).toEqual(
      seen,
    );
    expect(await runExec(rig, 'resume', fork, 'go on')).toBe(fork);
    await compress(fork, ...form);
    expect(await runExec(rig, 'resume', fork, 'and on')).toBe(fork);
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
    // Codex took out the file that it writes to, and left the base as we made it.
    expect(row.files.filter(({ to }) => existsSync(to)).length).toBe(1);
  });

  it.each(forms)('are archived, and come back %j', { timeout: 120_000 }, async (form) => {
    const id = await runExec(rig, 'hello');
    await inServer(rig, (server) => server.call('thread/archive', { threadId: id }));
    const [row] = await compress(id, ...form);
    expect(row.path).toMatch(/archived_sessions\/.*\.jsonl\.zst$/);
    await inServer(rig, async (server) => {
      expect(Object.keys(await listed(server, true))).toContain(id);
      await server.call('thread/unarchive', { threadId: id });
      expect(Object.keys(await listed(server))).toContain(id);
    });
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
  });

  it('are open in Codex, and stay as they are', { timeout: 120_000 }, async () => {
    const id = await runExec(rig, 'hello');
    const { path } = await rowOf(id);
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: id });
      makeOld(id);
      const refused = await rig.sessions('compress', id);
      expect([refused.code, JSON.parse(refused.stdout.toString()).reasons[0].code]).toEqual([5, 'live']);
      expect(existsSync(path)).toBe(true);
      await server.turn(id, 'still works');
    });
    await compress(id);
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
  });

  it('are restored, and Codex goes on as if nothing had been', { timeout: 120_000 }, async () => {
    const id = await runExec(rig, 'hello');
    const { path } = await rowOf(id);
    makeOld(id);
    const before = readFileSync(path);
    const [row] = await compress(id);
    const outcome = await rig.sessions('restore', row.tx ?? '');
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
    expect([existsSync(`${path}.zst`), readFileSync(path).equals(before)]).toEqual([false, true]);
    expect(await runExec(rig, 'resume', id, 'go on')).toBe(id);
  });

  async function rowOf(id: string): Promise<ThreadRow> {
    const row = (await rig.list('--archived')).find(({ thread_id }) => thread_id === id);
    if (!row) throw new Error(`session ${id} is not listed`);
    return row;
  }

  /** Makes the session old and compresses it. */
  async function compress(id: string, ...form: string[]) {
    makeOld(id);
    const made = records<CompressedRow>(await rig.sessions('compress', '--json', ...form, id));
    expect(made.map(({ result }) => result)).toEqual(['done']);
    for (const { to } of made[0]?.files ?? []) expect(statSync(to).mtimeMs).toBe(old.getTime());
    return made as [CompressedRow];
  }

  /** Lets the records and the files say that the session was left alone since; no byte changes its place. */
  function makeOld(id: string): void {
    const paths = execFileSync('find', [rig.home, '-name', `rollout-*${id}*.jsonl`])
      .toString()
      .split('\n')
      .filter(Boolean);
    for (const path of paths) {
      const text = readFileSync(path, 'utf8').replace(/"timestamp":"\d{4}-\d\d-\d\dT/g, '"timestamp":"2026-01-02T');
      writeFileSync(path, text);
      utimesSync(path, old, old);
    }
  }
});

describe.skipIf(!canRunCodex)('a session of Codex 0.120', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig('0.120.0-linux-x64');
  }, 300_000);
  afterAll(() => rig.remove());

  it('is resumed again once it is taken out of the compressed form', { timeout: 120_000 }, async () => {
    const path = await rig.addLegacy(idOf(1), 'an old question');
    utimesSync(path, old, old);
    const before = readFileSync(path);
    expect(records<CompressedRow>(await rig.sessions('compress', idOf(1)))[0]?.result).toBe('done');
    await expect(runExec(rig, 'resume', idOf(1), 'go on')).rejects.toThrow();
    expect(records<CompressedRow>(await rig.sessions('compress', '--decompress', idOf(1)))[0]?.path).toBe(path);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(await runExec(rig, 'resume', idOf(1), 'go on')).toBe(idOf(1));
    expect(readFileSync(path).subarray(0, before.length).equals(before)).toBe(true);
  });
});

interface CompressedRow {
  result: string;
  path: string;
  tx: string | null;
  files: { from: string; to: string }[];
}

/** What Codex shows of a session: whether it lists it, and its turns. */
async function seenOf(server: AppServer, id: string) {
  const { thread } = await server.call('thread/read', { threadId: id, includeTurns: true });
  return { isListed: Object.keys(await listed(server)).includes(id), turns: thread.turns, updatedAt: thread.updatedAt };
}

function records<T>({ code, stdout, stderr }: Outcome): T[] {
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}${stdout}`);
  const lines = stdout.toString().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as T);
}
