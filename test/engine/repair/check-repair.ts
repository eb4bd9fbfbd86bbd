import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { EditRow, FileRow, LeftRow, RepairRow } from '../../../src/engine/repair/repair-row.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { makeHome, type TestHome } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';
import { validator } from './row-schema.ts';

export interface Repaired {
  code: number;
  err: string;
  edits: EditRow[];
  left: LeftRow[];
  file: FileRow;
}

/** A home in which everybody takes locks, so that a session that is not locked is known to be free. */
export function makeOwnHome(): TestHome {
  const home = makeHome();
  home.write('.sessions/begun-here', '');
  mkdirSync(join(home.path, 'thread-writer-locks'));
  return home;
}

/** A file that was left alone for long, so that nobody can have it open. */
export function age(path: string): void {
  utimesSync(path, 1_760_000_000, 1_760_000_000);
}

/** Runs the command on one file or session with one file; every row is held against the schema. */
export async function repair(home: string, subject: string, ...options: string[]): Promise<Repaired> {
  const { code, out, err } = await runHere(['repair', '--json', ...options, subject], { env: { CODEX_HOME: home } });
  const rows = out
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RepairRow);
  for (const row of rows) expect([validator('repair')(row), row]).toEqual([true, row]);
  const ofKind = <Kind extends RepairRow['kind']>(kind: Kind) =>
    rows.filter((row): row is RepairRow & { kind: Kind } => row.kind === kind);
  return { code, err, edits: ofKind('edit'), left: ofKind('left'), file: ofKind('file')[0] as FileRow };
}

/** What `validate` says of a file, notes left out. */
export async function faultsOf(home: string, path: string): Promise<Finding[]> {
  const { out } = await runHere(['validate', '--json', path], { env: { CODEX_HOME: home } });
  const findings = out
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Finding);
  return findings.filter(({ severity }) => severity !== 'note');
}

/**
 * Holds a repair against what it promises: the original is in the trash as it was; each byte of it is in the result or in
 * quarantine; nothing is left of the rules that were repaired; a second run finds nothing.
 *
 * @param stored bytes of the damaged file
 * @param content the same, decompressed as far as it can be
 */
export async function expectSound(
  home: string,
  repaired: Repaired,
  stored: Buffer,
  content: Buffer = stored,
): Promise<Buffer> {
  const { file, edits } = repaired;
  expect(file).toMatchObject({ result: 'repaired', tx: expect.any(String), new_path: expect.any(String) });
  const path = file.path.slice(home.length + 1);
  const trashed = readFileSync(join(home, '.sessions/trash', file.tx as string, 'files', path));
  expect(sha256(trashed)).toBe(sha256(stored));
  expect(readdirSync(join(home, '.sessions/tmp'))).toEqual([]);

  const spans = file.quarantine === null ? [] : readQuarantine(readFileSync(file.quarantine));
  const taken = spans.filter(({ of }) => of === 'content');
  for (const { of, offset, bytes } of spans) {
    const original = of === 'content' ? content : stored;
    expect(original.subarray(offset, offset + bytes.length).equals(bytes)).toBe(true);
  }
  const total = taken.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(file.bytes_in).toBe(content.length);
  expect(file.bytes_quarantined).toBe(total);
  expect(file.bytes_kept + file.bytes_quarantined).toBe(file.bytes_in);
  expect(file.bytes_kept + file.bytes_added).toBe(file.bytes_out);
  expect(edits.reduce((sum, { count }) => sum + count, 0)).toBe(file.edits);

  const result = readFileSync(file.new_path as string);
  if (!(file.new_path as string).endsWith('.zst')) {
    expect(result.length).toBe(file.bytes_out);
    expect(isSubsequence(keptOf(content, taken), result)).toBe(true);
    const faults = await faultsOf(home, file.new_path as string);
    expect(faults.filter(({ rule }) => clean.has(rule))).toEqual([]);
    expect(repaired.left.map(({ rule, line }) => [rule, line])).toEqual(faults.map(({ rule, line }) => [rule, line]));
  }
  const again = await repair(home, file.new_path as string);
  expect([again.edits, again.file.result]).toEqual([[], repaired.left.length > 0 ? 'left' : 'nothing']);
  if (file.new_path !== file.path) expect(existsSync(file.path)).toBe(false);
  return result;
}

/** The spans of a quarantine file. */
export function readQuarantine(file: Buffer): { of: string; offset: number; rule: string; bytes: Buffer }[] {
  const spans = [];
  for (let at = 0; at < file.length; ) {
    const end = file.indexOf('\n', at);
    const head = JSON.parse(file.toString('utf8', at, end));
    expect(validator('quarantine-span')(head)).toBe(true);
    const bytes = file.subarray(end + 1, end + 1 + head.length);
    expect([bytes.length, file[end + 1 + head.length]]).toEqual([head.length, 0x0a]);
    spans.push({ ...head, bytes });
    at = end + 1 + head.length + 1;
  }
  return spans;
}

function keptOf(content: Buffer, spans: { offset: number; bytes: Buffer }[]): Buffer {
  const kept: Buffer[] = [];
  let at = 0;
  for (const { offset, bytes } of spans) {
    expect(offset).toBeGreaterThanOrEqual(at);
    kept.push(content.subarray(at, offset));
    at = offset + bytes.length;
  }
  kept.push(content.subarray(at));
  return Buffer.concat(kept);
}

/** Whether all bytes stand in the other buffer in this order. */
function isSubsequence(bytes: Buffer, of: Buffer): boolean {
  let at = 0;
  for (const byte of of) if (byte === bytes[at]) at++;
  return at === bytes.length;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Rules that nothing is left of. */
const clean = new Set([
  ...['TORN-TAIL', 'GLUED', 'HOLE', 'BAD-JSON', 'BAD-UTF8', 'NOT-OBJECT', 'NO-EOL', 'BOM', 'WRONG-EXT', 'ID-MISMATCH'],
  ...['ORDINAL-MISSING', 'ORDINAL-REUSE', 'ORDINAL-BACK', 'CALL-WITHOUT-RESULT', 'ZSTD-TRUNCATED', 'ZSTD-TRAILING'],
]);
