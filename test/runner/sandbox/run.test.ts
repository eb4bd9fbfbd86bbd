import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createSandbox } from '../../../src/runner/sandbox/create-sandbox.ts';
import { countProcesses, full, hasBubblewrap, makeRoom, runScript, sandboxOf, workspace } from './room.ts';

for (const policy of [full, workspace]) {
  describe.skipIf(policy === workspace && !hasBubblewrap)(`running a command with ${policy.type}`, () => {
    it('gives exit code, output of both streams, and the input', async () => {
      const room = makeRoom();
      const seen: string[] = [];
      const result = await runScript(sandboxOf(room, policy), room, 'cat; echo problem >&2; exit 7', {
        input: 'from outside\n',
        onOutput: (chunk, stream) => seen.push(`${stream}: ${Buffer.from(chunk)}`),
      });
      expect(result).toMatchObject({ exitCode: 7, end: 'exited', message: null });
      expect(seen.sort()).toEqual(['stderr: problem\n', 'stdout: from outside\n']);
    });

    it('has the umask of the user, not that of this process', async () => {
      const room = makeRoom();
      const sandbox = createSandbox({
        ...{ policy, cwd: room.cwd, home: room.home, env: process.env, clock: systemClock },
        umask: 0o027,
      });
      const own = process.umask(0o077);
      try {
        await runScript(sandbox, room, 'umask; mkdir folder; : > file');
        expect(process.umask()).toBe(0o077);
      } finally {
        process.umask(own);
      }
      expect(statSync(join(room.cwd, 'file')).mode & 0o777).toBe(0o640);
      expect(statSync(join(room.cwd, 'folder')).mode & 0o777).toBe(0o750);
    });

    it('does not fail when the input is not read', async () => {
      const room = makeRoom();
      const result = await runScript(sandboxOf(room, policy), room, 'exit 0', { input: 'x'.repeat(4_000_000) });
      expect(result).toMatchObject({ exitCode: 0, end: 'exited' });
    });

    it('ends a command that ignores SIGTERM, with its children, when time is up', async () => {
      const room = makeRoom();
      const mark = `98${process.pid}1`;
      const script = `trap '' TERM HUP INT; (trap '' TERM; sleep ${mark}) & (setsid sleep ${mark} &) ; sleep ${mark}`;
      const result = await runScript(sandboxOf(room, policy), room, script, { timeoutMs: 500 });
      expect(result).toMatchObject({ end: 'timeout', exitCode: null });
      expect(result.durationMs).toBeLessThan(2500);
      expect(countProcesses(`sleep ${mark}`)).toBe(0);
    });

    it('ends it on abort, and does not begin when it is aborted already', async () => {
      const room = makeRoom();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 300);
      const running = await runScript(sandboxOf(room, policy), room, 'sleep 60', { signal: controller.signal });
      const late = await runScript(sandboxOf(room, policy), room, 'touch late', { signal: controller.signal });
      expect([running.end, late.end]).toEqual(['aborted', 'aborted']);
      expect(running.durationMs).toBeLessThan(2300);
      expect(existsSync(join(room.cwd, 'late'))).toBe(false);
    });

    it('leaves nothing running after its end: neither children nor daemons', async () => {
      const room = makeRoom();
      const mark = `97${process.pid}2`;
      const script = `sleep ${mark} & setsid sh -c '(sleep ${mark} >/dev/null 2>&1 </dev/null &)'; echo done`;
      const result = await runScript(sandboxOf(room, policy), room, script);
      expect(result).toMatchObject({ exitCode: 0, text: 'done\n' });
      expect(countProcesses(`sleep ${mark}`)).toBe(0);
    });

    it('says why a command could not be started', async () => {
      const room = makeRoom();
      const sandbox = sandboxOf(room, policy);
      const gone = await runScript(sandbox, room, 'true', { cwd: join(room.cwd, 'gone') });
      expect(gone).toMatchObject({ end: 'not-started', message: expect.stringContaining('no directory') });
      writeFileSync(join(room.cwd, 'file'), '');
      const file = await runScript(sandbox, room, 'true', { cwd: join(room.cwd, 'file') });
      expect(file).toMatchObject({ end: 'not-started', message: expect.stringContaining('not a directory') });
      const nul = await runScript(sandbox, room, 'echo \0');
      expect(nul).toMatchObject({ end: 'not-started', exitCode: null });
      const long = await runScript(sandbox, room, `: ${'x'.repeat(3_000_000)}`);
      expect(long).toMatchObject({ end: 'not-started', exitCode: null });
    });
  });
}

describe('a machine without bubblewrap', () => {
  it('refuses a sandboxed command, says how to get one, and runs nothing', async () => {
    const room = makeRoom();
    const broken = join(room.outside, 'bin');
    mkdirSync(broken);
    const found = await import('../../../src/runner/sandbox/find-bubblewrap.ts');
    const clock = (await import('../../../src/base/clock.ts')).systemClock;
    await expect(found.findBubblewrap({ PATH: broken }, () => true, clock)).rejects.toMatchObject({
      kind: 'refused',
      exit: 4,
      message: 'no sandbox: bubblewrap (bwrap) is not installed',
      hint: expect.stringContaining('apt-get install bubblewrap'),
    });
  });

  it('refuses as well when it may not make namespaces', async () => {
    const room = makeRoom();
    const bwrap = join(room.outside, 'bwrap');
    writeFileSync(bwrap, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const found = await import('../../../src/runner/sandbox/find-bubblewrap.ts');
    const clock = (await import('../../../src/base/clock.ts')).systemClock;
    const trusted = (path: string) => path !== room.outside;
    await expect(found.findBubblewrap({ PATH: room.outside }, trusted, clock)).rejects.toMatchObject({
      kind: 'refused',
      message: 'no sandbox: bubblewrap does not work here: bwrap: No permissions to create new namespace',
      hint: expect.stringContaining('--security-opt'),
    });
  });
});
