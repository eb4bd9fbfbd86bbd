import { beforeAll, describe, expect, it } from 'vitest';
import { buildScript } from '../support/built.ts';
import { killAt } from '../support/kill-points.ts';
import { canTrace, isKilled } from '../support/strace.ts';
import { acts, disturbEverywhere, rawState } from './keep-rig.ts';
import { isFull } from './recorder-runs.ts';

let script: string;
beforeAll(async () => {
  script = await buildScript('keeping-run');
});

const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const sample = isFull ? Number.POSITIVE_INFINITY : 24;

describe.skipIf(!canTrace)(`a home whose command is killed (seed ${seed})`, { timeout: 3_600_000 }, () => {
  it.each(acts)('has each session in one place after a $name, at any call', async (act) => {
    let killed = 0;
    const tally = await disturbEverywhere(act, {
      ...{ script, sample, seed },
      disturb: async ({ home, point, command, random }) => {
        const end = await killAt(point, command);
        if (isKilled(end)) killed++;
        expect(end.stderr).toBe('');
        const halfway = rawState(home.path);
        // What brings it to its end may be killed as well.
        const second = { call: point.call, nth: 1 + Math.floor(random() * 4) };
        await killAt(random() < 0.5 ? point : second, [process.execPath, script, home.path, 'recover']);
        return halfway;
      },
    });
    // Otherwise nothing was shown.
    const runs = Object.values(tally).reduce((sum, count) => sum + count, 0);
    expect(Object.keys(tally).length).toBeGreaterThan(1);
    expect(killed).toBeGreaterThan(runs * 0.8);
  });
});
