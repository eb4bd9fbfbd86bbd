import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, utimesSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { homeAt } from '../../../src/store/home.ts';
import { digestContent } from '../../../src/store/writer/file-steps.ts';
import { envelope, makeHome, type RolloutOptions, record, type TestHome, turn } from '../../builders.ts';
import { publishedSchemas } from '../../schemas/published.ts';
import { runHere } from '../../support/run-here.ts';

/** Compiled from the published schema. */
export const validate = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false }).getSchema(
  'urn:agent-sessions:schema:compressed:1',
);

/** When the sessions of these tests were left alone. */
export const old = new Date('2026-01-03T04:05:06.789Z');

/** A session that nobody has touched for long, of as many turns. */
export function addOld(home: TestHome, id: string, options: RolloutOptions & { turns?: number } = {}): string {
  const turns = Array.from({ length: options.turns ?? 3 }, (_, index) => turn(`${id} says ${index}`)).flat();
  const path = home.rollout(id, envelope(record.meta(id), ...turns), options);
  utimesSync(path, old, old);
  return path;
}

/** Runs `sessions compress` in this process, and gives the objects that it writes. */
export async function compress(home: TestHome, ...args: string[]) {
  const { code, out, err } = await runHere(['compress', ...args], { env: { CODEX_HOME: home.path } });
  const rows = args.includes('-q') ? [] : out.toString().split('\n').filter(Boolean).map(parse);
  return { code, rows, out: out.toString(), err };
}

export async function run(home: TestHome, ...args: string[]) {
  const { code, out, err } = await runHere(args, { env: { CODEX_HOME: home.path } });
  return { code, out: out.toString(), err };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Content, mode and time of whichever form of a rollout readers find. @param path of the plain one */
export async function facts(path: string) {
  const there = existsSync(path) ? path : `${path}.zst`;
  const { mode, mtimeMs } = lstatSync(there);
  return { sha256: (await digestContent(there)).sha256, mode: mode & 0o7777, mtimeMs: Math.round(mtimeMs) };
}

export function isThere(path: string): { plain: boolean; compressed: boolean } {
  return { plain: existsSync(path), compressed: existsSync(`${path}.zst`) };
}

/** The files of ours, by their names; empty for a home that this program has not touched. */
export function journalEvents(home: TestHome): string[] {
  const path = `${homeAt(home.path).path}/.sessions/journal.jsonl`;
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).event as string);
}

/** The codes of the reasons of each row. */
export function reasons(rows: { reasons: { code: string }[] }[]): string[][] {
  return rows.map((row) => row.reasons.map(({ code }) => code));
}

/** A home in which everybody takes locks. */
export function useLocks(home: TestHome): void {
  home.write('thread-writer-locks/.keep', '');
  home.write('thread_history_1.sqlite', '');
}

export { makeHome };

interface Row {
  schema: string;
  thread_id: string;
  result: string;
  reasons: { code: string; detail?: string; by?: string[] }[];
  path: string;
  files: { from: string; to: string; size_before: number; size_after: number | null }[];
  size_before: number;
  size_after: number | null;
  tx: string | null;
}

function parse(line: string): Row {
  return JSON.parse(line) as Row;
}
