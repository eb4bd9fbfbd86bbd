import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { createFolderFile, type FolderFile } from './folder-file.ts';
import { type FolderMark, markFolder, removeIfMarked } from './folder-mark.ts';
import { type FolderManifest, findUnlisted, removeListed } from './listed-folder.ts';
import { busy, inTheWay, isOwn, isSameFile, leftOver, MOST_ATTEMPTS, partialOf, statOf } from './partial.ts';
import { syncFolderLater, trouble } from './writer/file-steps.ts';

/**
 * Makes a folder of files that nobody sees under its name before it is whole: until then it is called `<name>.partial`, is new, and is
 * locked. An empty folder of that name may be there.
 *
 * @param manifest says what belongs to a folder that is there: only one that holds nothing else is ever replaced
 * @param replaces whether such a folder may be there
 * @param onLeft told of a folder that was replaced, and stays under another name, because it holds something else by now
 * @throws Failure `usage` when something else is there; `busy` while another run writes it; `trouble`
 */
export async function openNewFolder(
  path: string,
  manifest: FolderManifest,
  replaces: boolean,
  onLeft: (folder: string) => void = () => {},
): Promise<NewFolder> {
  const partial = partialOf(path);
  try {
    await checkTarget(path, manifest, replaces);
    const mark = await claim(partial, manifest, replaces);
    try {
      if (replaces) await settleReplaced(path, manifest, onLeft);
      const folder = { path, partial, manifest, replaces, onLeft };
      const file = await mark.make(manifest.name, () => createFolderFile(partial, manifest.name));
      return new NewFolder(folder, mark, file);
    } catch (error) {
      await mark.clear();
      await mark.release();
      throw error;
    }
  } catch (error) {
    throw trouble(path, 'cannot be written', error);
  }
}

/** A folder that is being filled. One of `finish`, `leavePartial` and `abandon` ends it. */
export class NewFolder {
  readonly path: string;
  /** Where its files are until it is finished. */
  readonly partial: string;
  readonly manifest: FolderFile;
  readonly #request: OpenFolder;
  readonly #mark: FolderMark;
  /** Those in it, by name; each is there once this resolves. */
  readonly #folders = new Map<string, Promise<void>>();
  readonly #closing = new Set<Promise<void>>();
  readonly #open = new Set<FolderFile>();
  #isOpen = true;

  constructor(folder: OpenFolder, mark: FolderMark, manifest: FolderFile) {
    this.path = folder.path;
    this.partial = folder.partial;
    this.manifest = manifest;
    this.#request = folder;
    this.#mark = mark;
  }

  /** Makes a file in it, of a name that nothing in it has, with the folders on the way to it. @param name with slashes */
  async create(name: string): Promise<FolderFile> {
    const parent = dirname(name);
    try {
      if (parent !== '.') await this.#makeFolder(parent);
      const file = await this.#mark.make(name, () => createFolderFile(this.partial, name));
      this.#open.add(file);
      return file;
    } catch (error) {
      throw trouble(join(this.partial, name), 'cannot be written', error);
    }
  }

