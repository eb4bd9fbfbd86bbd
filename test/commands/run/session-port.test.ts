import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionPort, SessionRow } from '../../../src/model/live-session.ts';
import { envelope, idOf, record, type TestHome, turn } from '../../builders.ts';
import { addAged } from '../../support/aged-session.ts';
import { makePortRig, never, openLive } from './port-rig.ts';

async function batchesOf(sessions: SessionPort): Promise<SessionRow[][]> {
  const batches: SessionRow[][] = [];
  for await (const rows of sessions.rows(never)) batches.push([...rows]);
  return batches;
}

function addAgedId(home: TestHome, n: number, days: number): string {
  addAged(home, n, days);
  return idOf(n);
}

describe('rows of sessions', () => {
  it('come a page first, the ones updated last first, once the index is made', async () => {
    const { rig, portsWith } = makePortRig();
    const ids = Array.from({ length: 60 }, (_, n) => addAgedId(rig.home, n + 1, 60 - n));
    rig.home.names({ [ids[3] as string]: 'a name' });
    await rig.rows();
    const [first, ...rest] = await batchesOf(portsWith().sessions);
    expect(first).toHaveLength(25);
    const all = [first as SessionRow[], ...rest].flat();
    expect(all.map((row) => row.thread_id)).toEqual((await rig.rows()).map((row) => row.thread_id));
    expect(all.find(({ thread_id }) => thread_id === ids[3])?.name).toBe('a name');
  });

  it('come as they are read while there is no index, some of the newest first', async () => {
    const { rig, portsWith } = makePortRig();
    const ids = Array.from({ length: 60 }, (_, n) => addAgedId(rig.home, n + 1, 60 - n));
    const all = (await batchesOf(portsWith().sessions)).flat().map((row) => row.thread_id);
    expect([...new Set(all)].toSorted()).toEqual(ids.toSorted());
    expect(all.slice(0, 25).toSorted()).toEqual(ids.slice(-25).toSorted());
    expect(existsSync(join(rig.home.path, 'state.db'))).toBe(true);
  });

  it('are of archived sessions too, and hold a part of what is long', async () => {
    const { rig, portsWith } = makePortRig();
    rig.home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('x'.repeat(5000))), { archived: true });
    const [row] = (await batchesOf(portsWith().sessions)).flat();
    expect(row).toMatchObject({ archived: true, first_message: 'x'.repeat(2000) });
  });

  it('end when nobody wants more, and where there are none', async () => {
    const { rig, portsWith } = makePortRig();
    expect(await batchesOf(portsWith().sessions)).toEqual([]);
    for (let n = 1; n <= 60; n++) addAgedId(rig.home, n, n);
    await rig.rows();
    const stop = new AbortController();
    let count = 0;
    for await (const rows of portsWith().sessions.rows(stop.signal)) {
      count += rows.length;
      stop.abort();
    }
    expect(count).toBe(25);
  });
});

