import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { homeAt } from '../../src/store/home.ts';
import { createLiveProbe } from '../../src/store/live.ts';
import { lockThreads } from '../../src/store/locks.ts';
import { appendPrompt, removePrompts } from '../../src/store/prompt-history.ts';
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

  it('stays one when this program remembers what is typed, until somebody else writes there as well', async () => {
    const home = homeAt(makeHome().path);
    await (await lockThreads(home, [idOf(1)], { clock: systemClock })).release();
    const isLive = () => createLiveProbe(home)(idOf(1));
    const type = (text: string) => appendPrompt(home, { threadId: idOf(1), text, at: 0 }, null, { clock: systemClock });
    await Promise.all([type('one'), type('two')]);
    await type('three');
    expect(isLive()).toBe(false);
    await removePrompts(home, () => true, { clock: systemClock });
    expect(isLive()).toBe(false);
    await type('four');
    appendFileSync(join(home.path, 'history.jsonl'), 'of a Codex\n');
    expect(isLive()).toBeNull();
    await type('five');
    expect(isLive()).toBeNull();
  });

  it('is none because of prompts that were there before', async () => {
    const home = homeAt(makeHome().path);
    await (await lockThreads(home, [idOf(1)], { clock: systemClock })).release();
    writeFileSync(join(home.path, 'history.jsonl'), '');
    await appendPrompt(home, { threadId: idOf(1), text: 'one', at: 0 }, null, { clock: systemClock });
    expect(createLiveProbe(home)(idOf(1))).toBeNull();
  });
});