  /** Closes a file once it is on the disk. Several are waited for at a time, because each takes milliseconds. */
  async settle(file: FolderFile): Promise<void> {
    this.#open.delete(file);
    const closing = file.close().finally(() => this.#closing.delete(closing));
    // Whoever waits for it hears of a failure.
    closing.catch(() => {});
    this.#closing.add(closing);
    if (this.#closing.size >= MOST_CLOSING) await Promise.race(this.#closing);
  }

  /** Removes a file that did not become whole. */
  async discard(file: FolderFile): Promise<void> {
    this.#open.delete(file);
    await file.abandon();
    await rm(join(this.partial, file.name), { force: true });
  }

  /** All of it can be read from `partial` once this resolves. */
  async closeFiles(): Promise<void> {
    await Promise.all(this.#closing);
    await this.manifest.close();
  }

  /** Gives the folder its name. @throws Failure `usage` when something is there by now; what was written stays under the other one */
  async finish(): Promise<void> {
    try {
      await this.#complete();
      await this.#place();
      await syncFolderLater(dirname(this.path));
    } catch (error) {
      throw trouble(this.path, 'cannot be written', error);
    } finally {
      await this.#release();
    }
  }

  /** Keeps all that was written, under the name that says that it is not what was asked for. */
  async leavePartial(): Promise<void> {
    try {
      await this.#complete();
    } catch (error) {
      throw trouble(this.partial, 'cannot be written', error);
    } finally {
      await this.#release();
    }
  }

  /** Removes all that was written, and the folder when nothing else is in it, unless something else has ended it. */
  async abandon(): Promise<void> {
    if (!this.#isOpen) return;
    for (const file of this.#open) await file.abandon();
    await Promise.allSettled([...this.#closing, this.manifest.close()]);
    if (isSameFile(this.#mark.made, await statOf(this.partial).catch(() => null))) {
      await this.#mark.clear().catch(() => {});
    }
    await this.#release();
  }

  #makeFolder(name: string): Promise<void> {
    const made = this.#folders.get(name) ?? this.#makeNewFolder(name);
    this.#folders.set(name, made);
    return made;
  }

  async #makeNewFolder(name: string): Promise<void> {
    const parent = dirname(name);
    if (parent !== '.') await this.#makeFolder(parent);
    await this.#mark.make(`${name}/`, () => mkdir(join(this.partial, name), 0o700));
  }

  async #release(): Promise<void> {
    this.#isOpen = false;
    await this.#mark.release();
  }

  async #complete(): Promise<void> {
    await this.closeFiles();
    for (const name of this.#folders.keys()) await syncFolderLater(join(this.partial, name));
    await this.#mark.remove();
    await syncFolderLater(this.partial);
  }

  async #place(): Promise<void> {
    if (!isSameFile(this.#mark.made, await statOf(this.partial))) throw inTheWay(this.partial);
    const { replaces, manifest, onLeft } = this.#request;
    const isThere = replaces && ((await namesIn(this.path))?.length ?? 0) > 0;
    // Somebody may have put something in since.
    if (isThere) await checkTarget(this.path, manifest, true);
    const before = isThere ? await freeName(this.path) : null;
    if (before !== null) await rename(this.path, before);
    try {
      // The system itself refuses to put it in the place of a folder that is not empty.
      await rename(this.partial, this.path);
    } catch (error) {
      if (before !== null) await rename(before, this.path).catch(() => {});
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR' ? notEmpty(this.path) : error;
    }
    if (before !== null) await removeReplaced(before, manifest, onLeft);
  }
}

interface OpenFolder {
  path: string;
  partial: string;
  manifest: FolderManifest;
  replaces: boolean;
  onLeft(folder: string): void;
}

async function checkTarget(path: string, manifest: FolderManifest, replaces: boolean): Promise<void> {
  const parent = await stat(dirname(path)).catch(() => null);
  if (!parent?.isDirectory()) throw new Failure('usage', 'there is no such folder', { file: dirname(path) });
  const names = await namesIn(path);
  if (!names || names.length === 0) return;
  if (!replaces) throw notEmpty(path);
  const hint = await findUnlisted(path, manifest);
  if (hint !== null) throw new Failure('usage', 'is not replaced', { file: path, hint });
}

function notEmpty(path: string): Failure {
  return new Failure('usage', 'is not empty', { file: path, hint: '--force replaces what an export has made' });
}

/** Null where nothing is. @throws Failure `usage` for what is no folder */
async function namesIn(path: string): Promise<string[] | null> {
  const there = await statOf(path);
  if (!there) return null;
  if (!there.isDirectory()) throw new Failure('usage', 'is not a folder', { file: path });
  return readdir(path);
}

/** A new folder, locked. */
async function claim(partial: string, manifest: FolderManifest, replaces: boolean): Promise<FolderMark> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    try {
      await clear(partial, manifest, replaces);
      await mkdir(partial, 0o700);
      return await markFolder(partial);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' && code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error;
    }
  }
  throw busy(partial);
}

/** Removes what a run of ours has left under the name. */
async function clear(partial: string, manifest: FolderManifest, replaces: boolean): Promise<void> {
  const there = await statOf(partial);
  if (!there) return;
  if (!there.isDirectory() || !isOwn(there)) throw inTheWay(partial);
  if ((await readdir(partial)).length === 0) return rmdir(partial);
  if (await removeIfMarked(partial)) return;
  const other = await findUnlisted(partial, manifest);
  if (other !== null) throw inTheWay(partial, other);
  if (!replaces) throw leftOver(partial);
  await removeListed(partial, manifest);
}

/** Ends what a run began that was killed while it put its folder in the place of another one. */
async function settleReplaced(path: string, manifest: FolderManifest, onLeft: OpenFolder['onLeft']): Promise<void> {
  for (const before of replacedNames(path)) {
    const there = await statOf(before);
    if (!there) continue;
    const isOurs = there.isDirectory() && isOwn(there) && (await findUnlisted(before, manifest)) === null;
    if (!isOurs) onLeft(before);
    else if (await statOf(path)) await removeReplaced(before, manifest, onLeft);
    else await rename(before, path);
  }
}

/** The new one is in its place, so that what somebody puts into the old one meanwhile is no reason to fail. */
async function removeReplaced(before: string, manifest: FolderManifest, onLeft: OpenFolder['onLeft']): Promise<void> {
  try {
    await removeListed(before, manifest);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    onLeft(before);
  }
}

/** For what is about to be replaced. */
async function freeName(path: string): Promise<string> {
  for (const name of replacedNames(path)) if (!(await statOf(name))) return name;
  throw inTheWay(`${path}.replaced`);
}

function replacedNames(path: string): string[] {
  return ['', '-2', '-3', '-4', '-5'].map((end) => `${path}.replaced${end}`);
}

const MOST_CLOSING = 8;
