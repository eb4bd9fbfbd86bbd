import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idOf, offsetOf, paginated, record, turn, zstdFrame } from '../../builders.ts';
import {
  addOld,
  compress,
  facts,
  isThere,
  journalEvents,
  makeHome,
  old,
  run,
  sha256,
  useLocks,
  validate,
} from './compressing.ts';

const id = idOf(1);
const other = idOf(2);

describe('compress', () => {
  it.each([[[]], [['--seekable']], [['--level', '19']]])('keeps content, mode and time (%s)', async (form) => {
    const home = makeHome();
    const path = addOld(home, id, { turns: 50 });
    chmodSync(path, 0o640);
    const before = await facts(path);
    const original = readFileSync(path);
    const { code, rows, err } = await compress(home, ...form, id);
    expect([code, err]).toEqual([0, expect.stringMatching(/compressed 1 session: .*\n.*\n.*undo: sessions restore /)]);
    expect(isThere(path)).toEqual({ plain: false, compressed: true });
    expect(await facts(path)).toEqual(before);
    expect(before.mtimeMs).toBe(old.getTime());
    execFileSync('zstd', ['-t', '-q', `${path}.zst`]);
    expect(execFileSync('zstd', ['-dc', '-q', `${path}.zst`]).equals(original)).toBe(true);
    const [row] = rows;
    expect(row).toMatchObject({ thread_id: id, result: 'done', path: `${path}.zst`, size_before: original.length });
    expect(row?.size_after).toBe(statSync(`${path}.zst`).size);
    expect([validate?.(row), validate?.errors]).toEqual([true, null]);
    const trashed = join(home.path, '.sessions/trash', row?.tx ?? '', 'files', path.slice(home.path.length + 1));
    expect(sha256(readFileSync(trashed))).toBe(before.sha256);
    expect(journalEvents(home)).toEqual(['replace-intent', 'replaced']);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);

    const back = await compress(home, '--decompress', id);
    expect([back.code, back.rows[0]?.result, back.rows[0]?.path]).toEqual([0, 'done', path]);
    expect(isThere(path)).toEqual({ plain: true, compressed: false });
    expect(await facts(path)).toEqual(before);
    expect(readFileSync(path).equals(original)).toBe(true);
  });

  it('is undone by restore', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const before = await facts(path);
    const { rows } = await compress(home, id);
    const restored = await run(home, 'restore', rows[0]?.tx ?? '');
    expect([restored.code, restored.err]).toEqual([0, expect.anything()]);
    expect(isThere(path)).toEqual({ plain: true, compressed: false });
    expect(await facts(path)).toEqual(before);
  });

  it('takes all files of a session, and forks that refer to it do not notice', async () => {
    const home = makeHome();
    const lines = paginated(0, record.meta(id, { history_mode: 'paginated' }), ...turn('one'), ...turn('two'));
    const base = { thread_id: id, end_ordinal_exclusive: 9, end_byte_offset: offsetOf(lines, 9) };
    const meta = (thread: string, more = {}) =>
      record.meta(thread, { history_mode: 'paginated', history_base: base, ...more });
    const paths = [
      home.rollout(id, lines),
      home.rollout(id, paginated(9, meta(id), ...turn('again')), { segment: idOf(7), time: '2026-01-02T04-00-00' }),
    ];
    const fork = home.rollout(other, paginated(9, meta(other, { forked_from_id: id }), ...turn('forked')));
    for (const path of [...paths, fork]) utimesSync(path, old, old);
    const shown = await Promise.all([id, other].map((thread) => run(home, 'show', '--json', thread)));
    const { code, rows } = await compress(home, '--seekable', id);
    expect([code, rows.length]).toEqual([0, 1]);
    expect(rows[0]?.files.map(({ from }) => from)).toEqual(paths);
    expect(rows[0]?.path).toBe(`${paths[1]}.zst`);
    expect(paths.map(isThere)).toEqual(paths.map(() => ({ plain: false, compressed: true })));
    expect(await Promise.all([id, other].map((thread) => run(home, 'show', '--json', thread)))).toEqual(shown);
  });

  it('has nothing to do a second time', async () => {
    const home = makeHome();
    addOld(home, id);
    addOld(home, other, { archived: true });
    const [first, second] = [
      await compress(home, '--older-than', '7d'),
      await compress(home, '--older-than', '7d', '-q'),
    ];
    expect(first.rows.map(({ thread_id }) => thread_id)).toEqual([id]);
    expect([second.code, second.out, second.err]).toEqual([0, '', '']);
    const named = await compress(home, id);
    expect([named.code, named.rows[0]?.result, named.rows[0]?.tx]).toEqual([0, 'unchanged', null]);
    expect((await compress(home, '--archived=only')).rows.map(({ thread_id }) => thread_id)).toEqual([other]);
  });

  it('compresses once more when it is asked to, and again never in place', async () => {
    const home = makeHome();
    const path = addOld(home, id, { turns: 400 });
    await compress(home, '--level', '1', id);
    const [before, size] = [await facts(path), statSync(`${path}.zst`).size];
    const { code, rows } = await compress(home, '--recompress', '--level', '19', id);
    expect([code, rows[0]?.result, rows[0]?.size_before]).toEqual([0, 'done', size]);
    expect(statSync(`${path}.zst`).size).toBeLessThan(size);
    expect(isThere(path)).toEqual({ plain: false, compressed: true });
    expect(await facts(path)).toEqual(before);
    expect((await compress(home, '--recompress', '--seekable', id)).code).toBe(0);
    expect(await facts(path)).toEqual(before);
  });
});

