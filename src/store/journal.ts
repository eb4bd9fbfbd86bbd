import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, describeActor } from '../base/actor.ts';
import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import { openFolderIn } from './folder-handle.ts';
import type { Home } from './home.ts';
import type { JournalEntry, JournalEvent } from './journal-entry.ts';
import { JOURNAL_NAME, NO_LINE, readJournalLines } from './journal-read.ts';
import { OWN_FOLDER } from './store-lock.ts';
import { trouble } from './writer/file-steps.ts';

/**
 * Opens the journal of a home for adding to it; call it under the store lock. All of it is read and checked first. A last
 * line without its end, which nobody was told of, is cut off.
 *
 * @param context.onEntry told of each entry, in order: those that are there, and later those that are added
 *
 * @throws Failure `refused` for a damaged journal; `trouble` when it cannot be opened
 */
export function openJournal(home: Home, context: JournalContext): Journal {
  let seq = 0;
  let prev = NO_LINE;
  let size = 0;
  for (const { entry, hash, end } of readJournalLines(home)) {
    context.onEntry?.(entry);
    seq = entry.seq + 1;
    prev = hash;
    size = end;
  }
  return new Journal(openFile(home, size), { seq, prev, size }, context);
}

export interface JournalContext {
  clock: Clock;
  onEntry?: (entry: JournalEntry) => void;
}

export class Journal {
  readonly #file: JournalFile;
  readonly #context: JournalContext;
  readonly #actor: Actor = describeActor();
  #end: { seq: number; prev: string; size: number };
  #isBroken = false;

  constructor(file: JournalFile, end: { seq: number; prev: string; size: number }, context: JournalContext) {
    this.#file = file;
    this.#end = end;
    this.#context = context;
  }

  /** Who is recorded as having done what is added. */
  get actor(): Actor {
    return this.#actor;
  }

  /**
   * Adds entries, all or none, and returns once they are on the disk.
   *
   * @returns them as they were recorded
   * @throws Failure `trouble`; after one that leaves the end of the journal unknown, nothing more is added
   */
  append(events: readonly JournalEvent[]): JournalEntry[] {
    const { path, descriptor } = this.#file;
    if (this.#isBroken) throw new Failure('trouble', 'the journal could not be written to before', { file: path });
    const at = new Date(this.#context.clock.now()).toISOString();
    let { seq, prev, size } = this.#end;
    const lines: Buffer[] = [];
    const entries = events.map((event) => {
      const entry: JournalEntry = { schema: 'sessions.journal-entry/1', seq, prev, at, actor: this.#actor, ...event };
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      prev = createHash('sha256').update(line).digest('hex');
      seq += 1;
      size += line.length;
      lines.push(line);
      return entry;
    });
    try {
      const bytes = Buffer.concat(lines);
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, this.#end.size + done);
      }
      fsyncSync(descriptor);
    } catch (error) {
      this.#takeBack();
      throw trouble(path, 'the journal cannot be written', error);
    }
    this.#end = { seq, prev, size };
    for (const entry of entries) this.#context.onEntry?.(entry);
    return entries;
  }

  close(): void {
    closeSync(this.#file.descriptor);
  }

  /** What was not acknowledged may not stay: the next command would take it for done. */
  #takeBack(): void {
    // After a flush that failed, what is on the disk is not known, and cutting is all that can be tried.
    this.#isBroken = true;
    try {
      ftruncateSync(this.#file.descriptor, this.#end.size);
      fsyncSync(this.#file.descriptor);
      this.#isBroken = false;
    } catch {
      // The next command cuts an unfinished line; a whole one is an intent, whose outcome it looks up.
    }
  }
}

interface JournalFile {
  path: string;
  descriptor: number;
}

function openFile(home: Home, size: number): JournalFile {
  const path = join(home.path, OWN_FOLDER, JOURNAL_NAME);
  try {
    const folder = openFolderIn(home, OWN_FOLDER, { create: true });
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const descriptor = openSync(folder.path(JOURNAL_NAME), flags, 0o600);
      try {
        const found = fstatSync(descriptor).size;
        if (found > size) ftruncateSync(descriptor, size);
        if (found !== size || size === 0) fsyncSync(descriptor);
        if (size === 0) folder.sync();
      } catch (error) {
        closeSync(descriptor);
        throw error;
      }
      return { path, descriptor };
    } finally {
      folder.close();
    }
  } catch (error) {
    throw trouble(path, 'the journal cannot be opened', error);
  }
}
