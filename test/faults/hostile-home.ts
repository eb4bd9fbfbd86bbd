import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostileId } from '../../scripts/fixtures/hostile.mjs';
import { finish, program, startProgram } from '../support/run-program.ts';

export { hostileId };

export const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
/** The session that stands in every hostile home beside the damaged one, and must not suffer from it. */
export const neighbourId = '0d9b7f64-2a41-4f0c-8a35-6d0b1c9e2f73';
/** The name of the damaged session's file, without its ending. */
export const hostileName = `rollout-2026-03-10T08-00-00-${hostileId}`;

export function readHostile(name: string): Buffer {
  return readFileSync(join(fixtures, 'hostile', name));
}

/** A temporary home with one good session in it. */
export class HostileHome {
  readonly path = mkdtempSync(join(tmpdir(), 'sessions-hostile-'));

  constructor() {
    cpSync(join(fixtures, 'homes/envelope-0.34'), this.path, { recursive: true });
  }

  /** Writes a file below the home, and returns its path. */
  write(path: string, bytes: Uint8Array | string): string {
    const target = join(this.path, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    return target;
  }

  /** Puts the damaged session in its place. */
  add(bytes: Uint8Array, ending = '.jsonl'): string {
    return this.write(`sessions/2026/03/10/${hostileName}${ending}`, bytes);
  }

  /** Runs the built program on this home. */
  async run(
    args: string[],
    options: { input?: string; cwd?: string; env?: Record<string, string> } = {},
  ): Promise<Run> {
    const child = startProgram(args, {
      env: { CODEX_HOME: this.path, ...options.env },
      ...(options.cwd && { cwd: options.cwd }),
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
    const { code, stdout, stderr } = await finish(child);
    return new Run(code, stdout.toString(), stderr);
  }

  /** Runs the built program through another one, such as `setpriv`. */
  runThrough(prefix: string[], args: string[]): Promise<Run> {
    const [file = '', ...rest] = [...prefix, process.execPath, program, ...args];
    return this.#spawn(file, rest);
  }

  /** Runs a shell command line on a terminal, and returns what it shows; `sessions` in it is the built program. */
  async runOnTerminal(command: string): Promise<string> {
    return (await this.#spawn('script', ['-qec', `bash -c ${quote(withProgram(command))}`, '/dev/null'])).stdout;
  }

  /** Runs a shell command line; `sessions` in it is the built program. */
  runInShell(command: string): Promise<Run> {
    return this.#spawn('bash', ['-c', withProgram(command)]);
  }

  async #spawn(file: string, args: string[]): Promise<Run> {
    const env = { PATH: process.env.PATH, TERM: 'xterm', CODEX_HOME: this.path, PAGER: '' };
    const { code, stdout, stderr } = await finish(spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    return new Run(code, stdout.toString(), stderr);
  }

  /** A hash of everything in the home: names, kinds and content; without our own index, which `ls` makes. */
  hash(): string {
    const hash = createHash('sha256');
    for (const path of readdirSync(this.path, { recursive: true }).map(String).sort()) {
      if (/^state\.db(-wal|-shm)?$/.test(path)) continue;
      const stat = lstatSync(join(this.path, path));
      hash.update(`${path}\0${stat.mode}\0`);
      if (stat.isSymbolicLink()) hash.update(readlinkSync(join(this.path, path)));
      else if (stat.isFile()) hash.update(readFileSync(join(this.path, path)));
    }
    return hash.digest('hex');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export class Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(code: number | null, stdout: string, stderr: string) {
    this.code = code;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** The lines of standard output, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: what the program printed is what the tests are about
  get records(): any[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Rule and severity of each finding. */
  get findings(): string[] {
    return this.records.map(({ rule, severity }) => `${rule} ${severity}`);
  }
}

/** Characters that must not reach a terminal from data, once the program's own colours and progress are taken out. */
export function hostileCharacters(output: string): string[] {
  const plain = output.replace(/\x1b\[[0-9;]*m|\r\x1b\[K/g, '').replace(/[\r\n\t]/g, '');
  const hostile = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;
  return [...plain.matchAll(hostile)].map(([character]) => `U+${character.codePointAt(0)?.toString(16)}`);
}

function withProgram(command: string): string {
  return `sessions() { '${process.execPath}' '${program}' "$@"; }; ${command}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
