import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { findTraces } from '../../../src/engine/purge/traces-find.ts';
import { openViaCodex } from '../../../src/engine/purge/via-codex.ts';
import { homeAt } from '../../../src/store/home.ts';
import { envelope, idOf, makeFolder, makeHome, record, type TestHome } from '../../builders.ts';
import { addTraces, inDatabase, makeCodexDatabases } from '../../support/codex-databases.ts';
import { trashSessions } from '../prune/trash-and-purge.ts';

const [gone, child] = [idOf(1), idOf(2)];
const threads = [{ threadId: gone, rolloutIds: [] }];
let home: TestHome;
let folder: string;

beforeEach(() => {
  home = makeHome();
  folder = makeFolder();
  makeCodexDatabases(home.path);
  addTraces(home.path, gone);
});

describe('sessions that Codex is asked to delete', () => {
  it('are deleted by it, and what it leaves goes after', async () => {
    // A database that is not known here, which this Codex clears.
    inDatabase(home.path, 'state_6.sqlite', (database) =>
      database.exec(`CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('${gone}')`),
    );
    codex(`if (id === '${gone}') { fs.rmSync(process.env.CODEX_HOME + '/state_6.sqlite'); return { result: {} }; }`);
    expect(await clear()).toEqual([]);
    expect(asked()).toEqual(['initialize', 'initialized', 'thread/delete', `thread/delete ${gone}`]);
    expect(findTraces(homeAt(home.path), threads).filter(({ kept }) => !kept)).toEqual([]);
  });

  it('go with what it writes of them at its end, and it is started again for the next ones', async () => {
    const late = `JSON.stringify({ id, thread_name: 'late', updated_at: '2026-01-02T03:04:05Z' }) + '\\n'`;
    codex(`if (id === '${gone}') {
      process.once('exit', () => fs.appendFileSync(process.env.CODEX_HOME + '/session_index.jsonl', ${late}));
      return { result: {} };
    }`);
    expect(await clear(2)).toEqual([]);
    expect(asked().filter((line) => line === `thread/delete ${gone}`)).toHaveLength(2);
    expect(findTraces(homeAt(home.path), threads).filter(({ kept }) => !kept)).toEqual([]);
  });

  it('and that it does not know, are none for it', async () => {
    codex('');
    expect(await clear()).toEqual([]);
  });

  it('and that it refuses, are left with its reason where we cannot help', async () => {
    inDatabase(home.path, 'state_6.sqlite', (database) =>
      database.exec(`CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('${gone}')`),
    );
    codex(`if (id === '${gone}') return { error: { message: 'it is busy, more words' } };`);
    expect(await clear()).toMatchObject([
      { file: 'state_6.sqlite', reason: 'it is not known, and is not changed; Codex says: it is busy' },
    ]);
  });

  it('are not asked for when it would delete one that stays', async () => {
    home.rollout(child, '{}\n');
    inDatabase(home.path, 'state_5.sqlite', (database) => {
      database.exec(
        `INSERT INTO thread_spawn_edges VALUES ('${gone}', '${idOf(5)}', 'open'), ('${idOf(5)}', '${child}', 'open')`,
      );
    });
    codex('');
    await clear();
    expect(asked()).not.toContain(`thread/delete ${gone}`);
  });

  it('are not asked for when it would delete what Codex knows of one that can be restored', async () => {
    home.rollout(child, envelope(record.meta(child)));
    await trashSessions(home.path, child);
    inDatabase(home.path, 'state_5.sqlite', (database) =>
      database.exec(`INSERT INTO thread_spawn_edges VALUES ('${gone}', '${child}', 'open')`),
    );
    codex('');
    await clear();
    expect(asked()).not.toContain(`thread/delete ${gone}`);
  });

  it.each([
    [
      'is too old',
      `if (method === 'thread/delete') return { error: { message: 'Invalid request: unknown variant \`thread/delete\`, expected' } };`,
      'trouble',
      /cannot delete sessions: .*unknown variant/,
    ],
    ['ends', 'process.exit(3);', 'trouble', /ended \(3\)/],
    ['will not', `if (method === 'initialize') return { error: { message: 'no' } };`, 'trouble', /no$/],
  ])('are not touched by a Codex that %s', async (_, answer, kind, message) => {
    codex(answer);
    const before = findTraces(homeAt(home.path), threads);
    await expect(clear()).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
    expect(findTraces(homeAt(home.path), threads)).toEqual(before);
  });

  it('are not touched where there is no Codex', async () => {
    await expect(clear()).rejects.toMatchObject({ kind: 'usage', message: 'there is no codex on the PATH' });
  });
});

async function clear(times = 1) {
  const env = { PATH: `${folder}${delimiter}${dirname(process.execPath)}`, LOG: join(folder, 'log') };
  const via = await openViaCodex(homeAt(home.path), { env, clock: systemClock });
  try {
    const left = [];
    for (let time = 0; time < times; time++) {
      left.push(...(await via.clear(homeAt(home.path), threads, { clock: { ...systemClock, sleep: async () => {} } })));
    }
    return left;
  } finally {
    await via.close();
  }
}

/** A program of this name that answers as told, or as Codex does for a session that it does not know. */
function codex(answer: string): void {
  const path = join(folder, 'codex');
  rmSync(path, { force: true });
  mkdirSync(folder, { recursive: true });
  const program = `#!${process.execPath}
const fs = require('node:fs');
function answer(method, id) { ${answer}
  if (method === 'initialize') return { result: {} };
  return { error: { code: -32600, message: 'no rollout found for thread id ' + id } };
}
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  const known = params && params.threadId === '${gone}' ? ' ' + params.threadId : '';
  fs.appendFileSync(process.env.LOG, method + known + '\\n');
  console.log(JSON.stringify({ method: 'some/notification', params: {} }));
  if (id !== undefined) console.log(JSON.stringify({ id, ...answer(method, params.threadId) }));
});
`;
  writeFileSync(path, program);
  chmodSync(path, 0o700);
}

function asked(): string[] {
  return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
}
