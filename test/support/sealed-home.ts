import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { seal } from '../../src/commands/seal.ts';
import { verify } from '../../src/commands/verify.ts';
import type { VerifyResult } from '../../src/engine/seal/verify-result.ts';
import { envelope, makeFolder, makeHome, record, type TestHome, turn } from '../builders.ts';
import { MemoryIo } from './memory-io.ts';

/** A home with a key to seal it with, and a list that allows that key. */
export class SealedHome {
  readonly home: TestHome = makeHome();
  readonly outside = makeFolder();
  readonly key: string;
  readonly env: Record<string, string>;

  constructor() {
    this.key = makeKey(this.outside, 'key');
    this.env = { CODEX_HOME: this.home.path, HOME: this.outside, PATH: process.env.PATH ?? '' };
    this.allow(this.key);
  }

  path(...parts: string[]): string {
    return join(this.home.path, ...parts);
  }

  /** Of the seal of a rollout. */
  seal(rolloutId: string, ...parts: string[]): string {
    return this.path('.sessions/seals', rolloutId, ...parts);
  }

  /** Makes these keys, and no others, those that may sign. */
  allow(...keys: string[]): void {
    const lines = keys.map((key) => `me@test namespaces="sessions-*" ${readFileSync(`${key}.pub`, 'utf8')}`);
    mkdirSync(dirname(this.signers), { recursive: true });
    writeFileSync(this.signers, lines.join(''));
  }

  /** Has no list of those who may sign. */
  allowNobody(): void {
    rmSync(this.signers);
  }

  /** Takes away what the user has seen of the log: as on another machine. */
  forget(): void {
    rmSync(join(this.outside, '.local'), { recursive: true, force: true });
  }

  /** The user's list. */
  get signers(): string {
    return join(this.outside, '.ssh/allowed_signers');
  }

  /** Runs `sessions seal` with the key. */
  async runSeal(...args: string[]) {
    const how = args.includes('--unsigned') || args.includes('--key') ? [] : ['--key', this.key];
    return this.run('seal', ...how, ...args);
  }

  async run(...args: string[]) {
    return this.runWith('', ...args);
  }

  /** Runs it with something on standard input. */
  async runWith(stdin: string, ...args: string[]) {
    const io = new MemoryIo({ env: this.env, stdin });
    io.now = Date.now();
    const code = await runCommandLine(args, [seal, verify], io);
    return { code, out: Buffer.concat(io.out), err: io.errText };
  }

  /** Runs `sessions verify`. */
  async verify(...args: string[]) {
    const { code, out, err } = await this.run('verify', ...args);
    const results = out
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as VerifyResult);
    const sessions = results.filter(({ subject }) => subject === 'session');
    const log = results.find(({ subject }) => subject === 'log') ?? null;
    return { code, err, results, sessions, log, statuses: sessions.map(({ status }) => status) };
  }
}

/** A new key without a passphrase; returns its path. */
export function makeKey(folder: string, name: string): string {
  const key = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
  return key;
}

/** Lines of a session. */
export function sessionLines(id: string, turns: number, more = '') {
  const texts = Array.from({ length: turns }, (_, index) => `turn ${index + 1} ${more}`);
  return envelope(record.meta(id), ...texts.flatMap(turn));
}

/** Flips a bit of a file. */
export function flipBit(path: string, byte: number, bit = 0): void {
  const bytes = readFileSync(path);
  bytes[byte] = (bytes[byte] as number) ^ (1 << bit);
  writeFileSync(path, bytes);
}
