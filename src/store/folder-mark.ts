import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessGone, walk } from './listed-folder.ts';
import { lockDescriptor } from './lock-file.ts';
import { busy, isOwn, isSameFile, keepsOthers, statOf } from './partial.ts';
import { syncFolderLater, writeWhole } from './writer/file-steps.ts';

/**
 * Marks a folder that was just made as ours, as long as it is written to: by a file in it that is locked, and names the folder's inode,
 * so that no copy of it says the same, and all that we make in the folder.
 *
 * @throws what the system says (`ENOENT`, `EEXIST`) when somebody else has the folder by now; Failure `busy`
 */
export async function markFolder(folder: string): Promise<FolderMark> {
  const path = join(folder, NAME);
  const handle = await open(path, 'ax+', 0o600);
  try {
    const made = await statOf(folder);
    if (!made || !lockDescriptor(handle.fd)) throw busy(folder);
    // Another run may have taken the empty mark for one that a killed run has left.
    if (!isSameFile(await handle.stat({ bigint: true }), await statOf(path))) throw gone();
    await writeWhole(handle, Buffer.from(headerOf(made)));
    await handle.sync();
    await syncFolderLater(folder);
    return new FolderMark(folder, made, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export class FolderMark {
  /** The folder, when it was made. */
  readonly made: BigIntStats;
  readonly #folder: string;
  readonly #handle: FileHandle;

  constructor(folder: string, made: BigIntStats, handle: FileHandle) {
    this.#folder = folder;
    this.made = made;
    this.#handle = handle;
  }

  /**
   * Makes something in the folder, which is listed as ours before it is there: a kill leaves nothing of ours that is not listed.
   *
   * @param name with slashes; a folder's ends in one
   * @param make fails when something has the name, which then is not ours
   */
  async make<T>(name: string, make: () => Promise<T>): Promise<T> {
    await this.#list('+', name);
    try {
      return await make();
    } catch (error) {
      await this.#list('-', name);
      throw error;
    }
  }

  /** Removes what we made, and the folder when nothing else is in it. */
  async clear(): Promise<void> {
    await removeMade(this.#folder, await readAll(this.#handle));
  }

  /** Takes the mark off. */
  async remove(): Promise<void> {
    await unlink(join(this.#folder, NAME));
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    await this.#handle.close();
  }

  async #list(sign: '+' | '-', name: string): Promise<void> {
    await writeWhole(this.#handle, Buffer.from(`${sign}${JSON.stringify(name)}\n`));
  }
}

/**
 * Removes a folder that a run of ours made and did not finish.
 *
 * @returns whether it was one
 * @throws Failure `busy` when that run goes on; `usage` when there is something in it that the run has not made, which stays
 */
export async function removeIfMarked(folder: string): Promise<boolean> {
  const handle = await openMark(folder);
  if (!handle) return false;
  try {
    if (!lockDescriptor(handle.fd)) throw busy(folder);
    const there = await statOf(folder);
    if (!there) return false;
    const [text, header] = [await readAll(handle), headerOf(there)];
    if (!text.startsWith(header)) {
      // A run that was killed before all of its mark was written has made nothing else.
      if (!header.startsWith(text) || (await readdir(folder)).length > 1) return false;
    }
    const left = await removeMade(folder, text);
    if (left.length > 0) throw keepsOthers(folder, left);
    return true;
  } finally {
    await handle.close();
  }
}

/**
 * Removes from a folder whose mark we have locked what the mark lists. The mark goes last, as it keeps others out.
 *
 * @returns what somebody else has put there; it stays, and so does the folder
 */
async function removeMade(folder: string, mark: string): Promise<string[]> {
  const made = listedIn(mark);
  const left: string[] = [];
  const folders: string[] = [];
  for await (const { name, isFolder, isFile } of walk(folder, (name) => made.has(`${name}/`))) {
    if (name === NAME) continue;
    if (isFolder && made.has(`${name}/`)) folders.push(name);
    else if (isFile && made.has(name) && (await isOwnFile(join(folder, name))))
      await unlink(join(folder, name)).catch(unlessGone);
    else left.push(name);
  }
  // Inner ones come behind the outer ones.
  for (const name of folders.reverse()) {
    if (!left.some((other) => other.startsWith(`${name}/`))) await rmdir(join(folder, name)).catch(unlessGone);
  }
  if (left.length > 0) return left.sort();
  await unlink(join(folder, NAME)).catch(unlessGone);
  await rmdir(folder);
  return [];
}

/** Of the names that a mark lists, those that were not taken back. */
function listedIn(mark: string): Set<string> {
  const names = new Set<string>();
  // The last line has no end where the run was killed while it wrote it; then nothing was made of that name.
  for (const [, sign, name] of mark.matchAll(/(?<=\n)([+-])("[^\n]*")\n/g)) {
    if (sign === '+') names.add(JSON.parse(name as string));
    else names.delete(JSON.parse(name as string));
  }
  return names;
}

async function isOwnFile(path: string): Promise<boolean> {
  const there = await statOf(path);
  return there?.isFile() === true && there.nlink === 1n && isOwn(there);
}

/** Null where there is none that we could have made. */
async function openMark(folder: string): Promise<FileHandle | null> {
  const path = join(folder, NAME);
  const there = await statOf(path);
  if (!there || !(await isOwnFile(path))) return null;
  try {
    const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (isSameFile(there, await handle.stat({ bigint: true }))) return handle;
    await handle.close();
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function readAll(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.toString('utf8', 0, at);
}

function headerOf({ dev, ino }: BigIntStats): string {
  return `sessions writes this folder ${dev} ${ino}\n`;
}

function gone(): Error {
  return Object.assign(new Error('the folder was taken'), { code: 'ENOENT' });
}

const NAME = '.unfinished';
