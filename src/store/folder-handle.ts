import {
  type BigIntStats,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Home } from './home.ts';

/**
 * Opens a folder of a home step by step, so that nothing done through it can land outside of the home: on Linux a name is
 * resolved in the open folder itself, whatever somebody puts in the folder's place meanwhile. Elsewhere the path is compared
 * with the real one once, which is weaker. Close it.
 *
 * @param relative below the home, with `/` between names; empty for the home itself
 * @param options.create makes what is missing, 0700, and brings that to the disk
 *
 * @throws the system's `ENOENT` for a folder that is not there; Failure `refused` when a link or another thing is in the way
 */
export function openFolderIn(home: Home, relative: string, options: { create?: boolean } = {}): FolderHandle {
  let folder = openRoot(home);
  for (const name of relative === '' ? [] : relative.split('/')) {
    try {
      const next = openNext(folder, name, options.create === true);
      folder.close();
      folder = next;
    } catch (error) {
      folder.close();
      throw explain(error, join(folder.realPath, name));
    }
  }
  return folder;
}

/** An open folder. Nothing is followed: a symbolic link is an entry like any other. */
export class FolderHandle {
  /** For messages; acts go through `path`. */
  readonly realPath: string;
  readonly #descriptor: number;

  constructor(realPath: string, descriptor: number) {
    this.realPath = realPath;
    this.#descriptor = descriptor;
  }

  /**
   * What to hand to `fs` for one of its entries.
   *
   * @throws Failure `usage` for a name that leads elsewhere
   */
  path(name: string): string {
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
      throw new Failure('usage', `'${name}' is not the name of a file`);
    }
    return `${this.self}/${name}`;
  }

  /** The folder itself, for reading what is in it. */
  get self(): string {
    return isLinux ? `/proc/self/fd/${this.#descriptor}` : this.realPath;
  }

  lstat(name: string): BigIntStats | undefined {
    return lstatSync(this.path(name), { bigint: true, throwIfNoEntry: false });
  }

  /**
   * Moves an entry. What is there already stays: use it only where nobody but this process makes entries in `to`, and
   * `link` with `unlink` elsewhere.
   *
   * @throws Failure `refused` when the name is taken; the system's error, `EXDEV` where the folders lie on two file systems
   */
  rename(name: string, to: FolderHandle, toName: string): void {
    if (to.lstat(toName)) throw taken(to, toName);
    renameSync(this.path(name), to.path(toName));
  }

  /**
   * Puts an entry in the place of another one in one step. That other one is gone, unless it has another name.
   *
   * @throws the system's error
   */
  replace(name: string, to: FolderHandle, toName: string): void {
    renameSync(this.path(name), to.path(toName));
  }

  /** Gives a file a second name. @throws Failure `refused` when the name is taken */
  link(name: string, to: FolderHandle, toName: string): void {
    try {
      linkSync(this.path(name), to.path(toName));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(to, toName);
      throw error;
    }
  }

  /**
   * Moves a file to where others may be making files, too, and takes no name that is taken. For a moment it has both names.
   *
   * @throws Failure `refused` when the name is taken
   */
  give(name: string, to: FolderHandle, toName: string): void {
    try {
      this.link(name, to, toName);
    } catch (error) {
      // A file system without second names, or not a file: looking first has to do.
      if (!noSecondNames.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.rename(name, to, toName);
      return;
    }
    try {
      this.unlink(name);
    } catch (error) {
      // Rather the old name alone than both.
      to.unlink(toName);
      throw error;
    }
  }

  unlink(name: string): void {
    unlinkSync(this.path(name));
  }

  /** Removes a folder in it, if it is empty; says whether it is gone. */
  removeEmpty(name: string): boolean {
    try {
      rmdirSync(this.path(name));
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return true;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Opens a folder in it. @throws as `openFolderIn` */
  open(name: string): FolderHandle {
    try {
      return openNext(this, name, false);
    } catch (error) {
      throw explain(error, join(this.realPath, name));
    }
  }

  /** Makes its entries outlive a loss of power. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function openRoot(home: Home): FolderHandle {
  try {
    return new FolderHandle(home.path, openSync(home.path, FOLDER));
  } catch (error) {
    throw explain(error, home.path);
  }
}

function openNext(folder: FolderHandle, name: string, create: boolean): FolderHandle {
  const path = folder.path(name);
  const realPath = join(folder.realPath, name);
  let descriptor: number;
  try {
    descriptor = openSync(path, FOLDER);
  } catch (error) {
    if (!create || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeFolder(path);
    descriptor = openSync(path, FOLDER);
    folder.sync();
  }
  const opened = new FolderHandle(realPath, descriptor);
  if (isLinux || realpathSync(path) === join(realpathSync(folder.realPath), name)) return opened;
  opened.close();
  throw new Failure('refused', 'is reached through a symbolic link', { file: realPath });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function explain(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // A symbolic link with O_DIRECTORY is ENOTDIR on Linux and ELOOP elsewhere.
  if (code !== 'ELOOP' && code !== 'ENOTDIR') {
    // What it names is of this process alone.
    if (error instanceof Error && 'path' in error) error.path = file;
    return error;
  }
  return new Failure('refused', 'is a symbolic link or no folder, and is not followed', { file, cause: error });
}

function taken(folder: FolderHandle, name: string): Failure {
  return new Failure('refused', 'there is a file already', { file: join(folder.realPath, name) });
}

const noSecondNames = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const isLinux = platform() === 'linux';
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
