import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateHold, validateHoldReport, validateHoldRow } from '../../src/format/schemas.ts';
import { holdsPath, readHolds } from '../../src/store/holds.ts';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { lockStore } from '../../src/store/store-lock.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { finish, type Outcome, runProgram, startProgram } from '../support/run-program.ts';

describe('sessions hold', () => {
  it.skipIf(!existsSync('/dev/full'))('tells of a hold that is in force when that cannot be printed', async () => {
    const home = homeOfThree();
    const full = openSync('/dev/full', 'w');
    const args = ['hold', 'add', '--matter', 'a case', idOf(2)];
    const child = startProgram(args, { env: { CODEX_HOME: home.path }, stdio: ['ignore', full, 'pipe'] });
    const { code, stderr } = await finish(child);
    closeSync(full);
    const [added] = readHolds(homeAt(home.path));
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        `hold ${added?.added.hold_id} covers 1 session, and 1 that they come from; that could not`,
      ),
    ]);
  });

  it('adds, lists, reports and releases a hold by ids', async () => {
    const home = homeOfThree();
    const added = await hold(home, 'add', '--matter', ' the case ', '--who', 'legal', idOf(2));
    const entry = {
      schema: 'sessions.hold/1',
      hold_id: expect.any(String),
      action: 'add',
      who: 'legal',
      at: expect.any(String),
    };
    const matched = { thread_ids: [idOf(2)], ancestor_ids: [idOf(1)] };
    const selection = { thread_ids: [idOf(2)], query: null };
    expect([added.code, added.stderr, records(added)]).toEqual([
      0,
      '',
      [{ ...entry, matter: 'the case', selection, ...matched }],
    ]);
    expect(validateHold(records(added)[0])).toEqual({ ok: true, unknown: null });
    const id = records(added)[0]?.hold_id as string;

    const rows = records(await hold(home, 'ls'));
    expect(rows).toEqual([
      expect.objectContaining({ hold_id: id, sessions: 1, ancestors: 1, released: null, query: null }),
    ]);
    expect(validateHoldRow(rows[0])).toEqual({ ok: true, unknown: null });
    const report = await hold(home, 'report', '--hash', id.slice(0, 20));
    expect([report.code, records(report)]).toEqual([
      0,
      [
        expect.objectContaining({ thread_id: idOf(1), covered: 'ancestor', through: idOf(2), state: 'present' }),
        expect.objectContaining({ thread_id: idOf(2), covered: 'id', through: null, state: 'present' }),
      ],
    ]);
    for (const row of records(report)) expect(validateHoldReport(row)).toEqual({ ok: true, unknown: null });

    const released = await hold(home, 'release', '--reason', 'settled', id);
    expect([released.code, records(released)]).toEqual([
      0,
      [expect.objectContaining({ action: 'release', reason: 'settled' })],
    ]);
    expect(validateHold(records(released)[0])).toEqual({ ok: true, unknown: null });
    expect((await hold(home, 'ls')).stdout.toString()).toBe('');
    expect(records(await hold(home, 'ls', '--all'))[0]).toMatchObject({ released: { reason: 'settled' } });
    expect((await hold(home, 'report')).stdout.toString()).toBe('');
    expect((await hold(home, 'ls', '--all', '-q')).stdout.toString()).toBe(`${id}\n`);
    const again = await hold(home, 'release', '--reason', 'settled', id);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('was released at')]);
    expect(verifyJournal(homeAt(home.path))).toEqual({ ok: true, entries: 2 });
    expect(statSync(holdsPath(homeAt(home.path))).mode & 0o777).toBe(0o600);
  });

  it('holds by query, with durations as the times that they are now', async () => {
    const home = homeOfThree();
    const before = Date.now() - 3_600_000;
    const added = await hold(home, 'add', '--matter', 'x', '--older-than', '1h', '--here');
    const after = Date.now() - 3_600_000;
    const query = (records(added)[0]!.selection as { query: { [key: string]: string } }).query;
    expect(Object.keys(query)).toEqual(['cwd', 'untouched_since']);
    const time = Date.parse(query.untouched_since as string);
    expect([time >= before, time <= after]).toEqual([true, true]);
    const all = records(await hold(home, 'add', '--matter', 'x', '--all'));
    expect(all[0]).toMatchObject({ selection: { query: {} }, thread_ids: [1, 2, 3].map(idOf) });
  });

  it('notes what has come to match, and reports it missing when Codex deletes it', async () => {
    const home = homeOfThree();
    await hold(home, 'add', '--matter', 'x', '--cwd', '/case');
    const path = home.rollout(idOf(7), envelope(record.meta(idOf(7), { cwd: '/case' }), ...turn('new')));
    expect(records(await hold(home, 'report'))).toEqual([
      expect.objectContaining({ thread_id: idOf(7), state: 'present' }),
    ]);
    await hold(home, 'add', '--matter', 'another', idOf(3));
    expect(readHolds(homeAt(home.path))[0]?.threadIds).toEqual(new Set([idOf(7)]));
    rmSync(path);
    const report = await hold(home, 'report');
    expect(report.code).toBe(1);
    expect(records(report)[0]).toMatchObject({ thread_id: idOf(7), covered: 'query', state: 'missing', files: [] });
  });

  it('takes ids from a pipe, and a session in the trash by its full id', async () => {
    const home = homeOfThree();
    const env = { CODEX_HOME: home.path };
    const piped = await runProgram(['hold', 'add', '--matter', 'x', '-'], { env, input: `${idOf(1)}\n${idOf(3)}\n` });
    expect(records(piped)[0]).toMatchObject({ thread_ids: [idOf(1), idOf(3)] });
    const path = home.rollout(idOf(8), envelope(record.meta(idOf(8)), ...turn('old')));
    const target = join(home.path, '.sessions/trash', idOf(99), 'files', relative(home.path, path));
    mkdirSync(dirname(target), { recursive: true });
    renameSync(path, target);
    const trashed = await hold(home, 'add', '--matter', 'x', idOf(8).toUpperCase());
    expect([trashed.code, records(trashed)[0]]).toEqual([0, expect.objectContaining({ thread_ids: [idOf(8)] })]);
    expect((await hold(home, 'add', '--matter', 'x', idOf(77))).code).toBe(2);
  });

  it.each([
    [['add', idOf(1)], '--matter TEXT is missing'],
    [['add', '--matter', ' ', idOf(1)], '--matter TEXT is missing'],
    [['add', '--matter', 'x'], 'nothing to hold was named'],
    [['add', '--matter', 'x', '--all', idOf(1)], 'or of --all'],
    [['add', '--matter', 'x', '--cwd', '/a', idOf(1)], 'what selectors match'],
    [['add', '--matter', 'x', '--limit', '3'], 'no option --limit'],
    [['add', '--matter', 'x', '-'], 'names no session'],
    [['add', '--matter', 'x', 'nobody'], "'nobody'"],
    [['release', idOf(1)], '--reason TEXT is missing'],
    [['release', '--reason', 'x', idOf(1)], 'no hold has the id'],
    [['report', 'nothing'], 'no hold has the id'],
  ])('%j is refused, and nothing is made', async (args, reason) => {
    const home = homeOfThree();
    const outcome = await hold(home, ...args);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(reason)]);
    expect(existsSync(holdsPath(homeAt(home.path)))).toBe(false);
  });

  it('reads without writing anything', async () => {
    const home = homeOfThree();
    for (const command of ['ls', 'report']) expect((await hold(home, command)).code).toBe(0);
    expect(existsSync(join(home.path, '.sessions'))).toBe(false);
  });

  it('fails closed on a damaged line, and goes on behind a torn last one', async () => {
    const home = homeOfThree();
    await hold(home, 'add', '--matter', 'x', idOf(1));
    const file = holdsPath(homeAt(home.path));
    appendFileSync(file, '{"schema":"sessions.hold/1","hold_id"');
    expect(records(await hold(home, 'ls'))).toHaveLength(1);
    expect((await hold(home, 'add', '--matter', 'y', idOf(2))).code).toBe(0);
    expect(records(await hold(home, 'ls'))).toHaveLength(2);
    appendFileSync(file, 'garbage\n');
    const before = readFileSync(file);
    for (const args of [['ls'], ['report'], ['add', '--matter', 'z', idOf(3)], ['release', '--reason', 'z', idOf(3)]]) {
      const outcome = await hold(home, ...args);
      expect([outcome.code, outcome.stderr]).toEqual([4, expect.stringContaining('holds.jsonl:3 (byte ')]);
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is not listed as none when the file is gone', async () => {
    const home = homeOfThree();
    await hold(home, 'add', '--matter', 'x', idOf(1));
    rmSync(holdsPath(homeAt(home.path)));
    for (const command of ['ls', 'report']) {
      const outcome = await hold(home, command);
      expect([outcome.code, outcome.stderr]).toEqual([4, expect.stringContaining('is in the journal')]);
    }
  });

  it('is not believed to be released, or to cover less, by a file that was edited', async () => {
    const home = homeOfThree();
    const [added] = records(await hold(home, 'add', '--matter', 'x', '--all')) as { hold_id: string }[];
    const file = holdsPath(homeAt(home.path));
    const whole = readFileSync(file, 'utf8');
    const release = { schema: 'sessions.hold/1', hold_id: added?.hold_id, action: 'release', who: 'x', reason: 'x' };
    const forged: [string, string][] = [
      [`${whole}${JSON.stringify({ ...release, at: '2026-11-22T12:00:00.000Z' })}\n`, 'and not in the journal'],
      [whole.replace('"query":{}', '"query":{"cwd":"/nowhere"}'), 'covers something else here'],
    ];
    for (const [text, reason] of forged) {
      expect(text).not.toBe(whole);
      writeFileSync(file, text);
      const outcome = await hold(home, 'ls');
      expect([outcome.code, outcome.stderr]).toEqual([4, expect.stringContaining(reason)]);
      const pruned = await runProgram(['prune', idOf(3)], { env: { CODEX_HOME: home.path } });
      expect([pruned.code, pruned.stderr]).toEqual([4, expect.stringContaining(reason)]);
    }
    writeFileSync(file, whole);
    expect((await hold(home, 'release', '--reason', 'r', added?.hold_id as string)).code).toBe(0);
    expect((await hold(home, 'ls', '--all')).code).toBe(0);
  });

  it('is busy while another command changes what the home keeps', async () => {
    const home = homeOfThree();
    const lock = lockStore(homeAt(home.path));
    const outcome = await hold(home, 'add', '--matter', 'x', idOf(1));
    lock.release();
    expect(outcome.code).toBe(5);
    expect(readHolds(homeAt(home.path))).toEqual([]);
  });

  it('loses none when eight processes add at once', { timeout: 60_000 }, async () => {
    const home = homeOfThree();
    const acknowledged: unknown[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, number) => {
        for (let attempt = 0; attempt < 200; attempt++) {
          const outcome = await hold(home, 'add', '--matter', `case ${number}`, idOf((number % 3) + 1));
          if (outcome.code === 5) continue;
          expect([outcome.code, outcome.stderr]).toEqual([0, '']);
          acknowledged.push(records(outcome)[0]?.hold_id);
          return;
        }
      }),
    );
    expect(acknowledged).toHaveLength(8);
    const kept = readHolds(homeAt(home.path)).map(({ added }) => added.hold_id);
    expect(kept.sort()).toEqual(acknowledged.sort());
    expect(verifyJournal(homeAt(home.path))).toEqual({ ok: true, entries: 8 });
  });
});

/** The second is a fork of the first. */
function homeOfThree(): TestHome {
  const home = makeHome();
  home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('one')));
  home.rollout(idOf(2), envelope(record.meta(idOf(2), { forked_from_id: idOf(1) }), ...turn('two')));
  home.rollout(idOf(3), envelope(record.meta(idOf(3)), ...turn('three')));
  return home;
}

function hold(home: TestHome, ...args: string[]): Promise<Outcome> {
  return runProgram(['hold', ...args], { env: { CODEX_HOME: home.path } });
}

function records(outcome: Outcome): { [key: string]: unknown }[] {
  const lines = outcome.stdout.toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}
