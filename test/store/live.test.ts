import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { createLiveProbe } from '../../src/store/live.ts';
import { idOf, makeHome } from '../builders.ts';

describe('whether a session is open', () => {
  it('is not known in a home where nothing locks', () => {
    expect(createLiveProbe(homeAt(makeHome().path))(idOf(1))).toBeNull();
  });

  it.skipIf(!existsSync('/proc/locks'))('is told by the lock that is held, not by its file', async () => {
    const home = makeHome();
    const held = home.write(`thread-writer-locks/${idOf(1)}.lock`, '');
    home.write(`thread-writer-locks/${idOf(2)}.lock`, '');
    const holder = await holdLock(held);
    const isLive = createLiveProbe(homeAt(home.path));
    expect([isLive(idOf(1)), isLive(idOf(2)), isLive(idOf(3))]).toEqual([true, false, false]);
    holder.kill();
    await once(holder, 'close');
    expect(createLiveProbe(homeAt(home.path))(idOf(1))).toBe(false);
  });

  it.skipIf(!existsSync('/proc/locks'))('is known to be false where locks are used and none is held', () => {
    const home = makeHome();
    mkdirSync(join(home.path, 'thread-writer-locks'));
    expect(createLiveProbe(homeAt(home.path))(idOf(1))).toBe(false);
  });
});

/** Another process that holds an exclusive flock(2), as Codex does. */
async function holdLock(path: string): Promise<ChildProcess> {
  const holder = spawn('flock', ['-x', path, '-c', 'echo held; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await once(holder.stdout!, 'data');
  holder.kill = () => process.kill(-(holder.pid as number));
  return holder;
}