describe('what is chosen', () => {
  it('is nothing unless somebody chooses', async () => {
    const home = makeHome();
    addOld(home, id);
    for (const args of [[], ['--limit', '3'], ['--level', '9'], ['--sort', 'size']]) {
      const { code, err } = await compress(home, ...args);
      expect([args, code, err]).toEqual([args, 2, expect.stringContaining('nothing chooses any')]);
    }
    expect(existsSync(join(home.path, '.sessions'))).toBe(false);
  });

  it.each([
    [
      ['--older-than', '7d'],
      [1, 2],
    ],
    [
      ['--older-than', '7d', '--newer-than', '20000d'],
      [1, 2],
    ],
    [['--newer-than', '1d'], [3]],
    [
      ['--older-than', '7d', '--archived'],
      [1, 2, 4],
    ],
    [['--archived=only'], [4]],
    [['--cwd', '/home/dev/other'], [2]],
    [['--older-than', '7d', '--name', 'the s*'], [2]],
    [['--sort', 'size', '--limit', '1', '--older-than', '7d'], [2]],
    [['--since', '2030-01-01'], []],
  ])('is what the selectors say: %j', async (args, numbers) => {
    const home = makeHome();
    addOld(home, idOf(1));
    const lines = [record.meta(idOf(2), { cwd: '/home/dev/other' }), ...turn('a longer one'.repeat(200))];
    const second = home.rollout(idOf(2), paginated(0, ...lines));
    utimesSync(second, old, old);
    utimesSync(addOld(home, idOf(3)), Date.now() / 1000, Date.now() / 1000 - 7200);
    addOld(home, idOf(4), { archived: true });
    addOld(home, idOf(5), { compressed: true });
    home.names({ [idOf(2)]: 'the second' });
    useLocks(home);
    const { code, rows, err } = await compress(home, '--dry-run', ...args);
    expect([code, rows.map(({ thread_id }) => thread_id).sort()]).toEqual([0, numbers.map((number) => idOf(number))]);
    expect(err).toMatch(numbers.length > 0 ? /would compress/ : /nothing was compressed/);
    for (const row of rows) expect([validate?.(row), row.result]).toEqual([true, 'planned']);
    expect(existsSync(join(home.path, '.sessions'))).toBe(false);
  });

  it('may come from a pipe', async () => {
    const home = makeHome();
    addOld(home, id);
    const { runHere } = await import('../../support/run-here.ts');
    const { code, out } = await runHere(['compress', '-q', '-'], { env: { CODEX_HOME: home.path }, stdin: `${id}\n` });
    expect([code, out.toString()]).toEqual([0, `${id}\n`]);
  });

  it.each([
    [['--level', '0'], /between 1 and 22/],
    [['--level', '23'], /between 1 and 22/],
    [['--level', 'x'], /not a whole number/],
    [['--decompress', '--level', '3'], /exclude each other/],
    [['--decompress', '--seekable'], /exclude each other/],
  ])('refuses %j', async (args, message) => {
    const home = makeHome();
    addOld(home, id);
    const { code, err } = await compress(home, ...args, id);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('on a terminal', () => {
  it('says in words what became of each', async () => {
    const home = makeHome();
    addOld(home, id);
    const young = addOld(home, other);
    useLocks(home);
    utimesSync(young, Date.now() / 1000, Date.now() / 1000 - 60);
    const on = { env: { CODEX_HOME: home.path }, tty: true };
    const { runHere } = await import('../../support/run-here.ts');
    const planned = await runHere(['compress', '--dry-run', id, other], on);
    expect(planned.out.toString()).toBe(
      `${id} would be compressed: 5.2K\n${other} kept: it was touched within the last hour\n`,
    );
    expect([planned.code, planned.err]).toEqual([4, 'sessions: would compress 1 session, 5.2K; 1 kept as it is\n']);
    const done = await runHere(['compress', id], on);
    expect(done.out.toString()).toMatch(new RegExp(`^${id} compressed: 5.2K to \\d+B\n$`));
    expect((await runHere(['compress', id], on)).out.toString()).toBe(`${id} is compressed already\n`);
    expect((await runHere(['compress', '--decompress', id], on)).out.toString()).toMatch(
      / decompressed: \d+B to 5.2K\n$/,
    );
  });
});

describe('a twin of the same content', () => {
  it('is what stays of both, in either direction', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const before = await facts(path);
    const twin = zstdFrame(readFileSync(path));
    writeFileSync(`${path}.zst`, twin);
    const { code, rows } = await compress(home, id);
    expect([code, rows[0]?.result, rows[0]?.size_after]).toEqual([0, 'done', twin.length]);
    expect(readFileSync(`${path}.zst`).equals(twin)).toBe(true);
    expect(isThere(path)).toEqual({ plain: false, compressed: true });

    writeFileSync(path, execFileSync('zstd', ['-dcq', `${path}.zst`]));
    utimesSync(path, old, old);
    const back = await compress(home, '--decompress', id);
    expect([back.code, back.rows[0]?.result, back.rows[0]?.path]).toEqual([0, 'done', path]);
    expect(isThere(path)).toEqual({ plain: true, compressed: false });
    expect((await facts(path)).sha256).toBe(before.sha256);
  });
});
