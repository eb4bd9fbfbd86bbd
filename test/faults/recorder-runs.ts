import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateLine } from '../../src/format/schemas.ts';
import { envelope, idOf, jsonl, record, rolloutName, TestHome, turn } from '../builders.ts';
import type { RecordingPlan } from '../support/recording-plan.ts';

const { decompress } = createRequire(import.meta.url)('zstd-napi') as typeof import('zstd-napi');

export const threadId = idOf(7);

/** Everything of the long suites, or a sample of it. */
export const isFull = process.env.SESSIONS_FULL === '1' || process.env.MODE === 'full';

/** A home for one run. */
export function makeRunHome(): TestHome & { remove(): void } {
  const home = new TestHome(mkdtempSync(join(tmpdir(), 'sessions-recorder-')));
  return Object.assign(home, { remove: () => rmSync(home.path, { recursive: true, force: true }) });
}

/** A session to go on with; `name` is that which Codex would give it. */
export function addSession(home: TestHome): string {
  return home.write(
    `sessions/2026/01/02/${rolloutName(threadId)}`,
    jsonl(envelope(record.meta(threadId), ...turn('first words'))),
  );
}

export function planOf(home: TestHome, more: Partial<RecordingPlan> = {}): RecordingPlan {
  return {
    home: home.path,
    threadId,
    path: null,
    now: null,
    first: 1,
    records: 40,
    bytes: [10, 700, 0, 9000],
    pauseMs: 0,
    barrierEvery: 3,
    compress: 'never',
    ...more,
  };
}

export interface Run {
  child: ChildProcess;
  /** Numbers of the records that were acknowledged so far. */
  written: Set<number>;
  durable: Set<number>;
  ended: Promise<RunEnd>;
}

export interface RunEnd {
  code: number | null;
  signal: string | null;
  stderr: string;
}

/** Starts a recording, behind other programs where `before` names them. */
export function startRun(script: string, plan: RecordingPlan, before: string[] = []): Run {
  const [program = '', ...args] = [...before, process.execPath, script, JSON.stringify(plan)];
  // One thread for files, so that the k-th call is the k-th of the run.
  const env = { PATH: process.env.PATH, TZ: 'UTC', UV_THREADPOOL_SIZE: '1' };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const run = { child, written: new Set<number>(), durable: new Set<number>() };
  let out = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    const lines = (out + chunk).split('\n');
    out = lines.pop() as string;
    for (const line of lines) {
      const [kind, number] = line.split(' ');
      run[kind as 'written' | 'durable'].add(Number(number));
    }
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<RunEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  return Object.assign(run, { ended });
}

/** What is in the one rollout of a home: lines that are whole, and what follows the last LF. */
export function readRun(home: TestHome): { lines: string[]; rest: string; path: string } {
  const folder = join(home.path, 'sessions');
  const files = (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const path = files.find((file) => file.endsWith('.jsonl')) ?? files[0];
  if (path === undefined) return { lines: [], rest: '', path: '' };
  const stored = readFileSync(path);
  const lines = (path.endsWith('.zst') ? Buffer.from(decompress(stored)) : stored).toString().split('\n');
  return { rest: lines.pop() as string, lines, path };
}

/** Numbers of the records that these lines hold, in their order. */
export function recordsIn(lines: string[]): number[] {
  return lines.flatMap((line) => {
    const { type, payload } = JSON.parse(line);
    const text = type === 'response_item' ? payload.content?.[0]?.text : undefined;
    const number = /^record (\d+) /.exec(text ?? '')?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Lines that are no record as the schema allows it, with their numbers. */
export function badLines(lines: string[]): string[] {
  return lines.flatMap((line, index) => {
    try {
      const verdict = validateLine('envelope', JSON.parse(line));
      return verdict.ok && verdict.unknown === null ? [] : [`${index + 1}: ${JSON.stringify(verdict)}`];
    } catch {
      return [`${index + 1}: ${line.slice(0, 80)}`];
    }
  });
}
