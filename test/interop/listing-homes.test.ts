import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { openCodexDatabase, readThreads } from '../support/codex-database.ts';
import { type AppServer, inServer, listEverything, runExec } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeRig, type Rig } from './rig.ts';

const corpus = process.env.SESSIONS_CORPUS;
const { decompress } = createRequire(import.meta.url)('zstd-napi') as typeof import('zstd-napi');

/** Codex lists from its database where the home has one, else it reads the files and makes a database of what it found. */
const homes = [
  { home: '0.98.0', codex: '0.98.0', database: 'absent' },
  { home: '0.120.0', codex: '0.120.0-linux-x64', database: 'kept' },
  { home: '0.120.0', codex: '0.120.0-linux-x64', database: 'deleted' },
  { home: '0.169.0', codex: '0.169.0-linux-x64', database: 'kept' },
  { home: '0.169.0', codex: '0.169.0-linux-x64', database: 'deleted' },
  { home: '0.169.0-zst', codex: '0.169.0-linux-x64', database: 'kept' },
  { home: '0.169.0-zst', codex: '0.169.0-linux-x64', database: 'deleted' },
] as const;

describe.skipIf(!canRunCodex || !corpus).each(homes)('home of Codex $home, its database $database', (which) => {
  let rig: Rig;
  let rows: ThreadRow[];
  let threads: Awaited<ReturnType<typeof listEverything>>;
  /** The same as they are read one by one, by id; this has links between sessions that a list leaves out. */
  let single: Map<string, Answer>;

  beforeAll(async () => {
    rig = await makeRig(which.codex, join(corpus as string, which.home));
    if (which.database === 'kept') moveInDatabase(rig.home);
    else rmSync(join(rig.home, 'state_5.sqlite'), { force: true });
    giveTimes(await rig.list('--archived', '--no-index'));
    rows = await rig.list('--archived');
    await inServer(rig, async (server) => {
      threads = await listEverything(server);
      single = await readOneByOne(server, rows);
    });
  }, 300_000);
  afterAll(() => rig.remove());

  it('has the sessions that Codex lists, and those that it hides by a rule', () => {
    const shown = rows.filter((row) => isShown(row, which.codex)).map(({ thread_id }) => thread_id);
    expect(shown.sort()).toEqual(threads.map(({ id }) => id).sort());
  });

  it('has them as Codex does', () => {
    const ours = new Map(rows.map((row) => [row.thread_id, row]));
    const changed = which.database === 'kept' ? changedInDatabaseAlone(rig.home, rows) : new Set();
    for (const thread of threads) {
      const row = ours.get(thread.id) as ThreadRow;
      const git = changed.has(row.thread_id) ? thread.gitInfo : { branch: row.git_branch, sha: row.git_sha };
      expect(thread).toMatchObject({
        id: row.thread_id,
        archived: row.archived,
        cwd: row.cwd,
        modelProvider: row.model_provider,
        gitInfo: git,
        preview: previewOf(row, which.database === 'deleted'),
        createdAt: secondsOf(createdAt(row)),
        updatedAt: which.database === 'kept' ? secondsOf(row.updated_at) : ageOf(row),
        // Codex keeps the plain name also when it has compressed the file.
        path: row.path.replace(/\.zst$/, ''),
        ...('model' in thread && { model: row.model }),
        ...(which.home !== '0.98.0' && { name: nameOf(row, which.database === 'deleted') }),
      });
    }
  });

  it('has the links between them that Codex has', () => {
    for (const [id, thread] of single) {
      const row = rows.find(({ thread_id }) => thread_id === id);
      if (thread.forkedFromId !== undefined) expect([id, row?.forked_from_id]).toEqual([id, thread.forkedFromId]);
      const parent = thread.parentThreadId ?? thread.source.subAgent?.thread_spawn?.parent_thread_id;
      if (parent) expect([id, row?.parent_thread_id]).toEqual([id, parent]);
    }
  });

  it('gives the same rows from the files, and again once Codex has looked at the home', async () => {
    expect(await rig.list('--archived', '--no-index')).toEqual(rows);
    expect(await rig.list('--archived')).toEqual(rows);
    const active = rows.filter(({ archived }) => !archived);
    expect(await rig.list()).toEqual(active);
    expect(active).not.toHaveLength(0);
    expect(rows.some(({ live }) => live)).toBe(false);
  });
});

