import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { isMissingFile, systemReason } from '../base/system-error.ts';
import { hasRepeatedKey } from '../format/repeated-key.ts';
import { openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import type { JournalEntry } from './journal-entry.ts';
import { OWN_FOLDER } from './store-lock.ts';

/**
 * The entries of a home's journal from its beginning, each checked against the one before. A last line without its end was
 * never acknowledged and is left out. Nothing is made where there is no journal.
 *
 * @throws Failure `refused` at the first line that does not follow from the one before; `trouble` when it cannot be read
 */
export function* readJournal(home: Home): Generator<JournalEntry> {
  for (const { entry } of readJournalLines(home)) yield entry;
}

/** The same with what it takes to go on behind a line. */
export function* readJournalLines(home: Home): Generator<JournalLine> {
  const file = `${home.path}/${OWN_FOLDER}/${JOURNAL_NAME}`;
  let prev = NO_LINE;
  let seq = 0;
  let end = 0;
  for (const line of readLines(home, file)) {
    end += line.length;
    const entry = parse(line);
    if (entry === null || entry.seq !== seq || entry.prev !== prev) {
      const what = entry === null ? 'is no entry' : 'does not follow from the line before';
      throw new Failure('refused', `the journal is damaged: this line ${what}`, {
        ...{ file, line: seq + 1, offset: end - line.length },
        hint: 'nothing is moved by a damaged journal; move it aside to begin another one (the trash stays restorable)',
      });
    }
    prev = createHash('sha256').update(line).digest('hex');
    seq++;
    yield { entry, hash: prev, end };
  }
}

export interface JournalLine {
  entry: JournalEntry;
  /** SHA-256 of the line with its LF, in hex. */
  hash: string;
  /** The first byte behind it. */
  end: number;
}

/** Whether each line of the journal follows from the one before; nothing is changed. */
export function verifyJournal(home: Home): JournalVerdict {
  let entries = 0;
  try {
    for (const _ of readJournalLines(home)) entries++;
    return { ok: true, entries };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
    const { line, offset } = error.place;
    return { ok: false, entries, line: line ?? entries + 1, offset: offset ?? 0, message: error.message };
  }
}

export type JournalVerdict =
  | { ok: true; entries: number }
  | { ok: false; entries: number; line: number; offset: number; message: string };

/** The time of the last entry, milliseconds since the epoch; null without any. */
export function lastJournalTime(home: Home): number | null {
  let at: string | null = null;
  for (const { entry } of readJournalLines(home)) at = entry.at;
  return at === null ? null : Date.parse(at);
}

/** Whole lines with their LF. */
function* readLines(home: Home, file: string): Generator<Buffer> {
  const descriptor = openForReading(home, file);
  if (descriptor === null) return;
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    let rest = Buffer.alloc(0);
    for (let at = 0; ; ) {
      const count = readSync(descriptor, block, 0, BLOCK_BYTES, at);
      if (count === 0) return;
      at += count;
      let start = 0;
      const bytes = Buffer.concat([rest, block.subarray(0, count)]);
      for (let lf = bytes.indexOf(LF); lf !== -1; lf = bytes.indexOf(LF, start)) {
        yield bytes.subarray(start, lf + 1);
        start = lf + 1;
      }
      rest = bytes.subarray(start);
    }
  } finally {
    closeSync(descriptor);
  }
}

function openForReading(home: Home, file: string): number | null {
  try {
    const folder = openFolderIn(home, OWN_FOLDER);
    try {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const descriptor = openSync(folder.path(JOURNAL_NAME), flags);
      if (fstatSync(descriptor).isFile()) return descriptor;
      closeSync(descriptor);
      throw new Failure('refused', 'the journal is not a regular file', { file });
    } finally {
      folder.close();
    }
  } catch (error) {
    if (isMissingFile(error)) return null;
    if (error instanceof Failure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new Failure('refused', 'the journal is a symbolic link', { file, cause: error });
    throw new Failure('trouble', `the journal cannot be read: ${systemReason(error) ?? code}`, { file, cause: error });
  }
}

function parse(line: Buffer): JournalEntry | null {
  try {
    const text = line.toString();
    const entry = JSON.parse(text) as JournalEntry | null;
    const isEntry = entry?.schema === 'sessions.journal-entry/1' && typeof entry.event === 'string';
    return isEntry && !Number.isNaN(Date.parse(entry.at)) && !hasRepeatedKey(text) ? entry : null;
  } catch {
    return null;
  }
}

export const JOURNAL_NAME = 'journal.jsonl';
export const NO_LINE = '0'.repeat(64);
const LF = 0x0a;
const BLOCK_BYTES = 1 << 20;
