import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMoved } from '../../src/store/find-moved.ts';
import { envelope, idOf, makeHome, record, rolloutName } from '../builders.ts';

const name = rolloutName(idOf(1));

describe('a rollout that is not there any more', () => {
  it.each([
    ['archived', `archived_sessions/${name}`],
    ['compressed', `sessions/2026/01/02/${name}.zst`],
    ['archived and compressed', `archived_sessions/${name}.zst`],
  ])('is found when it was %s, and when it comes back', (_what, place) => {
    const home = makeHome();
    const path = home.rollout(idOf(1), envelope(record.meta(idOf(1))));
    const target = join(home.path, place);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(path, target);
    expect(findMoved(path)).toBe(target);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(target, path);
    expect(findMoved(target)).toBe(path);
    rmSync(path);
    expect(findMoved(path)).toBeNull();
  });

  it('is looked for in a home only', () => {
    expect(findMoved('/nowhere/at/all.jsonl')).toBeNull();
  });
});
