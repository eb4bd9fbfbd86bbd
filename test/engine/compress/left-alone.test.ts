import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { homeAt } from '../../../src/store/home.ts';
import { lockThreads } from '../../../src/store/locks.ts';
import { lockStore } from '../../../src/store/store-lock.ts';
import { idOf, jsonl, zstdFrame } from '../../builders.ts';
import { addOld, compress, isThere, makeHome, old, reasons, run, useLocks, validate } from './compressing.ts';

const id = idOf(1);
const other = idOf(2);

describe('what is left as it is', () => {
  it.each([false, true])('is a session that is young, live or may be (named: %s)', async (isNamed) => {
    const home = makeHome();
    const [young, live, future] = [addOld(home, idOf(1)), addOld(home, idOf(2)), addOld(home, idOf(3))];
    useLocks(home);
    utimesSync(young, Date.now() / 1000, Date.now() / 1000 - 1800);
    utimesSync(future, Date.now() / 1000, Date.now() / 1000 + 7200);
    const locks = await lockThreads(homeAt(home.path), [idOf(2)], { clock: systemClock });
    try {
      const chosen = isNamed ? [idOf(1), idOf(2), idOf(3)] : ['--until', '2030-01-01'];
      const { code, rows } = await compress(home, ...chosen);
      expect(reasons(rows.sort((a, b) => (a.thread_id < b.thread_id ? -1 : 1)))).toEqual([
        ['young'],
        ['live'],
        ['unknown-age'],
      ]);
      expect(code).toBe(isNamed ? 4 : 0);
      for (const row of rows) expect([validate?.(row), row.result]).toEqual([true, 'kept']);
    } finally {
      await locks.release();
    }
    for (const path of [young, live, future]) expect(isThere(path)).toEqual({ plain: true, compressed: false });
  });

  it('is one that may be open, in a home where nobody takes locks', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const days = (count: number) => Date.now() / 1000 - count * 86_400;
    utimesSync(path, days(6), days(6));
    const kept = await compress(home, id);
    expect([kept.code, ...reasons(kept.rows)]).toEqual([4, ['maybe-live']]);
    utimesSync(path, days(8), days(8));
    expect((await compress(home, id)).rows[0]?.result).toBe('done');
  });

  it('is one that another process writes to without a lock', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const { spawn } = await import('node:child_process');
    const writer = spawn('bash', ['-c', `exec 3>>'${path}'; echo open; sleep 100`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await new Promise((resolve) => writer.stdout.once('data', resolve));
      const { code, rows } = await compress(home, id);
      expect([code, ...reasons(rows)]).toEqual([5, ['live']]);
      expect(rows[0]?.reasons[0]?.detail).toContain(`process ${writer.pid}`);
    } finally {
      writer.kill();
    }
  });

  it('is one that is held', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const added = await run(home, 'hold', 'add', '--matter', 'case 7', id);
    expect([added.code, added.err]).toEqual([0, expect.anything()]);
    const { code, rows } = await compress(home, '--older-than', '1d');
    expect([code, ...reasons(rows)]).toEqual([0, ['held']]);
    expect(rows[0]?.reasons[0]?.by).toHaveLength(1);
    expect((await compress(home, id)).code).toBe(4);
    expect(isThere(path)).toEqual({ plain: true, compressed: false });
  });

  const broken: [string, (path: string) => void, string, string[]][] = [
    ['another name', (path) => linkSync(path, `${path}.other`), 'hard-link', []],
    ['a twin of other content', (path) => writeFileSync(`${path}.zst`, zstdFrame('{}\n')), 'twin-differs', []],
    [
      'a twin that is damaged',
      (path) => writeFileSync(`${path}.zst`, zstdFrame(readFileSync(path)).subarray(0, 60)),
      'twin-differs',
      [],
    ],
    ['content that is compressed', (path) => writeFileSync(path, zstdFrame(readFileSync(path))), 'wrong-ending', []],
    ['content that is gzip', (path) => writeFileSync(path, execFileSync('gzip', ['-c', path])), 'wrong-ending', []],
    ['a copy in the archive', (path) => writeArchived(path), 'duplicate-id', []],
  ];
  it.each(broken)('is a file with %s', async (_, breakIt, code) => {
    const home = makeHome();
    const [path, fine] = [addOld(home, id), addOld(home, other)];
    breakIt(path);
    utimesSync(path, old, old);
    const before = readFileSync(path);
    const outcome = await compress(home, '--older-than', '7d', '--archived');
    expect([outcome.code, reasons(outcome.rows)]).toEqual([4, [[code], []]]);
    expect([validate?.(outcome.rows[0]), validate?.errors]).toEqual([true, null]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(isThere(fine)).toEqual({ plain: false, compressed: true });
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
    ['followed by something', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('more')])],
    [
      'changed',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 0x10 : byte))),
    ],
  ])('is a compressed file that is %s', async (_, damage) => {
    const home = makeHome();
    const path = addOld(home, id, { turns: 40 });
    await compress(home, id);
    const damaged = damage(readFileSync(`${path}.zst`));
    writeFileSync(`${path}.zst`, damaged);
    utimesSync(`${path}.zst`, old, old);
    for (const args of [['--decompress'], ['--recompress']]) {
      const { code, rows } = await compress(home, ...args, id);
      expect([code, ...reasons(rows)]).toEqual([4, ['damaged']]);
      expect(readFileSync(`${path}.zst`).equals(damaged)).toBe(true);
      expect(existsSync(path)).toBe(false);
    }
  });
});

