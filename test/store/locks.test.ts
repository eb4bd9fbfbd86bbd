import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { homeAt } from '../../src/store/home.ts';
import { coordinationPath, lockPath, lockThreads } from '../../src/store/locks.ts';
import { idOf, makeHome } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';

const wait = { clock: systemClock, ms: 100 };

describe('the locks of threads', () => {
  it('are files under the lock that Codex takes, and gone afterwards', async () => {
    const home = homeAt(makeHome().path);
    const locks = await lockThreads(home, [idOf(2), idOf(1), idOf(2)], wait);
    expect(readdirSync(home.writerLocks).sort()).toEqual(['.coordination.lock', `${idOf(1)}.lock`, `${idOf(2)}.lock`]);
    expect(statSync(lockPath(home, idOf(1))).mode & 0o777).toBe(0o600);
    await expect(tryFlock(lockPath(home, idOf(1)))).resolves.toBe(false);
    await expect(tryFlock(coordinationPath(home))).resolves.toBe(true);
    await locks.release();
    expect(readdirSync(home.writerLocks)).toEqual(['.coordination.lock']);
  });

  it('are refused while another process has one of them, whose name is told, and then none is kept', async () => {
    const home = homeAt(makeHome().path);
    await (await lockThreads(home, [], wait)).release();
    const holder = await holdLock(lockPath(home, idOf(2)));
    await expect(lockThreads(home, [idOf(1), idOf(2), idOf(3)], wait)).rejects.toMatchObject({
      kind: 'busy',
      exit: 5,
      message: expect.stringMatching(/^(flock|sh|sleep) \(process \d+\) has session .*-000000000002 open$/),
    });
    expect(existsSync(lockPath(home, idOf(1)))).toBe(false);
    await killHolder(holder);
    // The kernel has given it back; the file is still there, and means nothing.
    expect(existsSync(lockPath(home, idOf(2)))).toBe(true);
    const locks = await lockThreads(home, [idOf(1), idOf(2)], wait);
    await locks.release();
    expect(readdirSync(home.writerLocks)).toEqual(['.coordination.lock']);
  });

  it('are not waited for longer than asked when somebody holds the coordination lock', async () => {
    const home = homeAt(makeHome().path);
    await (await lockThreads(home, [], wait)).release();
    const holder = await holdLock(coordinationPath(home));
    await expect(lockThreads(home, [idOf(1)], wait)).rejects.toMatchObject({ kind: 'busy', exit: 5 });
    const waiting = lockThreads(home, [idOf(1)], { clock: systemClock });
    setTimeout(() => void killHolder(holder), 150);
    await (await waiting).release();
  });

  it('stop waiting when the program is asked to stop', async () => {
    const home = homeAt(makeHome().path);
    await (await lockThreads(home, [], wait)).release();
    const holder = await holdLock(coordinationPath(home));
    const stop = new AbortController();
    const waiting = lockThreads(home, [idOf(1)], { clock: systemClock, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await killHolder(holder);
  });

  it('are given back without removing files while the coordination lock cannot be had', async () => {
    const home = homeAt(makeHome().path);
    const locks = await lockThreads(home, [idOf(1)], wait);
    const holder = await holdLock(coordinationPath(home));
    await locks.release();
    expect(existsSync(lockPath(home, idOf(1)))).toBe(true);
    await expect(tryFlock(lockPath(home, idOf(1)))).resolves.toBe(true);
    await killHolder(holder);
  });

  it('are not taken for what is no id', async () => {
    const home = homeAt(makeHome().path);
    await expect(lockThreads(home, ['../../etc/passwd'], wait)).rejects.toMatchObject({ kind: 'usage' });
    expect(readdirSync(home.writerLocks)).toEqual(['.coordination.lock']);
  });

  it('are trouble where the place of the locks is a file or a link', async () => {
    const home = makeHome();
    home.write('thread-writer-locks', 'no folder');
    await expect(lockThreads(homeAt(home.path), [idOf(1)], wait)).rejects.toMatchObject({ kind: 'trouble' });
  });

  it('are held by one of several takers at a time, whoever removes the file', { timeout: 60_000 }, async () => {
    const home = makeHome();
    const script = await buildScript('lock-taker');
    const takers = [1, 2, 3].map(() => promisify(execFile)(process.execPath, [script, home.path, idOf(1), '200']));
    const took = await Promise.all(takers);
    expect(took.map(({ stdout }) => stdout)).toEqual(['200', '200', '200']);
    expect(readdirSync(join(home.path, 'thread-writer-locks'))).toEqual(['.coordination.lock']);
  });
});

/** Whether another process can take the lock at once. */
async function tryFlock(path: string): Promise<boolean> {
  const [code] = await once(spawn('flock', ['-xn', path, 'true'], { stdio: 'ignore' }), 'exit');
  return code === 0;
}
