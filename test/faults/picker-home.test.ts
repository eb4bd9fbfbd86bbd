import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createScreenPorts, noSettings } from '../../src/commands/run/screen-ports.ts';
import { agentHome } from '../../src/runner/agent-home.ts';
import type { TestHome } from '../builders.ts';
import { damages, resetIndex } from '../support/index-damages.ts';
import { stateDb } from '../support/list-sessions.ts';
import { MemoryIo } from '../support/memory-io.ts';
import { makeVariedHome } from '../support/varied-home.ts';

const never = new AbortController().signal;

async function idsOf(home: TestHome): Promise<string[]> {
  const io = new MemoryIo({ env: { CODEX_HOME: home.path }, cwd: home.path });
  Object.assign(io, { clock: systemClock });
  const { sessions } = createScreenPorts(agentHome(io.env, io.cwd, true), noSettings, io);
  const ids = new Set<string>();
  for await (const rows of sessions.rows(never)) for (const { thread_id } of rows) ids.add(thread_id);
  return [...ids].sort();
}

describe('the rows of a list of sessions', () => {
  let home: TestHome;
  let all: string[];
  let good: Buffer;
  beforeAll(async () => {
    home = makeVariedHome();
    all = await idsOf(home);
    good = readFileSync(stateDb(home));
  });

  it.each(damages)('are all there when the index is damaged: %s', async (_what, damage) => {
    resetIndex(home, good);
    damage(home);
    expect(all.length).toBeGreaterThan(5);
    expect(await idsOf(home)).toEqual(all);
  });

  describe.skipIf(process.getuid?.() === 0)('of a folder that cannot be read', () => {
    const folder = () => join(home.path, 'archived_sessions');
    afterAll(() => chmodSync(folder(), 0o700));

    it('are not taken for all', async () => {
      resetIndex(home, null);
      chmodSync(folder(), 0);
      await expect(idsOf(home)).rejects.toMatchObject({ kind: 'partial', message: expect.stringContaining(folder()) });
    });
  });
});
