import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { injecting, tracing } from './strace.ts';

/** The n-th call of its name that one thread of a program makes. */
export interface CallPoint {
  call: string;
  nth: number;
}

export interface TracedEnd {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/**
 * Every call of a program that changes something in a folder, or brings that to the disk: renames, links, folders, files
 * that are made, writes, flushes. It is run once to count them; they are told in the order in which they were made.
 *
 * @param command program and arguments; what it changes is to be thrown away afterwards
 * @param folder calls that speak of other places are left out; calls on descriptors always count
 * @param names of the calls
 */
export async function findCallPoints(
  command: readonly string[],
  folder: string,
  names: readonly string[] = mutating,
): Promise<CallPoint[]> {
  const log = mkdtempSync(join(tmpdir(), 'sessions-trace-'));
  try {
    const traced = [...tracing(names.join(','), join(log, 'calls')), '-ff', '-ttt', '-y', '-s', '4096'];
    const end = await runTraced(traced, command);
    if (end.code !== 0) throw new Error(`cannot be traced: ${end.code} ${end.signal} ${end.stderr}`);
    const files = spawnSync('ls', [log], { encoding: 'utf8' }).stdout.trim().split('\n');
    const points = new Map<string, CallPoint & { at: number }>();
    for (const file of files) {
      const counts = new Map<string, number>();
      for (const line of readFileSync(join(log, file), 'utf8').split('\n')) {
        const [, at, call] = /^([\d.]+) (\w+)\(/.exec(line) ?? [];
        if (!call) continue;
        const nth = (counts.get(call) ?? 0) + 1;
        counts.set(call, nth);
        if (isMutation(call, line, folder)) points.set(`${call} ${nth}`, { call, nth, at: Number(at) });
      }
    }
    return [...points.values()].sort((one, other) => one.at - other.at).map(({ call, nth }) => ({ call, nth }));
  } finally {
    rmSync(log, { recursive: true, force: true });
  }
}

/** Runs a program that is killed right before this call. */
export function killAt({ call, nth }: CallPoint, command: readonly string[]): Promise<TracedEnd> {
  return runTraced(injecting(`${call}:signal=KILL:when=${nth}`), command);
}

/** Runs a program that gets a signal (`TERM`) right before this call. */
export function signalAt({ call, nth }: CallPoint, signal: string, command: readonly string[]): Promise<TracedEnd> {
  return runTraced(injecting(`${call}:signal=${signal}:when=${nth}`), command);
}

/** Runs a program of which this call fails, once or, with `andOn`, from then on. */
export function failAt(
  { call, nth }: CallPoint,
  error: string,
  command: readonly string[],
  andOn = false,
): Promise<TracedEnd> {
  return runTraced(injecting(`${call}:error=${error}:when=${nth}${andOn ? '+' : ''}`), command);
}

function runTraced([strace, ...options]: readonly string[], command: readonly string[]): Promise<TracedEnd> {
  // One thread for files, so that the n-th call is the n-th of each run.
  const env = { PATH: process.env.PATH, TZ: 'UTC', UV_THREADPOOL_SIZE: '1' };
  const child = spawn(strace as string, [...options, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      said[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
}

function isMutation(call: string, line: string, folder: string): boolean {
  if (call === 'openat') return line.includes('O_CREAT') && isInside(line, folder);
  return isInside(line, folder);
}

/** With `-y`, descriptors are shown with the paths that they lead to; through `/proc` only the calls on folders are not. */
function isInside(line: string, folder: string): boolean {
  return line.includes(folder) || line.includes('"/proc/self/fd/');
}

const mutating = [
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir'],
  ...['openat', 'write', 'pwrite64', 'pwritev', 'ftruncate', 'fsync', 'fdatasync'],
];

/** The first and the last, before anything has changed and when nearly all has, and a sample of the others. */
export function spreadOf(points: readonly CallPoint[], count: number, random: () => number): CallPoint[] {
  return [...points.slice(0, 1), ...points.slice(-1), ...sampleOf(points.slice(1, -1), count - 2, random)];
}

/** A sample, in no order; all of them when there are not more. */
export function sampleOf<T>(all: readonly T[], count: number, random: () => number): T[] {
  const left = [...all];
  const chosen: T[] = [];
  while (chosen.length < count && left.length > 0) chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  return chosen;
}
