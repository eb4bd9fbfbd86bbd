import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { reconstruct } from '../../src/engine/reconstruct.ts';
import type { History } from '../../src/model/history.ts';
import { homeAt } from '../../src/store/home.ts';
import { envelope, idOf, jsonl, record, rolloutName } from '../builders.ts';
import { canRunCodex } from './codex.ts';
import { differenceOf } from './compare-items.ts';
import { randomSession } from './random-session.ts';
import { makeResumeRig, type ResumeRig } from './resume-rig.ts';

const corpus = process.env.SESSIONS_CORPUS;

/** Homes that the real Codex wrote, whether with its database, and how many of their sessions are resumed. */
const homes: [name: string, keepsDatabase: boolean, sessions: number][] = [
  ['0.169.0', false, 100],
  ['0.169.0', true, 6],
  ['0.169.0-zst', false, 100],
  ['0.120.0', false, 100],
  ['0.98.0', false, 12],
  ['0.45.0', false, 8],
];

describe.skipIf(!canRunCodex || !corpus).each(homes)('sessions of %s (database: %s)', (name, keepsDatabase, most) => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig({ copyOf: join(corpus as string, name), keepsDatabase });
  }, 300_000);
  afterAll(() => rig.remove());

  it('are resumed by Codex 0.169 with the items that we reconstruct', async () => {
    const ids = [...(await loadCatalog(homeAt(rig.home))).threadIds].sort();
    const chosen = ids.filter((_, index) => index % Math.ceil(ids.length / most) === 0);
    const differences: string[] = [];
    let resumed = 0;
    for (const id of chosen) {
      const history = await stateOf(rig.home, id);
      if (history.obstacle !== null) continue;
      const difference = differenceOf(history.items, await rig.resume(id, history.settings.model));
      if (difference) differences.push(`${id}: ${difference}`);
      resumed++;
    }
    expect(differences).toEqual([]);
    expect(resumed).toBeGreaterThan(chosen.length * 0.9);
  }, 300_000);
});

describe.skipIf(!canRunCodex)('sessions of any turns, compactions and rollbacks', () => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig();
  }, 300_000);
  afterAll(() => rig.remove());

  it('are resumed by Codex 0.169 with the items that we reconstruct', async () => {
    const seed = Number(process.env.SESSIONS_SEED ?? 1 + Math.floor(Math.random() * 1e6));
    for (let number = 0; number < 24; number++) {
      const id = idOf(number + 1);
      const meta = record.meta(id, { cwd: rig.home, model_provider: 'mock' });
      const lines = envelope(meta, ...randomSession(seed + number));
      await writeFile(join(rig.home, 'sessions/2026/01/02', rolloutName(id)), jsonl(lines));
      const { items, settings } = await stateOf(rig.home, id);
      const difference = differenceOf(items, await rig.resume(id, settings.model));
      expect(`seed ${seed + number}: ${difference}`).toBe(`seed ${seed + number}: null`);
    }
  }, 300_000);

  it('are refused where we say that they cannot be continued', async () => {
    const id = idOf(100);
    const path = join(rig.home, 'sessions/2026/01/02', rolloutName(id));
    const said = [record.userItem('a'), record.userEvent('a'), record.agentItem('b')];
    const cases: [reason: RegExp, lines: object[]][] = [
      [/no record/, []],
      [/lacks originator/, envelope(record.meta(id, { originator: undefined }), ...said)],
      [/not the session_meta/, envelope(...said, record.meta(id))],
      [/lacks an ordinal/, envelope(record.meta(id, { history_mode: 'paginated' }), ...said)],
      [/history mode/, envelope(record.meta(id, { history_mode: 'sideways' }), ...said)],
    ];
    for (const [reason, lines] of cases) {
      await writeFile(path, jsonl(lines));
      expect((await stateOf(rig.home, id)).obstacle).toMatch(reason);
      await expect(rig.resume(id)).rejects.toThrow(/ended with 1/);
    }
    await writeFile(path, jsonl(envelope(record.meta(id), ...said)));
    expect((await stateOf(rig.home, id)).obstacle).toBeNull();
    expect((await rig.resume(id)).length).toBeGreaterThan(2);
    expect(existsSync(path)).toBe(true);
  }, 60_000);
});

async function stateOf(home: string, id: string): Promise<History> {
  return reconstruct(await loadCatalog(homeAt(home)), id, { report: () => {} });
}
