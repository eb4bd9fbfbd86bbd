import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { isMissingFile, systemReason } from '../base/system-error.ts';
import { parseTime } from '../base/time.ts';
import { hasRepeatedKey } from '../format/repeated-key.ts';
import { validateHold } from '../format/schemas.ts';
import { openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import type { FileLock } from './lock-file.ts';
import { OWN_FOLDER } from './store-lock.ts';

/** A line of the file. Schema: `schemas/hold.schema.json`. */
export type HoldEntry = HoldAdded | HoldReleased | HoldNoted;

export interface HoldAdded extends HoldAct {
  action: 'add';
  matter: string;
  selection: HoldSelection;
  thread_ids: string[];
  ancestor_ids: string[];
}

export interface HoldReleased extends HoldAct {
  action: 'release';
  reason: string;
}

export interface HoldNoted extends HoldAct {
  action: 'noted';
  thread_ids: string[];
  ancestor_ids: string[];
}

interface HoldAct {
  schema: 'sessions.hold/1';
  hold_id: string;
  who: string;
  /** RFC 3339 UTC. */
  at: string;
}

/** Sessions by their ids, or by a query; the other part is empty. */
export interface HoldSelection {
  thread_ids: string[];
  query: HoldQuery | null;
}

/** Tests that all have to be passed. Times are RFC 3339 UTC: a hold does not move with the clock. */
export interface HoldQuery {
  cwd?: string;
  branch?: string;
  model?: string;
  source?: string;
  name?: string;
  since?: string;
  until?: string;
  touched_since?: string;
  untouched_since?: string;
}

/** A hold as its lines leave it. */
export interface Hold {
  added: HoldAdded;
  released: HoldReleased | null;
  /** Every session that it was ever seen to cover by name or by query, and those that they come from. */
  threadIds: Set<string>;
  ancestorIds: Set<string>;
  /** SHA-256 of each of its lines, without the line feed. */
  lines: Set<string>;
}

/**
 * All holds of a home, those that were released too, in the order in which they were made. Nothing is guessed: who asks may be
 * about to delete.
 *
 * A last line without its LF that is no whole record is what a crash left of a hold that nobody was told of, and does not count.
 * One that is whole counts.
 *
 * @throws Failure `refused` with file, line and offset where the file cannot be read or a line is not what it has to be
 */
export function readHolds(home: Home): Hold[] {
  const path = holdsPath(home);
  const descriptor = open(home, constants.O_RDONLY);
  if (descriptor === null) return [];
  try {
    return parseHolds(path, readFileSync(descriptor)).holds;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Adds lines, and returns once they are on the disk: only then is a hold one that may be relied upon.
 *
 * @param _lock the lock of the store, which the caller has
 * @returns SHA-256 of each line, for the journal
 * @throws Failure `refused` for a file that is damaged; `trouble` when the disk does not take the lines
 */
export function appendHolds(home: Home, _lock: FileLock, entries: readonly HoldEntry[]): string[] {
  const path = holdsPath(home);
  for (const entry of entries) {
    const verdict = validateHold(entry);
    if (!verdict.ok) throw new Error(`a hold that is none: ${verdict.errors[0]?.message}`);
  }
  const lines = entries.map((entry) => JSON.stringify(entry));
  if (lines.length === 0) return [];
  const text = `${lines.join('\n')}\n`;
  const descriptor = open(home, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND) as number;
  try {
    const { wholeBytes, hasOpenEnd, holds } = parseHolds(path, readFileSync(descriptor));
    checkOrder(path, holds, entries);
    ftruncateSync(descriptor, wholeBytes);
    try {
      writeWhole(descriptor, Buffer.from(hasOpenEnd ? `\n${text}` : text));
    } catch (error) {
      ftruncateSync(descriptor, wholeBytes);
      throw error;
    }
    fsyncSync(descriptor);
    return lines.map(sha256);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = systemReason(error) ?? String(error);
    throw new Failure('trouble', `the hold cannot be written: ${reason}`, { file: path, cause: error });
  } finally {
    closeSync(descriptor);
  }
}

export function holdsPath(home: Home): string {
  return join(home.path, OWN_FOLDER, HOLDS_NAME);
}

/** Null where there is none, when it is not to be made. */
function open(home: Home, flags: number): number | null {
  const path = holdsPath(home);
  const create = (flags & constants.O_CREAT) !== 0;
  try {
    const folder = openFolderIn(home, OWN_FOLDER, { create });
    try {
      const name = folder.path(HOLDS_NAME);
      const descriptor = openSync(name, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
      if (create) folder.sync();
      if (fstatSync(descriptor).isFile()) return descriptor;
      closeSync(descriptor);
    } finally {
      folder.close();
    }
  } catch (error) {
    if (isMissingFile(error) && !create) return null;
    throw unreadable(path, systemReason(error) ?? (error as Error).message, error);
  }
  throw unreadable(path, 'not a regular file');
}

function parseHolds(path: string, bytes: Buffer): { holds: Hold[]; wholeBytes: number; hasOpenEnd: boolean } {
  const holds = new Map<string, Hold>();
  let offset = 0;
  for (let number = 1; offset < bytes.length; number++) {
    const end = bytes.indexOf(LF, offset);
    const line = bytes.subarray(offset, end === -1 ? bytes.length : end);
    const entry = parseEntry(line);
    if (end === -1 && typeof entry === 'string')
      return { holds: [...holds.values()], wholeBytes: offset, hasOpenEnd: false };
    const fault = typeof entry === 'string' ? entry : take(holds, entry);
    if (fault !== null) throw damaged(path, fault, number, offset);
    if (typeof entry !== 'string') holds.get(entry.hold_id)?.lines.add(sha256(line));
    if (end === -1) return { holds: [...holds.values()], wholeBytes: bytes.length, hasOpenEnd: true };
    offset = end + 1;
  }
  return { holds: [...holds.values()], wholeBytes: offset, hasOpenEnd: false };
}

/** What is wrong with a line, where something is. */
function parseEntry(line: Uint8Array): HoldEntry | string {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(line);
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (hasRepeatedKey(text)) return 'has a key twice';
  const verdict = validateHold(value);
  if (!verdict.ok) return `is no hold of this version: ${verdict.errors[0]?.message}`;
  const entry = value as HoldEntry;
  const { since, until, touched_since, untouched_since } = (entry.action === 'add' && entry.selection.query) || {};
  const times = [entry.at, since, until, touched_since, untouched_since].filter((time) => time !== undefined);
  return times.some((time) => parseTime(time) === null) ? 'has a time that is none' : entry;
}

/** Adds what a line says to what those before it said; returns what is wrong with that. */
function take(holds: Map<string, Hold>, entry: HoldEntry): string | null {
  const hold = holds.get(entry.hold_id);
  if (entry.action === 'add') {
    if (hold) return `adds hold ${entry.hold_id} once more`;
    const { thread_ids, ancestor_ids, selection } = entry;
    const threadIds = new Set([...selection.thread_ids, ...thread_ids]);
    const ancestorIds = new Set(ancestor_ids);
    holds.set(entry.hold_id, { added: entry, released: null, threadIds, ancestorIds, lines: new Set() });
    return null;
  }
  if (!hold) return `speaks of hold ${entry.hold_id}, which was never added`;
  if (entry.action === 'release') {
    if (hold.released) return `releases hold ${entry.hold_id} once more`;
    hold.released = entry;
    return null;
  }
  for (const id of entry.thread_ids) hold.threadIds.add(id);
  for (const id of entry.ancestor_ids) hold.ancestorIds.add(id);
  return null;
}

/** Nothing is written that could not be read again. */
function checkOrder(path: string, holds: readonly Hold[], entries: readonly HoldEntry[]): void {
  const known = new Map(holds.map((hold) => [hold.added.hold_id, { ...hold }]));
  for (const entry of entries) {
    const fault = take(known, entry);
    if (fault !== null) throw new Failure('usage', `the line ${fault}`, { file: path });
  }
}

function sha256(line: Uint8Array | string): string {
  return createHash('sha256').update(line).digest('hex');
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

function unreadable(file: string, reason: string, cause?: unknown): Failure {
  const message = `what is held cannot be known: ${reason}`;
  return new Failure('refused', message, { file, cause, hint: 'nothing is deleted or changed before it can be read' });
}

function damaged(file: string, fault: string, line: number, offset: number): Failure {
  return new Failure('refused', `what is held cannot be known: the line ${fault}`, {
    ...{ file, line, offset },
    hint: 'put the file back as it was, from a backup if need be; nothing is deleted or changed before it can be read',
  });
}

const HOLDS_NAME = 'holds.jsonl';
const LF = 0x0a;