describe('a session of the home', () => {
  const id = idOf(1);
  const makeOne = () => {
    const made = makePortRig();
    made.rig.home.rollout(id, envelope(record.meta(id), ...turn('first'), ...turn('second')));
    return { ...made, sessions: made.portsWith().sessions };
  };

  it('is read as show prints it, whole or some turns of it', async () => {
    const { sessions, rig } = makeOne();
    const read = async (turns: Parameters<SessionPort['read']>[1]) => {
      const events = [];
      for await (const some of sessions.read(id, turns, never)) events.push(...some);
      return events.map(({ seq, turn: of }) => [seq, of]);
    };
    const shown = (await rig.events(id)).map(({ seq, turn: of }) => [seq, of]);
    expect(await read(null)).toEqual(shown);
    expect(await read({ from: 2, to: 2 })).toEqual(shown.filter(([, of]) => of === 2));
  });

  it('is previewed by what was said last', async () => {
    const { sessions } = makeOne();
    expect(await sessions.preview(id, never)).toEqual([
      { by: 'user', text: 'first' },
      { by: 'agent', text: 're: first' },
      { by: 'user', text: 'second' },
      { by: 'agent', text: 're: second' },
    ]);
  });

  it('is previewed from its end alone, and without what was rolled back', async () => {
    const { rig, portsWith } = makePortRig();
    const many = Array.from({ length: 400 }, (_, n) => turn(`${n} ${'x'.repeat(2000)}`)).flat();
    const rollback = record.event('thread_rolled_back', { num_turns: 1 });
    rig.home.rollout(id, envelope(record.meta(id), ...many, ...turn('kept'), ...turn('dropped'), rollback));
    const said = await portsWith().sessions.preview(id, never);
    expect(said.slice(-2)).toEqual([
      { by: 'user', text: 'kept' },
      { by: 'agent', text: 're: kept' },
    ]);
    expect(said.length).toBeLessThanOrEqual(12);
  });

  it('is found by its name or the beginning of its id', async () => {
    const { sessions, rig } = makeOne();
    rig.home.names({ [id]: 'the one' });
    expect(await sessions.resolve('the one')).toBe(id);
    await expect(sessions.resolve('another')).rejects.toMatchObject({ kind: 'usage' });
  });

  it('is renamed, archived and brought back', async () => {
    const { sessions, rig } = makeOne();
    await sessions.rename(id, ' new name ');
    expect(await rig.rows()).toMatchObject([{ name: 'new name' }]);
    expect(await sessions.rename(id, 'a/b')).toEqual([
      "sessions takes 'a/b' for a path; Codex finds the session by it",
    ]);
    await expect(sessions.rename(id, ' ')).rejects.toMatchObject({ kind: 'usage' });
    await expect(sessions.rename(idOf(99), 'gone')).rejects.toMatchObject({ kind: 'refused' });
    expect(readFileSync(join(rig.home.path, 'session_index.jsonl'), 'utf8')).not.toContain('gone');
    rig.home.write('thread-writer-locks/.coordination.lock', '');
    const old = addAgedId(rig.home, 2, 30);
    expect(await sessions.archive(old)).toEqual([old]);
    expect(await rig.rows('--archived=only')).toMatchObject([{ thread_id: old }]);
    await sessions.unarchive(old);
    expect(await rig.rows('--archived=only')).toEqual([]);
  });

  it('is archived with what it spawned, and taken back without what was in the archive before', async () => {
    const { sessions, rig } = makeOne();
    rig.home.write('thread-writer-locks/.coordination.lock', '');
    const parent = addAgedId(rig.home, 2, 30);
    const spawnedBy = { source: { subagent: { thread_spawn: { parent_thread_id: parent, depth: 1 } } } };
    for (const n of [3, 4]) addAged(rig.home, n, 30, { meta: spawnedBy });
    const [earlier, later] = [idOf(3), idOf(4)];
    expect(await sessions.archive(earlier)).toEqual([earlier]);
    const moved = await sessions.archive(parent);
    expect(moved).toEqual([parent, later]);
    expect(await sessions.archive(parent)).toEqual([]);
    expect(await sessions.unarchive(parent, moved)).toEqual(moved);
    expect(await rig.rows('--archived=only')).toMatchObject([{ thread_id: earlier }]);
  });

  it('goes to the trash and comes back, unless prune would not', async () => {
    const { rig, portsWith, scripted } = makePortRig();
    const { sessions } = portsWith();
    const [old] = [2, 3, 4].map((n) => addAgedId(rig.home, n, 30)) as [string];
    const { tx, threadIds } = await sessions.trash(old);
    expect(threadIds).toEqual([old]);
    expect((await rig.rows()).map((row) => row.thread_id)).not.toContain(old);
    await sessions.restore(tx);
    expect((await rig.rows()).map((row) => row.thread_id)).toContain(old);
    const { session } = await openLive(scripted([{ text: 'one' }]));
    await session.turn({ text: 'a', images: [] }, never);
    const refused = sessions.trash(session.threadId);
    await expect(refused).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('stays: ') });
    await session.close();
    await expect(sessions.trash(idOf(99))).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('what belongs to the user', () => {
  it('remembers prompts as Codex does, and reads its own', async () => {
    const { rig, portsWith } = makePortRig();
    const { workspace } = portsWith();
    expect(await workspace.prompts()).toEqual([]);
    rig.home.write('history.jsonl', `${JSON.stringify({ session_id: idOf(1), ts: 1, text: 'of Codex' })}\nno JSON\n`);
    await workspace.addPrompt(idOf(2), 'two\nlines');
    await workspace.addPrompt(idOf(2), 'of Codex');
    await workspace.addPrompt(idOf(2), '  ');
    expect(await workspace.prompts()).toEqual(['two\nlines', 'of Codex']);
    const path = join(rig.home.path, 'history.jsonl');
    const added = JSON.parse(readFileSync(path, 'utf8').split('\n')[2] as string);
    expect(added).toEqual({ session_id: idOf(2), ts: expect.any(Number), text: 'two\nlines' });
    expect(statSync(path).mode & 0o077 & ~0o044).toBe(0);
    rig.home.write('config.toml', '[history]\npersistence = "none"\n');
    await workspace.addPrompt(idOf(2), 'secret');
    expect(await workspace.prompts()).not.toContain('secret');
  });

  it('remembers no prompts where the command line says so, whatever the file says', async () => {
    const { rig, portsWith } = makePortRig();
    const withOverride = (override: string) => portsWith({ overrides: [override] }).workspace;
    rig.home.write('config.toml', '[history]\npersistence = "save-all"\n');
    await withOverride('history.persistence=none').addPrompt(idOf(2), 'secret');
    expect(await portsWith().workspace.prompts()).toEqual([]);
    const wrong = withOverride('history.persistence=off').addPrompt(idOf(2), 'secret');
    await expect(wrong).rejects.toMatchObject({
      ...{ kind: 'usage', message: expect.stringContaining("-c: 'history.persistence'") },
    });
    rig.home.write('config.toml', '[history]\npersistence = "none"\n');
    await withOverride('history.persistence=save-all').addPrompt(idOf(2), 'open');
    expect(await portsWith().workspace.prompts()).toEqual(['open']);
    rig.home.write('config.toml', '');
    const line = statSync(join(rig.home.path, 'history.jsonl')).size;
    for (const text of ['three', 'four']) {
      await withOverride(`history.max_bytes=${line}`).addPrompt(idOf(2), text);
    }
    expect(await portsWith().workspace.prompts()).toEqual(['four']);
  });

  it('remembers which folder to use', async () => {
    const { rig, portsWith } = makePortRig();
    const { workspace } = portsWith();
    expect(await workspace.hasFolder(rig.home.path)).toBe(true);
    rig.home.write('a-file', '');
    for (const name of ['a-file', 'gone']) expect(await workspace.hasFolder(join(rig.home.path, name))).toBe(false);
    expect(await workspace.folderChoice()).toBe('ask');
    await workspace.setFolderChoice('session');
    expect(await workspace.folderChoice()).toBe('session');
    await workspace.setFolderChoice('current');
    expect(await workspace.folderChoice()).toBe('current');
  });
});
