import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { parseTime } from '../base/time.ts';
import { openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import { isThreadId } from './locks.ts';
import type { RolloutFile } from './rollout-file.ts';
import { OWN_FOLDER } from './store-lock.ts';
import { trouble } from './writer/file-steps.ts';

/** What is known of a fork that copied its parent's records. Schema: `schemas/lineage-note.schema.json`. */
export interface LineageNote {
  schema: 'sessions.lineage-note/1';
  thread_id: string;
  forked_from_id: string;
  /** Rollout id of the parent's file in which the fork was cut off, and the first byte of it that was not copied. */
  parent_rollout_id: string;
  parent_end_byte: number;
  /** The last turn of the parent's that was copied, as the parent counts them. */
  turn: number;
  /** Where the copy stands in the fork's file: the first byte, and the first one behind it, where its own records begin. */
  copy_begins_at: number;
  own_records_at: number;
  /** Of the bytes between both. */
  sha256: string;
  /** RFC 3339 UTC. */
  created_at: string;
}

/**
 * Writes the note of a thread whose lock this process holds, and brings it to the disk. Nothing that is there is written to, and
 * no link is followed: a note is made or there is none.
 *
 * @throws Failure `refused` when there is a note already; `trouble` otherwise
 */
export function writeLineageNote(home: Home, note: LineageNote): void {
  writeText(home, note.thread_id, `${JSON.stringify(note)}\n`);
}

/** Puts back the text of a note that was removed. @throws as `writeLineageNote` */
export function restoreLineageNote(home: Home, threadId: string, text: string): void {
  writeText(home, threadId, text);
}

function writeText(home: Home, threadId: string, text: string): void {
  const path = lineagePath(home, threadId);
  try {
    const folder = openFolderIn(home, LINEAGE, { create: true });
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const name = `${threadId}.json`;
      // Half of one is none: a thread that did not get its file yet has nothing else, either.
      const descriptor = openSync(folder.path(name), flags, 0o600);
      try {
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
      } catch (error) {
        folder.unlink(name);
        throw error;
      } finally {
        closeSync(descriptor);
      }
      folder.sync();
    } finally {
      folder.close();
    }
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (isTaken) throw new Failure('refused', 'there is a note already', { file: path, cause: error });
    throw trouble(path, 'cannot be written', error);
  }
}

export function removeLineageNote(home: Home, threadId: string): void {
  rmSync(lineagePath(home, threadId), { force: true });
}

/** The note of a fork; null where there is none, or one that is damaged. */
export function readLineageNote(home: Home, threadId: string): LineageNote | null {
  if (!isThreadId(threadId)) return null;
  const text = readNoteText(lineagePath(home, threadId));
  return text === null ? null : parseLineageNote(text, threadId);
}

/** The text of a file that may be a note; null for everything that is none: a link, a pipe, a file that is too long. */
export function readNoteText(path: string): string | null {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(descriptor, 'utf8') : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

/** The note of this thread that a text is, of nothing but the keys of a note; null for anything else. */
export function parseLineageNote(text: string, threadId: string): LineageNote | null {
  let value: LineageNote;
  try {
    value = JSON.parse(text) as LineageNote;
  } catch {
    return null;
  }
  if (!isNote(value) || value.thread_id !== threadId) return null;
  const { schema, thread_id, forked_from_id, parent_rollout_id, parent_end_byte } = value;
  const { turn, copy_begins_at, own_records_at, sha256, created_at } = value;
  return {
    ...{ schema, thread_id, forked_from_id, parent_rollout_id, parent_end_byte },
    ...{ turn, copy_begins_at, own_records_at, sha256, created_at },
  };
}

/** Whether the copied part of a fork's file is what the note says. */
export async function fitsNote(rollout: RolloutFile, note: LineageNote): Promise<boolean> {
  const hash = createHash('sha256');
  let at = 0;
  for await (const block of rollout.blocks()) {
    const from = Math.max(0, note.copy_begins_at - at);
    const to = Math.min(block.length, note.own_records_at - at);
    if (to > from) hash.update(block.subarray(from, to));
    at += block.length;
    if (at >= note.own_records_at) break;
  }
  return at >= note.own_records_at && hash.digest('hex') === note.sha256;
}

export function lineageFolder(home: Home): string {
  return join(home.path, LINEAGE);
}

/** @throws RangeError for what is not the id of a thread: it could lead anywhere */
export function lineagePath(home: Home, threadId: string): string {
  if (!isThreadId(threadId)) throw new RangeError(`'${threadId}' is not the id of a session`);
  return join(lineageFolder(home), `${threadId}.json`);
}

function isNote(note: LineageNote): boolean {
  if (typeof note !== 'object' || note === null) return false;
  const numbers = [note.parent_end_byte, note.turn, note.copy_begins_at, note.own_records_at];
  const ids = [note.thread_id, note.forked_from_id, note.parent_rollout_id];
  return (
    note.schema === 'sessions.lineage-note/1' &&
    numbers.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    ids.every((id) => typeof id === 'string' && isThreadId(id)) &&
    typeof note.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(note.sha256) &&
    typeof note.created_at === 'string' &&
    parseTime(note.created_at) !== null &&
    note.copy_begins_at <= note.own_records_at
  );
}

const LINEAGE = `${OWN_FOLDER}/lineage`;
const MOST_BYTES = 16 * 1024;
