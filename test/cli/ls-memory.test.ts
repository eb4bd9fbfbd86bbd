import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../builders.ts';
import { addThread, makeCodexDatabase } from '../support/codex-database.ts';
import { list, listFiles, run } from '../support/list-sessions.ts';

const id = idOf(1);
const secret = 'zzsecretzz first of all';

/** A session with the secret as its first message, long enough to be read on from where it ended. */
function homeWithSecret(meta: { [key: string]: unknown } = {}): { home: TestHome; path: string } {
  const home = makeHome();
  const turns = Array.from({ length: 40 }, (_, index) => turn(`number ${index} ${'and more '.repeat(300)}`)).flat();
  const path = home.rollout(id, envelope(record.meta(id, meta), ...turn(secret), ...turns));
  home.rollout(idOf(2), envelope(record.meta(idOf(2)), ...turn('plain')));
  return { home, path };
}

async function expectWithheld(home: TestHome): Promise<void> {
  for (const options of [[], ['--limit', '5']]) {
    const listed = await list(home, ...options);
    expect(listed).toEqual(await listFiles(home, ...options));
    expect(listed.out).toContain(secret);
    expect(listed.out).not.toContain('UNREADABLE');
  }
  expect(await run(home, 'index', 'check')).toEqual({ code: 0, out: '', err: '' });
  const names = readdirSync(home.path).filter((name) => name.startsWith('state.db'));
  for (const name of names)
    expect([name, readFileSync(join(home.path, name)).includes('zzsecret')]).toEqual([name, false]);
}

describe('the first message of a session whose memory is off', () => {
  it('is listed, and never enters the index', async () => {
    await expectWithheld(homeWithSecret({ memory_mode: 'disabled' }).home);
  });

  it('leaves the index when the file says so', async () => {
    const { home, path } = homeWithSecret();
    await list(home);
    expect(readFileSync(join(home.path, 'state.db')).includes('zzsecret')).toBe(true);
    appendFileSync(path, jsonl(envelope(record.meta(id, { memory_mode: 'disabled' }))));
    await expectWithheld(home);
  });

  it("leaves the index when Codex's database says so, and comes back", async () => {
    const { home, path } = homeWithSecret();
    const database = makeCodexDatabase(home.path);
    database.exec("ALTER TABLE threads ADD COLUMN memory_mode TEXT NOT NULL DEFAULT 'enabled'");
    addThread(database, { id, path });
    await list(home);
    database.exec("UPDATE threads SET memory_mode = 'disabled'");
    await expectWithheld(home);
    database.exec("UPDATE threads SET memory_mode = 'enabled'");
    database.close();
    expect((await list(home)).out).toContain(secret);
    expect(readFileSync(join(home.path, 'state.db')).includes('zzsecret')).toBe(true);
  });
});
