import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finish, program, runProgram, startProgram } from '../support/run-program.ts';

const eventSchema = readFileSync(fileURLToPath(new URL('../../schemas/event.schema.json', import.meta.url)));

describe('the program', () => {
  it('ends with 2 and usage on stderr when it is called without arguments', async () => {
    const { code, stdout, stderr } = await runProgram([]);
    expect([code, stdout.length]).toEqual([2, 0]);
    expect(stderr).toMatch(/^usage: sessions COMMAND/);
  });

  it('prints a schema as it is in the package', async () => {
    const { code, stdout, stderr } = await runProgram(['schema', 'event']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.equals(eventSchema)).toBe(true);
  });
});

describe('a working directory that was removed', () => {
  it('is nowhere for an agent to work in, above all not the root of the file system', () => {
    const home = mkdtempSync(join(tmpdir(), 'sessions-gone-'));
    try {
      const script = 'mkdir gone; cd gone; rmdir ../gone; exec "$@" 2>&1';
      const exec = [process.execPath, program, 'exec', '--provider', 'scripted', 'go'];
      const env = { PATH: process.env.PATH, CODEX_HOME: home, HOME: home };
      const { status, stdout } = spawnSync('sh', ['-c', script, 'sh', ...exec], { cwd: home, env, input: '' });
      expect([status, stdout.toString()]).toEqual([2, `sessions: ${join(home, 'gone')}: is no folder to work in\n`]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe('an output that cannot be written', () => {
  it('is silent and 141 when the reader is gone', async () => {
    const child = startProgram(['schema', 'event']);
    child.stdout?.destroy();
    expect(await finish(child)).toMatchObject({ code: 141, stderr: '' });
  });

  it.each([
    ['full disk', '/dev/full', 'w', 'no space left on device'],
    ['descriptor that is only for reading', '/dev/null', 'r', 'bad file descriptor'],
  ])('is 2 with a message on a %s', async (_case, path, flags, reason) => {
    const descriptor = openSync(path, flags);
    const outcome = await runProgram(['help'], { stdio: ['pipe', descriptor, 'pipe'] });
    closeSync(descriptor);
    expect(outcome).toMatchObject({ code: 2, stderr: `sessions: cannot write to standard output: ${reason}\n` });
  });

  it('changes nothing when it is only stderr', async () => {
    const gone = startProgram(['no-such-command']);
    gone.stderr?.destroy();
    expect((await finish(gone)).code).toBe(2);
    const full = openSync('/dev/full', 'w');
    const { code } = await runProgram(['no-such-command'], { stdio: ['pipe', 'pipe', full] });
    closeSync(full);
    expect(code).toBe(2);
  });

  it('may be thrown away', async () => {
    expect((await runProgram(['help'], { stdio: ['pipe', 'ignore', 'pipe'] })).code).toBe(0);
  });
});

describe('a signal', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a program that waits for input with %d, without a word', async (signal, code) => {
    const child = startProgram(['show', '-'], { env: { NODE_OPTIONS: sayWhenReady } });
    const outcome = finish(child);
    await ready(child);
    child.kill(signal);
    expect(await outcome).toMatchObject({ code, signal: null, stderr: 'ready\n' });
  });
});

describe('a program that is stuck in a write', () => {
  it.each([
    ['after a second signal', ['SIGINT', 'SIGTERM']],
    ['some seconds after the first', ['SIGTERM']],
  ] as const)('ends %s', async (_case, signals) => {
    const pipe = fullPipe();
    const child = startProgram(['help'], { stdio: ['pipe', pipe, 'pipe'] });
    const outcome = finish(child);
    // It has loaded by then, and waits for somebody to read the pipe.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const signal of signals) {
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await outcome).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
    closeSync(pipe);
  });
});

describe('an error that nobody waits for', () => {
  it('is one safe line and 2, not a stack trace', async () => {
    const child = startProgram(['show', '-'], { env: { NODE_OPTIONS: throwLater } });
    const { code, stderr } = await finish(child);
    expect(code).toBe(2);
    expect(stderr).toBe('sessions: boom ^[[31m\nhint: this is a fault of sessions\n');
  });
});

/** Says `ready` when the program listens for signals and waits for its input. */
const sayWhenReady = preload(`
  const timer = setInterval(() => {
    if (process.listenerCount('SIGTERM') === 0 || !process.stdin.listenerCount('readable')) return;
    clearInterval(timer);
    process.stderr.write('ready\\n');
  }, 10);`);

const throwLater = preload(`
  const timer = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return;
    clearInterval(timer);
    throw new Error('boom \\x1b[31m');
  }, 10);`);

/** A pipe with no room left, that blocks who writes to it. */
function fullPipe(): number {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const filling = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const blocking = openSync(path, constants.O_RDWR);
  expect(() => {
    for (;;) writeSync(filling, Buffer.alloc(4096));
  }).toThrow('EAGAIN');
  closeSync(filling);
  rmSync(folder, { recursive: true });
  return blocking;
}

function preload(code: string): string {
  return `--import data:text/javascript,${encodeURIComponent(code)}`;
}

async function ready(child: ReturnType<typeof startProgram>): Promise<void> {
  for await (const chunk of child.stderr ?? []) if (String(chunk).includes('ready')) return;
}
