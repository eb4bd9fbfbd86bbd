import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../src/model/event.ts';
import { TestHome } from '../builders.ts';
import type { Json } from '../support/json.ts';
import { runHere } from '../support/run-here.ts';
import { program } from '../support/run-program.ts';
import { readRun } from './recorder-runs.ts';

/** The key that runs are given, and that must be nowhere afterwards. */
export const key = 'sk-of-the-test-0123456789abcdef';

/** A home and a workspace, with a place outside of both. Outside of `/tmp`, which is writable in the sandbox. */
export interface ExecRoom {
  home: TestHome;
  work: string;
  outside: string;
  /** Configures the model server; more of `config.toml` may follow. */
  configure(url: string, provider?: Json, more?: string): void;
  start(argv: string[], options?: StartOptions): ExecRun;
  /** The same to its end. */
  exec(argv: string[], options?: StartOptions): Promise<ExecEnd>;
  events(id: string): Promise<Event[]>;
  /** Findings of `validate` that are not mere notes. */
  findings(): Promise<string[]>;
  /** What remains of work that was not finished. */
  leftovers(): string[];
  remove(): void;
}

export interface StartOptions {
  /** A program that starts the run, with its arguments. */
  before?: string[];
  env?: Record<string, string>;
  input?: string | Buffer;
  /** A run that takes longer hangs: it is killed, and `ended` rejects. */
  limitMs?: number;
}

export interface ExecRun {
  child: ChildProcess;
  /** Resolves once it has written so many lines, or has ended. */
  hasSaid(lines: number): Promise<void>;
  ended: Promise<ExecEnd>;
}

export interface ExecEnd {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  tookMs: number;
}

export function makeExecRoom(root = realpathSync(mkdtempSync('/var/tmp/sessions-exec-'))): ExecRoom {
  const home = new TestHome(join(root, 'home'));
  const [work, outside] = [join(root, 'work'), join(root, 'outside')];
  for (const folder of [home.path, work, outside]) mkdirSync(folder, { mode: 0o700 });
  const env = { PATH: process.env.PATH as string, HOME: root, CODEX_HOME: home.path, SECRET_KEY: key, TZ: 'UTC' };
  const here = (argv: string[]) => runHere(argv, { env, cwd: work });
  const room: ExecRoom = {
    home,
    work,
    outside,
    configure(url, provider = {}, more = '') {
      const settings = {
        ...{ wire_api: 'responses', base_url: url, env_key: 'SECRET_KEY' },
        ...{ request_max_retries: 1, stream_max_retries: 1, ...provider },
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
      const top = 'model = "m"\nmodel_provider = "mine"\nsandbox_mode = "workspace-write"\n';
      home.write('config.toml', `${top}[model_providers.mine]\n${lines.join('')}${more}`);
    },
    start: (argv, options) => startExec(argv, work, env, options),
    exec: (argv, options) => room.start(argv, options).ended,
    async events(id) {
      return linesOf((await here(['show', '--json', id])).out.toString()) as Event[];
    },
    async findings() {
      const { out } = await here(['validate', '--json']);
      const found = linesOf(out.toString()) as Json[];
      return found.filter(({ severity }) => severity !== 'note').map(({ rule, message }) => `${rule}: ${message}`);
    },
    leftovers: () =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) =>
          /^home\/\.sessions\/tmp\/.|\.sessions-patch-|locks\/(?!\.coordination)[^/]*\.lock$/.test(path),
        )
        .map((path) => join(root, path)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  return room;
}

function startExec(argv: string[], cwd: string, base: Record<string, string>, options: StartOptions = {}): ExecRun {
  const { before = [], env = {}, input = '', limitMs = 60_000 } = options;
  const [command = '', ...args] = [...before, process.execPath, program, 'exec', ...argv];
  const begin = Date.now();
  const child = spawn(command, args, { cwd, env: { ...base, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const said: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => said[name].push(chunk));
  const text = (name: 'stdout' | 'stderr') => Buffer.concat(said[name]).toString();
  const ended = new Promise<ExecEnd>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`exec ${argv.join(' ')} hangs; it said: ${text('stderr').slice(-300)}`));
    }, limitMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(late);
      resolve({ code, signal, stdout: text('stdout'), stderr: text('stderr'), tookMs: Date.now() - begin });
    });
  });
  return { child, hasSaid: (lines) => hasSaid(child, lines), ended };
}

/** Told by each piece that comes: looking again and again at all that has come keeps a slow machine from reading more. */
function hasSaid(child: ChildProcess, lines: number): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    child.on('close', () => resolve());
    child.stdout?.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', at + 1)) count += 1;
      if (count >= lines) resolve();
    });
    if (lines === 0) resolve();
  });
}

/** The values of lines that are whole. */
export function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

/** Everything that a run said and left, to look for what must not be there. */
export function tracesOf(room: ExecRoom, end: ExecEnd): string {
  const { lines, rest } = readRun(room.home);
  return [end.stdout, end.stderr, ...lines, rest].join('\n');
}

/** Ids of the calls that a rollout holds. */
export function callsIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const { type, payload } = JSON.parse(line);
    return type === 'response_item' && /_call$/.test(payload.type) ? [payload.call_id] : [];
  });
}
