import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { idOf } from '../builders.ts';
import { flipBit, SealedHome, sessionLines } from '../support/sealed-home.ts';
import { canRunCodex, codexBinary } from './codex.ts';

const [one, two] = [idOf(1), idOf(2)];

describe.skipIf(!canRunCodex)('what codex migrate-rollouts has rewritten', { timeout: 300_000 }, () => {
  it('is MIGRATED where it says the same, and MODIFIED where it does not', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 3));
    const path = sealed.home.rollout(two, sessionLines(two, 3));
    await sealed.runSeal();
    // A letter of what the user said.
    const at = execFileSync('grep', ['-boam1', '"message":"turn 2', path], { encoding: 'utf8' });
    flipBit(path, Number.parseInt(at, 10) + 15);
    const codex = await codexBinary();
    execFileSync(codex, ['migrate-rollouts', '--apply', '--json'], {
      env: { ...process.env, CODEX_HOME: sealed.home.path },
    });
    expect(await sealed.verify()).toMatchObject({
      code: 1,
      statuses: ['MIGRATED', 'MODIFIED'],
      log: { status: 'VERIFIED' },
    });
    expect((await sealed.runSeal()).code).toBe(1);
  });
});
