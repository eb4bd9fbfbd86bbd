import { randomUUID } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { syncFolder } from './archive-files.ts';
import type { Home } from './home.ts';
import { keepOwner } from './keep-owner.ts';
import { type FileLock, type LockWait, lockFile } from './lock-file.ts';
import { parseEntry } from './name-index.ts';

/**
 * Opens Codex's name index for a change, under the lock that Codex takes for its own since 0.166.
 *
 * @throws Failure `busy` when somebody holds that lock for too long
 */
export async function editNameIndex(home: Home, wait: LockWait): Promise<NameIndexEdit> {
  return new NameIndexEdit(home, await lockFile(`${home.nameIndex}.lock`, wait));
}

export class NameIndexEdit {
  readonly #home: Home;
  readonly #lock: FileLock;

  constructor(home: Home, lock: FileLock) {
    this.#home = home;
    this.#lock = lock;
  }

  /**
   * Adds the line that gives a thread its name. An unfinished last line is closed first and stays as it is.
   *
   * @param time RFC 3339
   */
  append(threadId: string, name: string, time: string): void {
    const line = `${JSON.stringify({ id: threadId, thread_name: name, updated_at: time })}\n`;
    const descriptor = openIndex(this.#home, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
    try {
      appendWhole(descriptor, Buffer.from(endsTorn(descriptor) ? `\n${line}` : line));
      fdatasyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * Removes the lines of a thread, as Codex does when it deletes one; it takes an empty name for none at all, and goes back
   * to the one before. All other bytes stay. The file is replaced in one step.
   */
  remove(threadId: string): void {
    this.removeEach((id) => id === threadId);
  }

  /** The same for many threads. */
  removeEach(isMeant: (threadId: string) => boolean): void {
    const path = this.#home.nameIndex;
    const before = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (!before) return;
    const descriptor = openIndex(this.#home, constants.O_RDONLY);
    let content: Buffer;
    try {
      content = readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    const kept = withoutThreads(content, isMeant);
    if (kept.length === content.length) return;
    const made = writeAside(this.#home, kept, before);
    try {
      const now = lstatSync(path, { bigint: true });
      // A Codex older than 0.166 writes without asking for the lock.
      if (now.ino !== before.ino || now.size !== before.size || now.mtimeNs !== before.mtimeNs) {
        throw new Failure('busy', 'somebody writes the name index', { file: path });
      }
      renameSync(made, path);
    } finally {
      rmSync(made, { force: true });
    }
    syncFolder(this.#home.path);
  }

  release(): void {
    this.#lock.release();
  }
}

function openIndex(home: Home, flags: number): number {
  let descriptor: number;
  try {
    descriptor = openSync(home.nameIndex, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure('trouble', `the name index cannot be opened: ${code}`, { file: home.nameIndex, cause: error });
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Failure('trouble', 'the name index is not a regular file', { file: home.nameIndex });
}

function endsTorn(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== LF;
}

/** All of it or, where the disk is full, nothing: half a line would take the next one of Codex with it. */
function appendWhole(descriptor: number, bytes: Buffer): void {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    const { size } = fstatSync(descriptor);
    const ours = Buffer.alloc(written);
    readSync(descriptor, ours, 0, written, size - written);
    // Only what this process wrote may be taken back.
    if (written > 0 && ours.equals(bytes.subarray(0, written))) ftruncateSync(descriptor, size - written);
    throw error;
  }
}

function withoutThreads(content: Buffer, isMeant: (threadId: string) => boolean): Buffer {
  const kept: Buffer[] = [];
  for (let start = 0; start < content.length; ) {
    const found = content.indexOf(LF, start);
    const end = found === -1 ? content.length : found + 1;
    const line = content.subarray(start, end);
    const id = parseEntry(line.toString())?.id;
    if (id === undefined || !isMeant(id)) kept.push(line);
    start = end;
  }
  return Buffer.concat(kept);
}

/** A file of this program's own in the same file system, complete and on disk. @param like whose place it is to take */
function writeAside(home: Home, bytes: Buffer, like: BigIntStats): string {
  const folder = join(home.path, '.sessions', 'tmp');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `name-index-${randomUUID()}`);
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    keepOwner(descriptor, like, home.nameIndex);
    fchmodSync(descriptor, Number(like.mode) & 0o777);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return path;
}

const LF = 0x0a;