describe('while it works', () => {
  it('another command that changes the home has to wait', async () => {
    const home = makeHome();
    addOld(home, id);
    const lock = lockStore(homeAt(home.path));
    try {
      expect((await compress(home, id)).code).toBe(5);
    } finally {
      lock.release();
    }
    expect((await compress(home, id)).code).toBe(0);
  });

  it('a folder that leads out of the home is not followed', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const outside = makeHome();
    renameSync(join(home.path, 'sessions/2026'), join(outside.path, '2026'));
    execFileSync('ln', ['-s', join(outside.path, '2026'), join(home.path, 'sessions/2026')]);
    const { code } = await compress(home, '--older-than', '7d');
    expect(code).toBe(0);
    expect(existsSync(join(outside.path, path.slice(join(home.path, 'sessions').length)))).toBe(true);
    expect(readdirSync(join(outside.path, '2026/01/02'))).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('a folder that cannot be read is named, and the rest is done', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    home.write('sessions/2026/01/05/nothing', '');
    chmodSync(join(home.path, 'sessions/2026/01/05'), 0);
    const { code, err } = await compress(home, '--older-than', '7d');
    expect([code, err]).toEqual([3, expect.stringContaining('cannot be read')]);
    expect(isThere(path)).toEqual({ plain: false, compressed: true });
  });

  it('what is appended before the lock is taken keeps the session as it is', async () => {
    const home = makeHome();
    const path = addOld(home, id);
    const { compressSessions } = await import('../../../src/engine/compress/compress-sessions.ts');
    const { loadCatalog } = await import('../../../src/engine/catalog.ts');
    let isAppended = false;
    const request = {
      ...({
        kind: 'compress',
        form: { level: 3, seekable: false },
        selectors: { archived: 'no' },
        threadIds: [id],
      } as const),
      ...{ isAnew: false, isDryRun: false, rule: 'compress', clock: systemClock, now: Date.now() },
      signal: new AbortController().signal,
      onBytes() {
        if (!isAppended) appendFileSync(path, jsonl([{ more: true }]));
        utimesSync(path, old, old);
        isAppended = true;
      },
    };
    const rows = [];
    for await (const row of compressSessions(await loadCatalog(homeAt(home.path)), request)) rows.push(row);
    expect([isAppended, ...reasons(rows)]).toEqual([true, ['changed']]);
    expect(readFileSync(path, 'utf8')).toMatch(/\{"more":true\}\n$/);
    expect(isThere(path)).toEqual({ plain: true, compressed: false });
    expect(lstatSync(path).nlink).toBe(1);
  });
});

it('a session that somebody moves away meanwhile is kept, and the rest is done', async () => {
  const home = makeHome();
  const [moved, fine] = [addOld(home, id), addOld(home, other)];
  const { compressSessions } = await import('../../../src/engine/compress/compress-sessions.ts');
  const { loadCatalog } = await import('../../../src/engine/catalog.ts');
  const request = {
    ...({ kind: 'compress', form: { level: 3, seekable: false } } as const),
    ...{ selectors: { archived: 'no' } as const, threadIds: [id, other], isAnew: false, isDryRun: true },
    ...{ rule: 'compress', clock: systemClock, now: Date.now(), signal: new AbortController().signal },
  };
  const catalog = await loadCatalog(homeAt(home.path));
  renameSync(moved, `${moved}.moved`);
  const rows = [];
  for await (const row of compressSessions(catalog, request)) rows.push(row);
  expect(rows.map(({ result }) => result)).toEqual(['kept', 'planned']);
  expect(reasons(rows)).toEqual([['changed'], []]);
  expect(isThere(fine)).toEqual({ plain: true, compressed: false });
});

it('the plain one of two forms stays when the other one is gone under the lock', async () => {
  const home = makeHome();
  const path = addOld(home, id);
  const twin = `${path}.zst`;
  writeFileSync(twin, zstdFrame(readFileSync(path)));
  const { openStore } = await import('../../../src/engine/trash/open-store.ts');
  const { openTrash } = await import('../../../src/engine/trash/open-trash.ts');
  const { replaceFile } = await import('../../../src/engine/compress/replace-file.ts');
  const context = { clock: systemClock };
  const store = await openStore(homeAt(home.path), context);
  const options = { kind: 'compress', rule: 'compress', journal: store.journal, context } as const;
  const trash = openTrash(homeAt(home.path), options);
  const step = { from: path, to: twin, hasTwin: true, size: lstatSync(path).size };
  const act = replaceFile(homeAt(home.path), trash, id, step, {
    ...{ kind: 'compress', form: { level: 3, seekable: false }, number: 0, signal: new AbortController().signal },
    // As a Codex does that opens the session.
    check: async () => {
      unlinkSync(twin);
      return [];
    },
  });
  await expect(act).rejects.toMatchObject({ reason: { code: 'changed' } });
  trash.close();
  store.close();
  expect(isThere(path)).toEqual({ plain: true, compressed: false });
});

it('--seekable does not stop at a session without content', async () => {
  const home = makeHome();
  const paths = [addOld(home, id), addOld(home, other)];
  writeFileSync(paths[0] as string, '');
  utimesSync(paths[0] as string, old, old);
  const { code, rows } = await compress(home, '--older-than', '7d', '--seekable');
  expect([code, rows.map(({ result }) => result)]).toEqual([0, ['done', 'done']]);
  const back = await compress(home, '--decompress', '--until', '2030-01-01');
  expect([back.code, paths.map((path) => isThere(path).plain)]).toEqual([0, [true, true]]);
});

function writeArchived(path: string): void {
  const archive = path.replace(/sessions\/.*\//, 'archived_sessions/');
  execFileSync('mkdir', ['-p', archive.replace(/\/[^/]*$/, '')]);
  writeFileSync(archive, readFileSync(path));
}
