import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { createLiveProbe } from '../../src/store/live.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';

const onLinux = existsSync('/proc/locks');

describe('whether a session is open', () => {
  it('is not known in a home where nothing locks', () => {
    const home = makeHome();
    home.rollout(idOf(1), []);
    expect(probe(home)(idOf(1))).toBeNull();
    // This program makes the folder, too.
    mkdirSync(join(home.path, 'thread-writer-locks'));
    expect(probe(home)(idOf(1))).toBeNull();
  });

  it('is told by the lock that is held, not by its file', async () => {
    const home = lockingHome();
    const held = home.write(`thread-writer-locks/${idOf(1)}.lock`, '');
    home.write(`thread-writer-locks/${idOf(2)}.lock`, '');
    const holder = await holdLock(held);
    const isLive = probe(home);
    expect([isLive(idOf(1)), isLive(idOf(2)), isLive(idOf(3))]).toEqual([true, false, false]);
    await killHolder(holder);
    expect(probe(home)(idOf(1))).toBe(false);
  });

  it('is not known while somebody takes or gives back locks, when it must be tried', async () => {
    const home = lockingHome();
    home.write(`thread-writer-locks/${idOf(1)}.lock`, '');
    const holder = await holdLock(home.write('thread-writer-locks/.coordination.lock', ''));
    expect([probe(home)(idOf(1)), probe(home)(idOf(2))]).toEqual([null, false]);
    await killHolder(holder);
    expect(probe(home)(idOf(1))).toBe(false);
  });

  it.skipIf(!onLinux)('is told by who writes the file, where nothing locks', async () => {
    const home = makeHome();
    const writer = await openFile('>>', home.rollout(idOf(1), []));
    const reader = await openFile('<', home.rollout(idOf(2), [], { archived: true }));
    const isLive = probe(home);
    expect([isLive(idOf(1)), isLive(idOf(2))]).toEqual([true, null]);
    for (const process of [writer, reader]) await killHolder(process);
    expect(probe(home)(idOf(1))).toBeNull();
  });

  it('is asked without making anything in the home', () => {
    const home = makeHome();
    probe(home)(idOf(1));
    expect(readdirSync(home.path)).toEqual([]);
    const locking = lockingHome();
    locking.write(`thread-writer-locks/${idOf(1)}.lock`, '');
    execFileSync('chmod', ['-R', 'a-w', locking.path]);
    expect(probe(locking)(idOf(1))).toBe(false);
    expect(readdirSync(join(locking.path, 'thread-writer-locks'))).toEqual([`${idOf(1)}.lock`]);
    execFileSync('chmod', ['-R', 'u+w', locking.path]);
  });

  it('is not known of what is no id, which names no file', () => {
    expect(probe(lockingHome())('../../x')).toBeNull();
  });
});

function probe(home: TestHome): (threadId: string) => boolean | null {
  return createLiveProbe(homeAt(home.path));
}

/** A home as Codex leaves it since 0.149. */
function lockingHome(): TestHome {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  return home;
}

/** Another process that has a file open in this mode of the shell. */
async function openFile(mode: '<' | '>>', path: string): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', `exec 3${mode}"$0"; echo open; exec sleep 60`, path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}
