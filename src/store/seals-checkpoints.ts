import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissingFile } from '../base/system-error.ts';
import { replaceFile } from './seals.ts';
import { syncFolderLater, trouble } from './writer/file-steps.ts';

/**
 * The checkpoints of one tree, each in a file that has its size for a name, with the signature beside it. The largest is the
 * one that holds. A signature gets its name before its checkpoint does, so that a crash leaves the one before or the next one, and
 * at most a signature of nothing, which the next write removes.
 */
export class CheckpointFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Sizes that there is a checkpoint for, ascending. */
  sizes(): number[] {
    const names = namesIn(this.path).filter((name) => /^(?:0|[1-9]\d{0,14})$/.test(name));
    return names.map(Number).sort((a, b) => a - b);
  }

  /** The largest one. Null where there is none. */
  current(): StoredCheckpoint | null {
    for (const size of this.sizes().reverse()) {
      const stored = this.at(size);
      if (stored) return stored;
    }
    return null;
  }

  /** The one of a size. Null where there is none, and for a file of that name which says another size. */
  at(size: number): StoredCheckpoint | null {
    const path = join(this.path, String(size));
    const text = read(path);
    if (text === null || text.split('\n', 2)[1] !== String(size)) return null;
    return { path, size, text, signature: read(`${path}.sig`) };
  }

  /** Whether there is any signature, be it of a checkpoint that is there or of one that is gone. */
  hasSignatures(): boolean {
    return namesIn(this.path).some((name) => name.endsWith('.sig'));
  }

  /** Gives one that has no signature another text and a signature. Until both are there, it has none. */
  async sign(size: number, text: string, signature: string): Promise<void> {
    const path = join(this.path, String(size));
    await this.#make();
    await replaceFile(path, text);
    await replaceFile(`${path}.sig`, signature);
  }

  /** Adds one, or another signature to one. */
  async write(size: number, text: string, signature: string | null): Promise<void> {
    const path = join(this.path, String(size));
    await this.#make();
    const isNew = !existsSync(path);
    try {
      if (signature === null) await rm(`${path}.sig`, { force: true });
      else await replaceFile(`${path}.sig`, signature);
      await replaceFile(path, text);
    } catch (error) {
      // One that is there, and was not said to be, would look like the seal of a log that was rolled back.
      if (isNew) await rm(path, { force: true }).catch(() => {});
      await this.#tidy().catch(() => {});
      throw error;
    }
  }

  /** Removes all but one. */
  async keepOnly(size: number): Promise<void> {
    const kept = [String(size), `${size}.sig`];
    for (const name of readdirSync(this.path))
      if (!kept.includes(name)) await rm(join(this.path, name), { recursive: true, force: true });
  }

  async #make(): Promise<void> {
    try {
      if (await mkdir(this.path, { recursive: true, mode: 0o700 })) await syncFolderLater(dirname(this.path));
      await this.#tidy();
    } catch (error) {
      throw trouble(this.path, 'cannot be made', error);
    }
  }

  /** Removes what a run left that was killed: files that are not whole, and signatures of none. */
  async #tidy(): Promise<void> {
    const names = readdirSync(this.path);
    const isLeft = (name: string) =>
      name.endsWith('.new') || (/^\d+\.sig$/.test(name) && !names.includes(name.slice(0, -'.sig'.length)));
    for (const name of names.filter(isLeft)) await rm(join(this.path, name), { recursive: true, force: true });
  }
}

/** A checkpoint as it is stored; the signature is null where there is none. */
export interface StoredCheckpoint {
  path: string;
  /** As its name and its text say. */
  size: number;
  text: string;
  signature: string | null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissingFile(error)) return [];
    throw trouble(folder, 'cannot be read', error);
  }
}

/** Null where there is no such file. What is no file, is a link or is too large is nothing that was put here by a seal. */
function read(path: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code !== undefined && noFile.has(code)) return '';
    throw trouble(path, 'cannot be read', error);
  }
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(descriptor, 'latin1') : '';
  } catch (error) {
    throw trouble(path, 'cannot be read', error);
  } finally {
    closeSync(descriptor);
  }
}

/** What opening links, sockets and devices fails with. */
const noFile = new Set(['ELOOP', 'ENXIO', 'ENODEV', 'EISDIR', 'EMLINK']);
const MOST_BYTES = 64 * 1024;