describe.skipIf(!canRunCodex || !corpus)('names in a home of Codex 0.98', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig('0.98.0', join(corpus as string, '0.98.0'));
  }, 300_000);
  afterAll(() => rig.remove());

  // It lists no names, but resumes by them.
  it('are those that it resumes by', { timeout: 60_000 }, async () => {
    const named = (await rig.list()).filter(({ name }) => name !== null);
    expect(named).not.toHaveLength(0);
    const resumed = await Promise.all(named.map(({ name }) => runExec(rig, 'resume', name as string, 'go on')));
    expect(resumed).toEqual(named.map(({ thread_id }) => thread_id));
  });
});

/**
 * A session without a meta or without anything that the user said is in no list of Codex. 0.98 takes what the user said from
 * what the model was sent, and so leaves out a review, whose prompt stands in an event alone.
 */
function isShown({ path, first_message: message }: ThreadRow, codex: string): boolean {
  const lines = linesOf(path);
  if (lines[0]?.type !== 'session_meta' || message === null) return false;
  if (codex !== '0.98.0') return true;
  const sent = lines.filter(({ type, payload }) => type === 'response_item' && payload.role === 'user');
  return sent.some(({ payload }) => payload.content.some(({ text }: Answer) => text === message));
}

/** Without its database, Codex shows what was said after the point where a session goes on from another file. */
function previewOf(row: ThreadRow, isRead: boolean): string | null {
  const lines = linesOf(row.path);
  if (!isRead || !lines[0]?.payload.history_base) return row.first_message;
  const items = lines.map(({ payload }) => payload.item).filter((item) => item?.type === 'UserMessage');
  return items[0].content[0].text;
}

/** For Codex a reverted session begins with its newest file. */
function createdAt({ path, created_at: time }: ThreadRow): string | null {
  return path.includes('_', path.lastIndexOf('/')) ? linesOf(path)[0].payload.timestamp : time;
}

/** The names of paginated sessions are read from the database alone. */
function nameOf({ name, dialect }: ThreadRow, isRead: boolean): string | null {
  return isRead && dialect === 'paginated' ? null : name;
}

/** Sessions whose branch or commit a client of Codex changed: it is only the database that has that. */
function changedInDatabaseAlone(home: string, rows: ThreadRow[]): Set<string> {
  const known = readThreads(home);
  const changed = rows.filter(({ thread_id: id, path }) => {
    const { git } = linesOf(path)[0].payload;
    return git.branch !== known[id]?.git_branch || git.commit_hash !== known[id]?.git_sha;
  });
  return new Set(changed.map(({ thread_id }) => thread_id));
}

// biome-ignore lint/suspicious/noExplicitAny: what Codex wrote is looked at as it is
type Answer = any;

async function readOneByOne(server: AppServer, rows: ThreadRow[]): Promise<Map<string, Answer>> {
  const read = new Map<string, Answer>();
  for (const { thread_id: threadId, forked_from_id, parent_thread_id } of rows) {
    if (!forked_from_id && !parent_thread_id) continue;
    read.set(threadId, (await server.call('thread/read', { threadId })).thread);
  }
  return read;
}

/** Paths of the corpus are neutral: a copied home is a place of its own. */
function moveInDatabase(home: string): void {
  const database = openCodexDatabase(home);
  for (const folder of ['/sessions/', '/archived_sessions/']) {
    const query = `UPDATE threads SET rollout_path = ? || substr(rollout_path, instr(rollout_path, ?))
      WHERE instr(rollout_path, ?) > 0`;
    database.prepare(query).run(home, folder, folder);
  }
  database.close();
}

/** Each file was written to at a time of its own, which is some minutes after its last record. */
function giveTimes(rows: ThreadRow[]): void {
  for (const [index, { path, updated_at }] of rows.entries()) {
    const time = Date.parse(updated_at as string) / 1000 + 60 * (index + 1);
    utimesSync(path, time, time);
  }
}

/** The session's age is that of the file, as for Codex; a time in the future gives none. */
function ageOf({ age_at: time, path }: ThreadRow): number {
  return time === null ? Math.floor(statSync(path).mtimeMs / 1000) : secondsOf(time);
}

function secondsOf(time: string | null): number {
  return Math.floor(Date.parse(time as string) / 1000);
}

function linesOf(path: string): Answer[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.zst') ? decompress(bytes) : bytes).toString();
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}
