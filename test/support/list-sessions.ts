import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { Settings } from '../../src/index/settings.ts';
import type { TestHome } from '../builders.ts';
import { runHere } from './run-here.ts';
import { runProgram } from './run-program.ts';

export const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

export interface Listing {
  code: number | null;
  out: string;
  err: string;
}

/** Everything that `ls --json --archived` says of a home. */
export async function list(home: TestHome, ...options: string[]): Promise<Listing> {
  return run(home, 'ls', '--json', '--archived', ...options);
}

/** The same from the files alone: what the index must agree with. */
export async function listFiles(home: TestHome, ...options: string[]): Promise<Listing> {
  return list(home, '--no-index', ...options);
}

/** Runs a command line on a home, in its folder and in this process. */
export async function run(home: TestHome, ...args: string[]): Promise<Listing> {
  const { code, out, err } = await runHere(args, { env: { CODEX_HOME: home.path }, cwd: home.path });
  return { code, out: out.toString(), err };
}

/** The same in a process of its own, perhaps of another user. */
export async function spawn(
  home: TestHome,
  args: string[],
  options: { uid?: number; gid?: number } = {},
): Promise<Listing> {
  const place = { env: { CODEX_HOME: home.path }, cwd: home.path };
  const { code, stdout, stderr } = await runProgram(args, { ...place, ...options });
  return { code, out: stdout.toString(), err: stderr };
}

/** A user whom modes of files hold back, unlike root. */
export const somebody: { uid?: number; gid?: number } = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export function stateDb(home: TestHome): string {
  return join(home.path, 'state.db');
}

/** Changes the index of a home behind the program's back; the program must not run meanwhile. */
export function changeIndex<Result>(home: TestHome, change: (database: BetterSqlite.Database) => Result): Result {
  const database = new Database(stateDb(home));
  try {
    return change(database);
  } finally {
    database.close();
  }
}

/** As if the last full look at the files were long ago. */
export function ageFullRefresh(home: TestHome): void {
  changeIndex(home, (database) => new Settings(database).set('full refresh', 1));
}
