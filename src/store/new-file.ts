import { constants } from 'node:fs';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../base/failure.ts';
import { lockDescriptor } from './lock-file.ts';
import { busy, inTheWay, isOwn, isSameFile, leftOver, MOST_ATTEMPTS, partialOf, statOf } from './partial.ts';
import { syncFolderLater, trouble, writeWhole } from './writer/file-steps.ts';
import { type Compressor, createCompressor } from './zstd-compressor.ts';

/**
 * Makes a file that nobody sees under its name before it is whole. Until then it is called `<name>.partial`, is new, belongs to its
 * owner alone, and is locked, so that two runs never write the same one. What ends in `.zst` is compressed.
 *
 * @param replaces whether a file of that name may be there, or what a run that did not end has left of it
 * @throws Failure `usage` when there is one, or its folder is not there; `busy` while another run writes it; `trouble`
 */
export async function openNewFile(path: string, replaces: boolean): Promise<NewFile> {
  const partial = partialOf(path);
  try {
    await checkTarget(path, replaces);
    return new NewFile({ path, partial, replaces }, await claim(partial, replaces));
  } catch (error) {
    throw trouble(partial, 'cannot be written', error);
  }
}

/** A file that is being written. One of `finish`, `leavePartial` and `abandon` ends it. */
export class NewFile {
  readonly path: string;
  /** What it is called as long as it is not finished. */
  readonly partial: string;
  readonly #replaces: boolean;
  /** Has the lock, too. */
  readonly #handle: FileHandle;
  readonly #compressor: Compressor | null;
  #isComplete = false;
  #isOpen = true;

  constructor(names: { path: string; partial: string; replaces: boolean }, handle: FileHandle) {
    this.path = names.path;
    this.partial = names.partial;
    this.#replaces = names.replaces;
    this.#handle = handle;
    this.#compressor = names.path.endsWith('.zst') ? createCompressor() : null;
  }

  /** The chunk may be reused once this resolves. @throws Failure `trouble` */
  async write(chunk: Uint8Array | string): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    await this.#try(async () => {
      if (!this.#compressor) return writeWhole(this.#handle, bytes);
      for (const piece of this.#compressor.add(bytes)) await writeWhole(this.#handle, piece);
    });
  }

  /** Everything was written: brings it to the disk, under the name that it still has. */
  async complete(): Promise<void> {
    await this.#try(() => this.#complete());
  }

  /**
   * Gives the file its name, and makes that outlive a loss of power.
   *
   * @throws Failure `usage` when there is a file of that name by now; what was written stays under the other one
   */
  async finish(): Promise<void> {
    try {
      await this.#try(async () => {
        await this.#complete();
        if (!(await this.#isStillAt(this.partial))) throw inTheWay(this.partial);
        await place(this.partial, this.path, this.#replaces);
        await syncFolderLater(dirname(this.path));
      });
    } finally {
      await this.#close();
    }
  }

  /** Keeps all that was written, under the name that says that it is not what was asked for. */
  async leavePartial(): Promise<void> {
    try {
      await this.#try(() => this.#complete());
    } finally {
      await this.#close();
    }
  }

  /** Removes what was written, unless something else has ended it. */
  async abandon(): Promise<void> {
    if (!this.#isOpen) return;
    try {
      if (await this.#isStillAt(this.partial)) await unlink(this.partial);
    } catch {
      // What cannot be removed has a name that says what it is.
    }
    await this.#close();
  }

  async #complete(): Promise<void> {
    if (this.#isComplete) return;
    for (const piece of this.#compressor?.end() ?? []) await writeWhole(this.#handle, piece);
    await this.#handle.sync();
    this.#isComplete = true;
  }

  async #isStillAt(path: string): Promise<boolean> {
    return isSameFile(await this.#handle.stat({ bigint: true }), await statOf(path));
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    await this.#handle.close();
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      throw trouble(this.path, 'cannot be written', error);
    }
  }
}

async function checkTarget(path: string, replaces: boolean): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory()) throw new Failure('usage', 'there is no such folder', { file: dirname(path) });
  const there = await statOf(path);
  if (!there) return;
  if (there.isSymbolicLink()) return checkLink(path, replaces);
  if (!there.isFile()) throw new Failure('usage', 'is not a regular file', { file: path });
  if (!replaces) throw alreadyThere(path);
}

/** A link to a device or a pipe, as `/dev/stdout` is one, is there for others, too. */
async function checkLink(path: string, replaces: boolean): Promise<void> {
  const target = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ELOOP') return null;
    throw error;
  });
  if (target && !target.isFile()) throw new Failure('usage', 'is a link to what is no regular file', { file: path });
  const hint = '--force replaces the link, and leaves what it leads to';
  if (!replaces) throw new Failure('usage', 'is a link', { file: path, hint });
}

function alreadyThere(path: string): Failure {
  return new Failure('usage', 'there is a file already', { file: path, hint: '--force replaces it' });
}

/** A new file, locked: one that was there may be open elsewhere, or have other names. */
async function claim(partial: string, replaces: boolean): Promise<FileHandle> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    await clear(partial, replaces);
    const handle = await open(partial, NEW, 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (!handle) continue;
    try {
      // A folder may give rights to what is made in it.
      await handle.chmod(0o600);
      if (lockDescriptor(handle.fd)) return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
  }
  throw busy(partial);
}

/** Removes what a run of ours has left under the name: without being told to, only where it holds nothing. */
async function clear(partial: string, replaces: boolean): Promise<void> {
  const there = await statOf(partial);
  if (!there) return;
  if (!there.isFile() || there.nlink !== 1n || !isOwn(there)) throw inTheWay(partial);
  const handle = await open(partial, OLD).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return;
  try {
    if (!lockDescriptor(handle.fd)) throw busy(partial);
    const opened = await handle.stat({ bigint: true });
    if (opened.size > 0n && !replaces) throw leftOver(partial);
    if (isSameFile(opened, there) && isSameFile(opened, await statOf(partial))) await unlink(partial);
  } finally {
    await handle.close();
  }
}

async function place(partial: string, path: string, replaces: boolean): Promise<void> {
  if (replaces) return rename(partial, path);
  try {
    await link(partial, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(path);
    // Some file systems have no links. Between these two steps somebody could still make a file of that name.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    if (await statOf(path)) throw alreadyThere(path);
    return rename(partial, path);
  }
  await unlink(partial);
}

const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const OLD = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
