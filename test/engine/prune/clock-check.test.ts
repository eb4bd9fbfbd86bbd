import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkClock, highWaterOf } from '../../../src/engine/prune/clock-check.ts';
import { homeAt } from '../../../src/store/home.ts';
import { makeHome } from '../../builders.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse('2026-11-22T12:00:00Z');

describe('checkClock', () => {
  it.each<[string, number | null, number[], boolean, boolean]>([
    ['an empty home', null, [], false, true],
    ['a clock that runs', now - day, [now - hour, now - 2 * day], false, true],
    ['a clock half an hour behind', now + hour / 2, [now - day], false, true],
    ['a clock set back a day', now + day, [now - day], false, false],
    ['a clock set back a day, whatever may go', now + day, [now - day], true, false],
    ['half of the sessions newer than the clock', null, [now + day, now - day], false, true],
    ['most of the sessions newer than the clock', null, [now + day, now + day, now - day], true, false],
    ['a home left alone for a year', now - 365 * day, [now - 500 * day], false, true],
    ['a clock set forward by 400 days', now - 400 * day, [now - 401 * day], false, false],
    ['a home left alone for 400 days, of which much may go', now - 400 * day, [now - 401 * day], true, true],
  ])('%s', (_, highWaterMs, sessions, allowsMass, isRight) => {
    const check = () => checkClock(now, { highWaterMs, sessions }, allowsMass);
    if (isRight) expect(check).not.toThrow();
    else expect(check).toThrowError(expect.objectContaining({ kind: 'refused' }));
  });
});

describe('highWaterOf', () => {
  it('is the newest of the databases of Codex and of the journal', () => {
    const home = makeHome();
    expect(highWaterOf(homeAt(home.path))).toBeNull();
    for (const [name, time] of [
      ['state_5.sqlite', 1000],
      ['logs_2.sqlite-wal', 2000],
      ['config.toml', 9000],
    ] as const) {
      utimesSync(home.write(name, ''), time, time);
    }
    expect(highWaterOf(homeAt(home.path))).toBe(2_000_000);
    const at = '2026-11-22T12:00:00.000Z';
    const entry = { schema: 'sessions.journal-entry/1', seq: 0, prev: '0'.repeat(64), at, event: 'purge-done' };
    home.write('.sessions/journal.jsonl', `${JSON.stringify(entry)}\n`);
    expect(highWaterOf(homeAt(home.path))).toBe(now);
    home.write('.sessions/journal.jsonl', 'nonsense\n');
    expect(() => highWaterOf(homeAt(home.path))).toThrowError(expect.objectContaining({ kind: 'refused' }));
  });
});
