import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { addThread, makeCodexDatabase } from '../../support/codex-database.ts';
import { Database, stateDb } from '../../support/list-sessions.ts';
import { expectSame, findWords, indexedFiles } from './find-words.ts';

const id = idOf(1);
const other = idOf(2);
const secret = 'zzsecretzz';

/** A session with the secret, twice in each turn, and one without it. */
function homeWithSecret(meta: { [key: string]: unknown } = {}): { home: TestHome; path: string } {
  const home = makeHome();
  const turns = Array.from({ length: 40 }, (_, index) => turn(`number ${index} ${secret} and more`)).flat();
  // The first message is in the row of ls as well, which is not what this is about.
  const path = home.rollout(id, envelope(record.meta(id, meta), ...turn('hello'), ...turns));
  home.rollout(other, envelope(record.meta(other), ...turn('number plain')));
  return { home, path };
}

/** Whether a text stands anywhere in the files of the index. */
function isOnDisk(home: TestHome, text: string): boolean {
  const names = readdirSync(home.path).filter((name) => name.startsWith('state.db'));
  return names.some((name) => readFileSync(join(home.path, name)).includes(text));
}

async function expectWithheld(home: TestHome): Promise<void> {
  const { hits } = await expectSame(home, secret);
  expect(hits).toHaveLength(80);
  await expectSame(home, 'number');
  // A part of it too: what FTS5 keeps of a word is cut where the word before it began in the same way.
  for (const text of [secret, secret.slice(2), secret.slice(0, 6)])
    expect([text, isOnDisk(home, text)]).toEqual([text, false]);
  expect(indexedFiles(home).map(({ status }) => status)).toEqual(['withheld', 'indexed']);
}

describe('a session whose memory is off', () => {
  it('is found, and never enters the index', async () => {
    const { home } = homeWithSecret({ memory_mode: 'disabled' });
    await expectWithheld(home);
  });

  it('leaves the index, and the disk, when its file says so', async () => {
    const { home, path } = homeWithSecret();
    expect((await expectSame(home, secret)).hits).toHaveLength(80);
    expect(isOnDisk(home, secret)).toBe(true);
    appendFileSync(path, jsonl(envelope(record.meta(id, { memory_mode: 'disabled' }))));
    await expectWithheld(home);
  });

  it("leaves the index, and the disk, when Codex's database says so", async () => {
    const { home, path } = homeWithSecret();
    const database = makeCodexDatabase(home.path);
    database.exec("ALTER TABLE threads ADD COLUMN memory_mode TEXT NOT NULL DEFAULT 'enabled'");
    addThread(database, { id, path });
    await findWords(home, secret);
    expect(isOnDisk(home, secret)).toBe(true);
    database.exec("UPDATE threads SET memory_mode = 'disabled'");
    await expectWithheld(home);
    database.exec("UPDATE threads SET memory_mode = 'enabled'");
    database.close();
    expect((await expectSame(home, secret)).hits).toHaveLength(80);
    expect(indexedFiles(home).map(({ status }) => status)).toEqual(['indexed', 'indexed']);
  });

  it('comes back when its own last session_meta says so; those of others do not count', async () => {
    const { home, path } = homeWithSecret({ memory_mode: 'disabled' });
    await expectWithheld(home);
    appendFileSync(path, jsonl(envelope(record.meta(other, { memory_mode: 'enabled' }))));
    await expectWithheld(home);
    appendFileSync(path, jsonl(envelope(record.meta(id, { memory_mode: 'enabled' }))));
    await expectSame(home, secret);
    appendFileSync(path, jsonl(envelope(record.meta(other, { memory_mode: 'disabled' }))));
    await expectSame(home, secret);
    expect(indexedFiles(home).map(({ status }) => status)).toEqual(['indexed', 'indexed']);
  });

  it('leaves the log as soon as nobody reads it', async () => {
    const { home, path } = homeWithSecret();
    await findWords(home, secret);
    const reader = new Database(stateDb(home), { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM texts').get();
    appendFileSync(path, jsonl(envelope(record.meta(id, { memory_mode: 'disabled' }))));
    expect((await findWords(home, secret)).hits).toHaveLength(80);
    reader.exec('COMMIT');
    reader.close();
    await expectWithheld(home);
  });

  it('stays out when it cannot be known whether its memory is off', async () => {
    const { home } = homeWithSecret();
    writeFileSync(join(home.path, 'state_5.sqlite'), 'this is no database, not by far '.repeat(100));
    const { hits, problems } = await findWords(home, secret);
    expect(hits).toHaveLength(80);
    expect(problems.map(({ rule }) => rule)).toEqual(['INDEX']);
    expect(isOnDisk(home, secret)).toBe(false);
  });
});

describe('a session that is gone', () => {
  it('leaves no text behind', async () => {
    const { home, path } = homeWithSecret();
    await findWords(home, secret);
    writeFileSync(path, jsonl(envelope(record.meta(id), ...turn('redacted'))));
    expect((await expectSame(home, secret)).hits).toEqual([]);
    expect(isOnDisk(home, secret)).toBe(false);
  });
});
