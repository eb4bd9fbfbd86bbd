import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { bundle } from '../runner/sandbox/bundle.ts';
import { countProcesses, hasBubblewrap, makeRoom } from '../runner/sandbox/room.ts';

it.skipIf(!hasBubblewrap)('takes what runs in the sandbox along when the program itself is killed', async () => {
  const room = makeRoom();
  const mark = `94${process.pid}5`;
  const program = bundle(
    room.root,
    `import { systemClock } from './src/base/clock.ts';
     import { createSandbox } from './src/runner/sandbox/create-sandbox.ts';
     const policy = { type: 'workspace-write', writableRoots: [], network: false };
     const sandbox = createSandbox({ policy, cwd: '${room.cwd}', home: '${room.home}', env: process.env, clock: systemClock });
     const script = 'trap "" TERM HUP; sleep ${mark} & (setsid sleep ${mark} &); echo go; sleep ${mark}';
     await sandbox.run(['sh', '-c', script], {
       cwd: '${room.cwd}', env: process.env, signal: new AbortController().signal, timeoutMs: 60000, input: null,
       unconfined: false, onOutput: (chunk) => process.stdout.write(chunk),
     });`,
  );
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  await expect.poll(() => countProcesses(`sleep ${mark}`), { timeout: 3000 }).toBeGreaterThanOrEqual(3);
  child.kill('SIGKILL');
  await expect.poll(() => countProcesses(`sleep ${mark}`), { timeout: 2000 }).toBe(0);
});
