import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { VerifyResult } from '../../src/engine/seal/verify-result.ts';
import { idOf, makeFolder, makeHome } from '../builders.ts';
import { addAged } from './aged-session.ts';
import { runProgram } from './run-program.ts';
import { makeKey } from './sealed-home.ts';

/** A home with old sessions to purge, and a key that its settings name; worked on by the built program. */
export class PurgedHome {
  readonly home = makeHome();
  readonly outside = makeFolder();
  readonly key: string;
  readonly env: Record<string, string>;

  /** @param sessions how many; the first is left alone the shortest time */
  constructor(sessions = 4) {
    this.key = makeKey(this.outside, 'key');
    this.env = { CODEX_HOME: this.home.path, HOME: this.outside };
    mkdirSync(this.path('thread-writer-locks'));
    this.home.write('thread_history_1.sqlite', '');
    for (let n = 1; n <= sessions; n++) addAged(this.home, n, 40 + n);
    this.signWith(this.key);
    this.allow(this.key);
  }

  path(...parts: string[]): string {
    return join(this.home.path, ...parts);
  }

  /** Names a key in our settings; none for null. */
  signWith(key: string | null): void {
    this.home.write('.sessions/config.toml', key === null ? '' : `[seal]\nkey = "${key}"\n`);
  }

  /** Makes these keys, and no others, those that the user's list lets sign. */
  allow(...keys: string[]): void {
    const lines = keys.map((key) => `me@test namespaces="sessions-*" ${readFileSync(`${key}.pub`, 'utf8')}`);
    const file = join(this.outside, '.ssh/allowed_signers');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, lines.join(''));
  }

  /** Lets one key sign, and another one until now. */
  retire(old: string, key: string): void {
    this.allow(key);
    const file = join(this.outside, '.ssh/allowed_signers');
    // ssh-keygen counts whole seconds.
    const until = new Date(Math.ceil((Date.now() + 1) / 1000) * 1000);
    const digits = until.toISOString().replace(/[-:T]|\.\d+/g, '');
    const line = `me@test namespaces="sessions-*",valid-before="${digits}" ${readFileSync(`${old}.pub`, 'utf8')}`;
    writeFileSync(file, `${readFileSync(file, 'utf8')}${line}`);
    while (Date.now() <= until.getTime() + 1000);
  }

  async run(...args: string[]) {
    const { code, stdout, stderr } = await runProgram(args, { env: this.env });
    return { code, out: stdout.toString(), err: stderr };
  }

  /** Removes sessions for good. */
  purge(...sessions: number[]) {
    return this.run('prune', ...sessions.map(idOf), '--grace', '0', '--yes');
  }

  async verify(...args: string[]) {
    const { code, out, err } = await this.run('verify', '--json', ...args);
    const results = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as VerifyResult);
    const of = (subject: VerifyResult['subject']) => results.filter((result) => result.subject === subject);
    return { code, err, results, journal: of('journal')[0] ?? null, receipts: of('receipt'), sessions: of('session') };
  }

  /** Names in the folder of the receipts, sorted. */
  receipts(): string[] {
    return readdirSync(this.path('.sessions/receipts')).sort();
  }

  /** The path of the receipt that was written as the n-th, from 0. */
  receipt(n: number): string {
    return this.path('.sessions/receipts', this.receipts().filter((name) => name.endsWith('.json'))[n] as string);
  }

  get journal(): string {
    return this.path('.sessions/journal.jsonl');
  }

  /** Rewrites the journal as who knows how it is made: every line follows from the one before again. */
  forgeJournal(change: (entries: { [key: string]: unknown }[]) => void): void {
    const lines = readFileSync(this.journal, 'utf8').trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { [key: string]: unknown });
    change(entries);
    let prev = '0'.repeat(64);
    const text = entries.map((entry, seq) => {
      const line = `${JSON.stringify({ ...entry, seq, prev })}\n`;
      prev = createHash('sha256').update(line).digest('hex');
      return line;
    });
    writeFileSync(this.journal, text.join(''));
  }
}
