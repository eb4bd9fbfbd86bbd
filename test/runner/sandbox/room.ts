import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { SandboxPolicy } from '../../../src/model/history.ts';
import { createSandbox } from '../../../src/runner/sandbox/create-sandbox.ts';
import { findProgram } from '../../../src/runner/sandbox/find-program.ts';
import type { RunOptions, Sandbox } from '../../../src/runner/sandbox/sandbox.ts';

/** Whether this machine has a bubblewrap that works; CI installs it, so there the tests are never skipped. */
export const hasBubblewrap = process.platform === 'linux' && works();

/** A folder with a workspace, a home with keys in it, and a place outside of both. Outside of `/tmp`, which is writable. */
export interface Room {
  root: string;
  cwd: string;
  home: string;
  outside: string;
}

export function makeRoom(below = '/var/tmp'): Room {
  const root = realpathSync(mkdtempSync(join(below, 'room-')));
  made.push(root);
  const room = { root, cwd: join(root, 'work'), home: join(root, 'home'), outside: join(root, 'outside') };
  for (const folder of [room.cwd, room.home, room.outside]) mkdirSync(folder);
  writeFileSync(join(room.home, 'auth.json'), '{"OPENAI_API_KEY":"sk-secret-of-the-room"}', { mode: 0o600 });
  writeFileSync(join(room.home, 'config.toml'), 'model = "m"\n');
  return room;
}

export function sandboxOf(room: Room, policy: SandboxPolicy, env: RunOptions['env'] = process.env): Sandbox {
  return createSandbox({ policy, cwd: room.cwd, home: room.home, env, clock: systemClock });
}

export const workspace = {
  type: 'workspace-write' as const,
  writableRoots: [] as string[],
  network: false,
} satisfies SandboxPolicy;
export const readOnly: SandboxPolicy = { type: 'read-only' };
export const full: SandboxPolicy = { type: 'danger-full-access' };

/** Runs a shell script and gives its result with all that it printed. */
export async function runScript(sandbox: Sandbox, room: Room, script: string, options: Partial<RunOptions> = {}) {
  const chunks: Uint8Array[] = [];
  const result = await sandbox.run(['sh', '-c', script], {
    cwd: room.cwd,
    env: { PATH: process.env.PATH, HOME: room.root, TMPDIR: tmpdir() },
    signal: new AbortController().signal,
    timeoutMs: 15_000,
    input: null,
    unconfined: false,
    onOutput: (chunk) => chunks.push(Uint8Array.from(chunk)),
    ...options,
  });
  return { ...result, text: Buffer.concat(chunks).toString('utf8') };
}

/** Processes whose command line holds a text, but this one. */
export function countProcesses(text: string): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line)).length;
}

const made: string[] = [];
afterEach(() => {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
});

function works(): boolean {
  try {
    execFileSync(
      findProgram('bwrap', process.env)!,
      ['--ro-bind', '/', '/', '--unshare-pid', '--unshare-net', 'true'],
      { stdio: 'ignore' },
    );
    return true;
  } catch {
    return false;
  }
}
