import { describe, expect, it } from 'vitest';
import {
  countProcesses,
  full,
  hasBubblewrap,
  makeRoom,
  runScript,
  sandboxOf,
  workspace,
} from '../runner/sandbox/room.ts';

for (const policy of [workspace, full]) {
  describe.skipIf(policy === workspace && !hasBubblewrap)(`runaway processes with ${policy.type}`, () => {
    it('has 500 of them gone within 2 s of the timeout', { timeout: 60_000 }, async () => {
      const room = makeRoom();
      const mark = `96${process.pid}3`;
      const script = `trap '' TERM; i=0; while [ $i -lt 250 ]; do sleep ${mark} & setsid sleep ${mark} & i=$((i+1)); done; echo all; wait`;
      let said = '';
      const running = runScript(sandboxOf(room, policy), room, script, {
        timeoutMs: 8000,
        onOutput: (chunk) => {
          said += Buffer.from(chunk);
        },
      });
      await expect.poll(() => said, { timeout: 7500, interval: 50 }).toBe('all\n');
      // The last ones may not have become what they are to be.
      const all = () => countProcesses(`sleep ${mark}`);
      await expect.poll(all, { timeout: 7500, interval: 50 }).toBeGreaterThanOrEqual(500);
      const result = await running;
      expect(result.end).toBe('timeout');
      expect(result.durationMs).toBeLessThan(10_000);
      expect(countProcesses(`sleep ${mark}`)).toBe(0);
    });

    it('stops processes that keep starting others', { timeout: 60_000 }, async () => {
      const room = makeRoom();
      const mark = `95${process.pid}4`;
      const fork = `f() { n=$1; while [ $n -gt 0 ]; do n=$((n-1)); (setsid sh -c "sleep ${mark}" &); sleep 0.02; done; }; f 100000 & f 100000 & f 100000`;
      const result = await runScript(sandboxOf(room, policy), room, fork, { timeoutMs: 1500 });
      expect(result.end).toBe('timeout');
      expect(result.durationMs).toBeLessThan(3500);
      expect(countProcesses(`sleep ${mark}`)).toBe(0);
    });
  });
}
