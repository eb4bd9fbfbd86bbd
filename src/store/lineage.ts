import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from './home.ts';
import { isThreadId } from './locks.ts';
import type { RolloutFile } from './rollout-file.ts';
import { syncFolderLater, trouble, writeWhole } from './writer/file-steps.ts';

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

/** Writes the note of a fork whose lock this process holds, and brings it to the disk. */
export async function writeLineageNote(home: Home, note: LineageNote): Promise<void> {
  const path = lineagePath(home, note.thread_id);
  try {
    mkdirSync(lineageFolder(home), { recursive: true, mode: 0o700 });
    // Half of one is none: a fork that was not finished has nothing else, either.
    const handle = await open(path, 'w', 0o600);
    try {
      await writeWhole(handle, Buffer.from(`${JSON.stringify(note)}\n`));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await syncFolderLater(lineageFolder(home));
  } catch (error) {
    throw trouble(path, 'cannot be written', error);
  }
}

export function removeLineageNote(home: Home, threadId: string): void {
  rmSync(lineagePath(home, threadId), { force: true });
}

/** The note of a fork; null where there is none, or one that is damaged. */
export function readLineageNote(home: Home, threadId: string): LineageNote | null {
  if (!isThreadId(threadId)) return null;
  try {
    const note = JSON.parse(readFileSync(lineagePath(home, threadId), 'utf8')) as LineageNote;
    return isNote(note) && note.thread_id === threadId ? note : null;
  } catch {
    return null;
  }
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
  return join(home.path, '.sessions', 'lineage');
}

export function lineagePath(home: Home, threadId: string): string {
  return join(lineageFolder(home), `${threadId}.json`);
}

function isNote(note: LineageNote): boolean {
  const numbers = [note.parent_end_byte, note.turn, note.copy_begins_at, note.own_records_at];
  const texts = [note.forked_from_id, note.parent_rollout_id, note.sha256, note.created_at];
  return (
    note.schema === 'sessions.lineage-note/1' &&
    numbers.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    texts.every((text) => typeof text === 'string') &&
    note.copy_begins_at <= note.own_records_at
  );
}
