import { constants, mkdirSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolderLater, trouble, writeWhole } from './writer/file-steps.ts';

/** The log of the seals, open for appending. Call it under the lock of the seals. */
export async function openSealLog(path: string): Promise<SealLogFile> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const isNew = (await sizeOf(path)) === null;
    const handle = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if (isNew) {
      await handle.sync();
      await syncFolderLater(dirname(path));
    }
    return new SealLogFile(path, handle);
  } catch (error) {
    throw trouble(path, 'cannot be opened', error);
  }
}

export class SealLogFile {
  readonly path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Adds whole lines, and brings them to the disk. What could not be written whole is taken back. */
  async append(lines: string): Promise<void> {
    const { size } = await this.#handle.stat();
    try {
      await writeWhole(this.#handle, Buffer.from(lines));
      await this.#handle.datasync();
    } catch (error) {
      await this.#handle.truncate(size).catch(() => {});
      throw trouble(this.path, 'cannot be written', error);
    }
  }

  /** Cuts off what is behind so many bytes. */
  async cut(bytes: number): Promise<void> {
    try {
      await this.#handle.truncate(bytes);
      await this.#handle.datasync();
    } catch (error) {
      throw trouble(this.path, 'cannot be cut', error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Bytes of a file; null where there is none. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
