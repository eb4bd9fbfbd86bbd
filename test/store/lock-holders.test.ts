import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeProcess } from '../../src/store/lock-holders.ts';
import { makeFolder } from '../builders.ts';

const started: ReturnType<typeof spawn>[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** The id of a process, once it is the program that was asked for. */
async function start(file: string, args: string[]): Promise<number> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid as number;
}

describe.skipIf(process.platform !== 'linux')('a process', () => {
  it('of this program goes by its name, however it was called', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'bin'));
    const script = join(folder, 'bin/sessions.js');
    writeFileSync(script, 'console.log("up"); setTimeout(() => {}, 60_000)');
    const link = join(folder, 'sessions');
    symlinkSync(script, link);
    const [direct, linked] = [
      await start(process.execPath, [script, 'exec']),
      await start(process.execPath, ['--no-warnings', link]),
    ];
    expect(describeProcess(direct)).toBe(`sessions (process ${direct})`);
    expect(describeProcess(linked)).toBe(`sessions (process ${linked})`);
  });

  it('of another kind goes by its own', async () => {
    const shell = await start('sh', ['-c', 'echo up; sleep 60; true']);
    expect(describeProcess(shell)).toBe(`sh (process ${shell})`);
    const node = await start(process.execPath, ['-e', 'console.log("up"); setTimeout(() => {}, 60_000)']);
    expect(describeProcess(node)).toMatch(new RegExp(`^(?:node|MainThread|node-MainThread) \\(process ${node}\\)$`));
    expect(describeProcess(2 ** 22 + 1)).toBe(`process ${2 ** 22 + 1}`);
  });
});
