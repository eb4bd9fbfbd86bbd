import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { trouble, writeWhole } from './writer/file-steps.ts';

/** Makes a file of a folder, for its owner alone, of a name that nothing has. */
export async function createFolderFile(folder: string, name: string): Promise<FolderFile> {
  const path = join(folder, name);
  return new FolderFile(name, path, await open(path, 'wx', 0o600));
}

/** A file of a folder, with the checksum of what was written. */
export class FolderFile {
  readonly name: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(name: string, path: string, handle: FileHandle) {
    this.name = name;
    this.#path = path;
    this.#handle = handle;
  }

  async write(chunk: Uint8Array | string): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    try {
      await writeWhole(this.#handle, bytes);
    } catch (error) {
      throw trouble(this.#path, 'cannot be written', error);
    }
  }

  /** Of everything that was written. Asked for once, at the end. */
  digest(): { bytes: number; sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async close(): Promise<void> {
    try {
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }

  /** Closes it, whatever was written; one that was closed stays so. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}
