import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { clearTraces } from '../../../src/engine/purge/traces.ts';
import { findTraces } from '../../../src/engine/purge/traces-find.ts';
import { homeAt } from '../../../src/store/home.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { addTraces, codexDatabaseNames, inDatabase, makeCodexDatabases } from '../../support/codex-databases.ts';
import { runProgram } from '../../support/run-program.ts';
import { clockAhead } from '../prune/trash-and-purge.ts';

const [gone, segment, stays] = [idOf(1), idOf(2), idOf(3)];
const threads = [{ threadId: gone, rolloutIds: [gone, segment] }];
const wait = { clock: clockAhead(0) };
let home: TestHome;

beforeEach(() => {
  home = makeHome();
  makeCodexDatabases(home.path);
  for (const id of [gone, stays]) {
    addTraces(home.path, id, id === gone ? segment : id);
    home.rollout(id, envelope(record.meta(id), ...turn(`the words of ${id}`)));
    home.write(`shell_snapshots/${id}.17.sh`, 'export A=1\n');
    home.write(`generated_images/${id}/call_1.png`, 'png');
    home.write(
      `memories/rollout_summaries/2026-01-02-${id.slice(-4)}.md`,
      `thread_id: ${id}\nupdated_at: x\n\nit was so\n`,
    );
    home.write(`.sessions/lineage/${id}.json`, '{}\n');
    home.write(`thread-writer-locks/${id}.lock`, '');
  }
  home.names({ [gone]: 'the name', [stays]: `after ${gone}` });
  const prompts = [gone, stays].map((id) => `${JSON.stringify({ session_id: id, ts: 1, text: `of ${gone}` })}\n`);
  home.write('history.jsonl', prompts.join(''));
  const notes = (id: string) => `## Thread \`${id}\`\nupdated_at: x\n\n## Task\nnotes of ${id.slice(-4)} é\n\n`;
  home.write('memories/raw_memories.md', `# Raw Memories\n\n${notes(gone)}${notes(stays)}`);
});

