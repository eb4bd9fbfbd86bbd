import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, offsetOf, paginated, record, type TestHome, turn } from '../../builders.ts';
import { holdLock, killHolder } from '../../support/lock-holder.ts';
import { runHere } from '../../support/run-here.ts';
import { age, expectSound, makeOwnHome, repair } from './check-repair.ts';

const id = idOf(7);
const child = idOf(8);
const mode = { history_mode: 'paginated', session_id: id };
/** What a turn_context of this form holds is of no matter here. */
const talk = (text: string) => turn(text).filter(([type]) => type !== 'turn_context');
const lines = paginated(0, record.meta(id, mode), ...talk('one'), ...talk('two'));
const torn = '{"timestamp":"2026-01-02T03:05:';

describe('a session is refused', () => {
  it('while somebody has it open', async () => {
    const home = makeOwnHome();
    const path = home.rollout(id, jsonl(lines) + torn);
    const holder = await holdLock(join(home.path, 'thread-writer-locks', `${id}.lock`));
    await expectRefused(home, path, /has session .* open/);
    await killHolder(holder);
    expect((await repair(home.path, path)).code).toBe(0);
  });

  it('while it may be open, for all that can be known', async () => {
    const home = makeHome();
    const path = home.rollout(id, jsonl(lines) + torn);
    await expectRefused(home, path, /cannot be known whether the session is open/);
    age(path);
    expect((await repair(home.path, path)).code).toBe(0);
  });

  it('while it is held', async () => {
    const home = makeOwnHome();
    const path = home.rollout(id, jsonl(lines) + torn);
    const held = await runHere(['hold', 'add', '--matter', 'case 7', id], { env: { CODEX_HOME: home.path } });
    expect([held.code, held.err]).toEqual([0, expect.any(String)]);
    await expectRefused(home, path, /it is held/);
  });

  it.each([
    ['a fork', (end: number) => forkAt(end)],
    ['a part behind a revert', (end: number) => segmentAt(end)],
  ])('when %s goes on from bytes that would change', async (_, dependent) => {
    const home = makeOwnHome();
    const damaged = Buffer.from(jsonl(lines));
    damaged[offsetOf(lines, 3) + 5] = 0;
    const path = home.rollout(id, damaged);
    dependent(offsetOf(lines, 9))(home);
    await expectRefused(home, path, /goes on from it, up to byte/);
  });

  it('when a fork in the trash goes on from bytes that would change', async () => {
    const home = makeOwnHome();
    const damaged = Buffer.from(jsonl(lines));
    damaged[offsetOf(lines, 3) + 5] = 0;
    const path = home.rollout(id, damaged);
    forkAt(offsetOf(lines, 9))(home);
    const fork = path.replace(id, child);
    const trashed = join(
      home.path,
      '.sessions/trash/01a2068b-e291-7078-bd3e-43417c3552dd/files/sessions',
      basename(fork),
    );
    mkdirSync(dirname(trashed), { recursive: true });
    renameSync(fork, trashed);
    await expectRefused(home, path, /which is in the trash, goes on from it, up to byte/);
  });

  it('not when a fork needs only what stays', async () => {
    const home = makeOwnHome();
    const stored = Buffer.from(jsonl(lines) + torn);
    const path = home.rollout(id, stored);
    forkAt(stored.length - torn.length, lines.length)(home);
    await expectSound(home.path, await repair(home.path, path), stored);
    expect((await repair(home.path, child)).file.result).toBe('nothing');
  });

  it('when a file whose head is damaged names it', async () => {
    const home = makeOwnHome();
    const path = home.rollout(id, jsonl(lines) + torn);
    home.rollout(
      child,
      `{"timestamp":"2026","ordinal":9,"type":"session_meta","payload":{"history_base":{"thread_id":"${id}","end_`,
    );
    await expectRefused(home, path, /goes on from it, as far as can be seen/);
  });

  it.each([
    [
      'of a history mode that is not known',
      jsonl(envelope(record.meta(id, { history_mode: 'next' }), ...turn('one'))) + torn,
    ],
    ['that holds no record', 'so\nmuch\nfor that\n'],
    [
      'of events',
      `{"schema":"sessions.event/1","thread_id":"${id}","seq":0,"timestamp":null,"turn":1,"type":"Unknown","raw":{}}\n{`,
    ],
  ])('when it is one %s', async (_, content) => {
    const home = makeOwnHome();
    await expectRefused(home, home.rollout(id, content), /is not repaired: (it holds|its history mode)/);
  });

  it('when its session_meta names an ordinal that would change', async () => {
    const home = makeOwnHome();
    const meta = record.meta(id, { ...mode, subagent_history_start_ordinal: 8 });
    const text = jsonl(paginated(0, meta, ...talk('one'), ...talk('two')));
    await expectRefused(home, home.rollout(id, text.replace('"ordinal":3', '"ordinal":2')), /names ordinal 8/);
    const path = home.rollout(id, text.replace('"ordinal":12', '"ordinal":11'));
    expect(await repair(home.path, path)).toMatchObject({ code: 0, file: { result: 'repaired' } });
  });

  it('when the name that it has to get is taken', async () => {
    const home = makeOwnHome();
    home.rollout(id, lines);
    const path = home.rollout(id, jsonl(lines) + torn, { compressed: true });
    await expectRefused(home, path, /there is a file of the name/);
  });
});

