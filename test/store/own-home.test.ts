import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { homeAt } from '../../src/store/home.ts';
import { createLiveProbe } from '../../src/store/live.ts';
import { lockThreads } from '../../src/store/locks.ts';
import { idOf, makeHome } from '../builders.ts';

/** A home in which this program takes a lock, and whether a session in it is live afterwards. */
async function isLiveIn(before: string[], after: string[] = []): Promise<boolean | null> {
  const home = homeAt(makeHome().path);
  for (const name of before) mkdirSync(join(home.path, name));
  await (await lockThreads(home, [idOf(1)], { clock: systemClock })).release();
  for (const name of after) writeFileSync(join(home.path, name), '');
  return createLiveProbe(home)(idOf(1));
}

describe('a home that this program began', () => {
  it('has no session that somebody writes without a lock', async () => {
    expect(await isLiveIn([])).toBe(false);
    expect(await isLiveIn([], ['config.toml', 'auth.json', 'session_index.jsonl', 'state.db'])).toBe(false);
  });

  it('is none where there were sessions before', async () => {
    expect(await isLiveIn(['sessions'])).toBeNull();
    expect(await isLiveIn(['archived_sessions'])).toBeNull();
  });

  it('is one no longer once a Codex without locks was there', async () => {
    expect(await isLiveIn([], ['state_5.sqlite'])).toBeNull();
    expect(await isLiveIn([], ['history.jsonl'])).toBeNull();
    expect(await isLiveIn([], ['state_5.sqlite', 'thread_history_1.sqlite'])).toBe(false);
  });
});