describe('traces of a session', () => {
  it('are found in every layer, and nothing in the home is made or changed by that', () => {
    const before = stateOf(home.path);
    const found = findTraces(homeAt(home.path), threads);
    expect([...new Set(found.map(({ layer }) => layer))]).toEqual([
      'rollouts',
      'codex-databases',
      'names',
      'prompt-history',
      'shell-snapshots',
      'generated-images',
      'memories',
      'locks',
      'lineage',
    ]);
    expect(new Set(found.map(({ thread_id }) => thread_id))).toEqual(new Set([gone]));
    expect(found.filter(({ layer }) => layer === 'memories')).toMatchObject([
      { file: 'memories/raw_memories.md', count: 1 },
      { file: `memories/rollout_summaries/2026-01-02-${gone.slice(-4)}.md` },
    ]);
    expect(stateOf(home.path)).toEqual(before);
  });

  it('are not touched while the session has a file in the home', async () => {
    const before = stateOf(home.path);
    const left = await clearTraces(homeAt(home.path), threads, wait);
    expect(left).toMatchObject([
      { thread_id: gone, layer: 'rollouts', reason: expect.stringContaining('in the home') },
    ]);
    expect(stateOf(home.path)).toEqual(before);
  });

  it('go when its files are gone; all of every other session stays, and a second run changes nothing', async () => {
    removeRollout();
    const others = findTraces(homeAt(home.path), [{ threadId: stays, rolloutIds: [] }], false);
    expect(await clearTraces(homeAt(home.path), threads, wait)).toEqual([]);
    expect(findTraces(homeAt(home.path), threads)).toMatchObject([{ table: 'queued_thread_revisions', kept: true }]);
    const rest = findTraces(homeAt(home.path), [{ threadId: stays, rolloutIds: [] }], false);
    expect(rest).toEqual(others);
    expect(readFileSync(join(home.path, 'memories/raw_memories.md'), 'utf8')).toBe(
      `# Raw Memories\n\n## Thread \`${stays}\`\nupdated_at: x\n\n## Task\nnotes of ${stays.slice(-4)} é\n\n`,
    );
    expect(existsSync(join(home.path, 'generated_images', gone))).toBe(false);
    // What others say of it is theirs.
    const naming = namingFiles(home.path, gone);
    expect(naming).toEqual(['history.jsonl', 'queue_1.sqlite', 'session_index.jsonl']);
    const before = stateOf(home.path);
    expect(await clearTraces(homeAt(home.path), threads, wait)).toEqual([]);
    expect(stateOf(home.path)).toEqual(before);
  });

  it('go from our own index, with the texts and the words, and from one that was moved aside', async () => {
    const env = { CODEX_HOME: home.path };
    for (const args of [['ls'], ['search', 'words'], ['stats']]) expect((await runProgram(args, { env })).code).toBe(0);
    const old = readFileSync(join(home.path, 'state.db'));
    expect(old.includes(`the words of ${gone}`)).toBe(true);
    home.write('state.db.broken', old);
    removeRollout();
    const own = (isThorough: boolean) =>
      findTraces(homeAt(home.path), threads, isThorough).filter(({ layer }) => layer === 'index');
    expect(own(false).map(({ table }) => table)).toEqual(
      expect.arrayContaining(['threads', 'files', 'text_files', 'usages', null]),
    );
    expect(await clearTraces(homeAt(home.path), threads, wait)).toEqual([]);
    expect(own(true)).toEqual([]);
    expect(existsSync(join(home.path, 'state.db.broken'))).toBe(false);
    expect(readFileSync(join(home.path, 'state.db')).includes(`the words of ${gone}`)).toBe(false);
    const words = await runProgram(['search', '-q', 'words'], { env });
    expect(words.stdout.toString()).toBe(`${stays}\n`);
  });

  it('that cannot be cleared are named with the reason, and everything else goes', async () => {
    removeRollout();
    inDatabase(home.path, 'state_6.sqlite', (database) =>
      database.exec(`CREATE TABLE threads (id TEXT); INSERT INTO threads VALUES ('${gone}')`),
    );
    home.write('memories/MEMORY.md', `learnt in thread_id=${gone}`);
    home.write('logs/notes.txt', `see ${gone}`);
    home.write(`.sessions/trash/${idOf(9)}/files/sessions/rollout-x-${gone}.jsonl.zst`, 'x');
    const left = await clearTraces(homeAt(home.path), threads, wait);
    expect(Object.fromEntries(left.map(({ file, reason }) => [file, reason]))).toEqual({
      [`.sessions/trash/${idOf(9)}/files/sessions/rollout-x-${gone}.jsonl.zst`]: expect.stringContaining('trash'),
      'state_6.sqlite': 'it is not known, and is not changed',
      'memories/MEMORY.md': expect.stringContaining('not ours to change'),
      'logs/notes.txt': expect.stringContaining('not changed'),
    });
  });

  it('are not taken for none where a database cannot be read', async () => {
    removeRollout();
    home.write('goals_1.sqlite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4000, 7)]));
    const left = await clearTraces(homeAt(home.path), threads, wait);
    expect(left).toMatchObject([{ file: 'goals_1.sqlite', thread_id: gone, unreadable: expect.any(String) }]);
  });

  it('are cleared to the end by another run, wherever the first one ended', async () => {
    removeRollout();
    for (const name of codexDatabaseNames.slice(0, 3)) {
      inDatabase(home.path, name, (database) => {
        const table = { 'state_5.sqlite': 'threads WHERE id', 'logs_2.sqlite': 'logs WHERE thread_id' }[name];
        if (table) database.exec(`DELETE FROM ${table} = '${gone}'`);
      });
    }
    home.names({ [stays]: 'x' });
    expect(await clearTraces(homeAt(home.path), threads, wait)).toEqual([]);
  });

  it('are not what another session has in its own files and rows: its shell, its logs', async () => {
    removeRollout();
    const snapshot = `shell_snapshots/${stays}.17.sh`;
    home.write(snapshot, `export CODEX_THREAD_ID=${gone}\n`);
    inDatabase(home.path, 'logs_2.sqlite', (database) => {
      database.prepare('INSERT INTO logs VALUES (NULL, ?, ?)').run(`was started by ${gone}`, stays);
    });
    expect(await clearTraces(homeAt(home.path), threads, wait)).toEqual([]);
    expect(existsSync(join(home.path, snapshot))).toBe(true);
    inDatabase(home.path, 'logs_2.sqlite', (database) => {
      const texts = database.prepare('SELECT feedback_log_body FROM logs WHERE thread_id = ?').pluck().all(stays);
      expect(texts).toEqual(['words in a log', `was started by ${gone}`]);
    });
    expect(findTraces(homeAt(home.path), threads)).toMatchObject([{ table: 'queued_thread_revisions', kept: true }]);
  });

  it('are not those of a session in the home whose id a file of it had in its name', async () => {
    removeRollout();
    const others = findTraces(homeAt(home.path), [{ threadId: stays, rolloutIds: [] }], false);
    const claiming = [{ threadId: gone, rolloutIds: [gone, segment, stays] }];
    expect(await clearTraces(homeAt(home.path), claiming, wait)).toEqual([]);
    expect(findTraces(homeAt(home.path), [{ threadId: stays, rolloutIds: [] }], false)).toEqual(others);
  });

  it.skipIf(process.getuid?.() === 0)('are not cleared where it cannot be known who lives', async () => {
    removeRollout();
    chmodSync(join(home.path, 'sessions/2026'), 0);
    await expect(clearTraces(homeAt(home.path), threads, wait)).rejects.toMatchObject({ kind: 'refused' });
    chmodSync(join(home.path, 'sessions/2026'), 0o700);
  });

  it.skipIf(process.getuid?.() === 0)('may be in a folder that cannot be read, and all else is cleared', async () => {
    removeRollout();
    home.write('logs/nothing', '');
    chmodSync(join(home.path, 'logs'), 0);
    const left = await clearTraces(homeAt(home.path), threads, wait);
    chmodSync(join(home.path, 'logs'), 0o700);
    expect(left).toMatchObject([{ file: 'logs', unreadable: expect.any(String) }]);
  });

  it('are found through no link, and a folder in place of a file is no matter', async () => {
    removeRollout();
    rmSync(join(home.path, 'history.jsonl'));
    mkdirSync(join(home.path, 'history.jsonl'));
    expect(await clearTraces(homeAt(home.path), threads, wait)).toEqual([]);
  });
});

function removeRollout(): void {
  rmSync(join(home.path, 'sessions/2026/01/02', `rollout-2026-01-02T03-04-05-${gone}.jsonl`));
}

/** Every file with its content and times. */
function stateOf(path: string): unknown[] {
  return filesBelow(path).map((file) => {
    const { mtimeNs, ino } = lstatSync(file, { bigint: true });
    return [file, mtimeNs, ino, readFileSync(file).toString('latin1')];
  });
}

function namingFiles(path: string, id: string): string[] {
  const naming = filesBelow(path).filter((file) => file.includes(id) || readFileSync(file).includes(id));
  return naming.map((file) => file.slice(path.length + 1)).filter((file) => !file.startsWith('sessions/'));
}

function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