it('what Codex derived from the file is forgotten, and that of other files is not', async () => {
  const home = makeOwnHome();
  const stored = Buffer.from(jsonl(lines) + torn);
  const path = home.rollout(id, stored);
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const database = new Database(join(home.path, 'thread_history_1.sqlite'));
  database.exec(`CREATE TABLE thread_turns (thread_id, turn_id, rollout_ordinal);
    CREATE TABLE thread_items (thread_id, item_id, rollout_ordinal);
    CREATE TABLE thread_history_projection_state (thread_id, next_rollout_byte_offset, next_rollout_ordinal);`);
  const tables = ['thread_turns', 'thread_items', 'thread_history_projection_state'];
  for (const table of tables) database.exec(`INSERT INTO ${table} VALUES ('${id}', 1, 1), ('${child}', 1, 1)`);
  await repair(home.path, path, '--dry-run');
  const rows = () => tables.map((table) => database.prepare(`SELECT thread_id FROM ${table}`).pluck().all());
  expect(rows()).toEqual(tables.map(() => [id, child]));
  const done = await repair(home.path, path);
  expect(done.err).not.toContain('Codex');
  expect(rows()).toEqual(tables.map(() => [child]));
  database.close();
  await expectSound(home.path, done, stored);
});

it('a file that lies in no home is not repaired, and neither is standard input', async () => {
  const home = makeOwnHome();
  const path = home.write('elsewhere.jsonl', torn);
  const outside = await runHere(['repair', path], { env: { CODEX_HOME: home.path } });
  expect([outside.code, outside.err]).toEqual([2, expect.stringContaining('is not a session of a home')]);
  const piped = await runHere(['repair', '-'], { env: { CODEX_HOME: home.path }, stdin: jsonl(lines) });
  expect([piped.code, piped.err]).toEqual([2, expect.stringContaining('standard input holds the content')]);
  writeFileSync(path, '');
});

it.skipIf(process.getuid?.() !== 0)('root repairs a file without taking it from its owner', async () => {
  const home = makeOwnHome();
  const path = home.rollout(id, jsonl(lines) + torn);
  chownSync(path, 1234, 1235);
  expect((await repair(home.path, path)).file.result).toBe('repaired');
  expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
});

it('a file in the trash is not repaired, held or not, and its folder does not become a home', async () => {
  const home = makeOwnHome();
  const path = home.rollout(id, jsonl(lines) + torn);
  age(path);
  const folder = join(home.path, '.sessions/trash/01a2068b-e291-7078-bd3e-43417c3552dd/files');
  const trashed = join(folder, 'sessions/2026/01/02', basename(path));
  mkdirSync(dirname(trashed), { recursive: true });
  renameSync(path, trashed);
  await expectRefused(home, trashed, /lies in the trash/);
  expect(readdirSync(folder)).toEqual(['sessions']);
});

function forkAt(end: number, ordinal = 9): (home: TestHome) => void {
  const base = { thread_id: id, end_ordinal_exclusive: ordinal, end_byte_offset: end };
  const meta = record.meta(child, { ...mode, forked_from_id: id, history_base: base });
  return (home) => void home.rollout(child, paginated(ordinal, meta, ...talk('mine')));
}

function segmentAt(end: number): (home: TestHome) => void {
  const base = { thread_id: id, end_ordinal_exclusive: 9, end_byte_offset: end };
  return (home) =>
    void home.rollout(id, paginated(9, record.meta(id, { ...mode, history_base: base }), ...talk('again')), {
      segment: child,
    });
}

async function expectRefused(home: TestHome, path: string, reason: RegExp): Promise<void> {
  const before = readFileSync(path);
  for (const options of [['--dry-run'], []]) {
    const { code, err, edits, file } = await repair(home.path, path, ...options);
    expect([code, err, edits, file]).toEqual([4, expect.stringMatching(reason), [], undefined]);
  }
  expect(readFileSync(path).equals(before)).toBe(true);
}
