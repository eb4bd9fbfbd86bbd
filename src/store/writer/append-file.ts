import { constants, fstatSync, lstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { effectiveUser } from '../../base/effective-user.ts';
import { Failure } from '../../base/failure.ts';
import { trouble } from './file-steps.ts';

/**
 * A plain rollout, open for adding whole lines at its end. Bytes of others are never changed or removed; what this process
 * could write only in part is taken back.
 */
export class AppendFile {
  readonly path: string;
  #handle: FileHandle;
  readonly #dev: bigint;
  readonly #ino: bigint;
  /** Where the next bytes go: everything before is whole, or somebody else's. */
  #end: number;
  /** Whether the last byte before `#end` is no LF, so that a line of our own has to begin with one. */
  #isOpenLine: boolean;

  private constructor(path: string, opened: Opened, endsOpen: boolean) {
    this.path = path;
    this.#handle = opened.handle;
    this.#dev = opened.dev;
    this.#ino = opened.ino;
    this.#end = opened.size;
    this.#isOpenLine = endsOpen;
  }

  /** @throws Failure `refused` for what is not a regular file with one name of this user's own, `trouble` otherwise */
  static async open(path: string): Promise<AppendFile> {
    const opened = await openChecked(path);
    try {
      return new AppendFile(path, opened, await endsOpen(opened.handle, opened.size));
    } catch (error) {
      await opened.handle.close();
      throw trouble(path, 'cannot be read', error);
    }
  }

  get handle(): FileHandle {
    return this.#handle;
  }

  /** Bytes of the file that are whole lines, or somebody else's. */
  get size(): number {
    return this.#end;
  }

  /**
   * Adds whole lines. After an error what went out of them is taken back, and they are tried once more through a new
   * descriptor.
   *
   * @throws Failure `trouble` when that fails as well: then none of these bytes is in the file, or they end it as a line of
   *   their own that is no record
   */
  async write(lines: Buffer): Promise<void> {
    try {
      await this.#writeOnce(lines);
    } catch {
      await this.#reopen();
      try {
        await this.#writeOnce(lines);
      } catch (error) {
        throw trouble(this.path, 'cannot be written', error);
      }
    }
  }

  /** @throws Failure `trouble`, after which nothing is known of what was written since the last time */
  async sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (error) {
      throw trouble(this.path, 'cannot be written to the disk', error);
    }
  }

  /** Whether the path still leads to this file; `gone` when no path does. */
  place(): 'here' | 'moved' | 'gone' {
    try {
      const { dev, ino } = lstatSync(this.path, { bigint: true });
      if (dev === this.#dev && ino === this.#ino) return 'here';
    } catch {
      // No file of that name.
    }
    return fstatSync(this.#handle.fd).nlink === 0 ? 'gone' : 'moved';
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #writeOnce(lines: Buffer): Promise<void> {
    // What the system has in memory is asked for at once: to hand that to a thread takes as long as a disk may take to flush.
    const before = fstatSync(this.#handle.fd);
    // A Codex that takes no locks wrote as well, and may have been stopped in the middle of a line.
    if (before.size !== this.#end) await this.#moveEnd(before.size);
    const bytes = this.#isOpenLine ? Buffer.concat([lineEnd, lines]) : lines;
    try {
      for (let offset = 0; offset < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, offset, bytes.length - offset, null);
        offset += bytesWritten;
      }
    } catch (error) {
      await this.#takeBack(bytes);
      throw error;
    }
    const { size } = fstatSync(this.#handle.fd);
    if (size !== this.#end + bytes.length) return this.#moveEnd(size);
    this.#end = size;
    this.#isOpenLine = false;
  }

  async #moveEnd(size: number): Promise<void> {
    this.#end = size;
    this.#isOpenLine = await endsOpen(this.#handle, size);
  }

  /** Removes what stands behind the last whole line, if that is a beginning of these bytes and nothing else. */
  async #takeBack(bytes: Buffer): Promise<void> {
    try {
      const { size } = await this.#handle.stat();
      const extra = size - this.#end;
      if (extra <= 0) return;
      if (extra <= bytes.length) {
        const there = Buffer.alloc(extra);
        await this.#handle.read(there, 0, extra, this.#end);
        if (there.equals(bytes.subarray(0, extra))) {
          await this.#handle.truncate(this.#end);
          return;
        }
      }
      await this.#moveEnd(size);
    } catch {
      // What is there stays there: the next line keeps away from it.
      this.#isOpenLine = true;
    }
  }

  async #reopen(): Promise<void> {
    const opened = await openChecked(this.path);
    if (opened.dev !== this.#dev || opened.ino !== this.#ino) {
      await opened.handle.close();
      throw new Failure('trouble', 'was replaced while it was written', { file: this.path });
    }
    const old = this.#handle;
    this.#handle = opened.handle;
    this.#end = opened.size;
    await old.close();
  }
}

interface Opened {
  handle: FileHandle;
  dev: bigint;
  ino: bigint;
  size: number;
}

async function openChecked(path: string): Promise<Opened> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let handle: FileHandle;
  try {
    handle = await open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') refuse(path, 'is a symbolic link, which is not followed');
    throw trouble(path, 'cannot be opened for writing', error);
  }
  try {
    const stat = await handle.stat({ bigint: true });
    const user = effectiveUser();
    if (!stat.isFile()) refuse(path, 'is not a regular file');
    if (stat.nlink > 1n) refuse(path, `has ${stat.nlink} names (hard links), so it may be more than this session`);
    if (user !== null && stat.uid !== BigInt(user)) refuse(path, 'belongs to another user');
    return { handle, dev: stat.dev, ino: stat.ino, size: Number(stat.size) };
  } catch (error) {
    await handle.close();
    throw trouble(path, 'cannot be opened for writing', error);
  }
}

function refuse(path: string, reason: string): never {
  throw new Failure('refused', reason, { file: path });
}

async function endsOpen(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const { bytesRead } = await handle.read(last, 0, 1, size - 1);
  return bytesRead === 1 && last[0] !== lineEnd[0];
}

const lineEnd = Buffer.from('\n');
