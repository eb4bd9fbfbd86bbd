import { constants, fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Failure, type Place } from '../base/failure.ts';
import { defaultLimits, type Limits } from '../format/limits.ts';
import { type Content, sniffContent } from '../format/zstd-frames.ts';
import { plainBlocks } from './plain-blocks.ts';

/**
 * Opens a rollout for reading. Symbolic links and everything that is not a regular file are refused without waiting for
 * a writer, and what the file says it is does not count: its first bytes tell whether it is compressed.
 *
 * @param options.shownAs what messages call it; its path when absent
 *
 * @throws Failure `trouble` when it cannot be opened, `findings` (with rule) when it is not a regular file
 */
export async function openRollout(
  path: string,
  options: { limits?: Limits; shownAs?: string } = {},
): Promise<RolloutFile> {
  const handle = await openRegular(path);
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw new NotRegular(path, 'is not a regular file');
    const head = Buffer.alloc(8);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const identity = {
      dev: stat.dev,
      ino: stat.ino,
      size: Number(stat.size),
      mtimeNs: stat.mtimeNs,
      mode: Number(stat.mode),
    };
    const content = sniffContent(head.subarray(0, bytesRead));
    return new RolloutFile(options.shownAs ?? path, handle, identity, content, options.limits ?? defaultLimits);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export interface FileIdentity {
  dev: bigint;
  ino: bigint;
  size: number;
  mtimeNs: bigint;
  mode: number;
}

/** An open rollout. Its content is read up to the size that it had when it was opened. */
export class RolloutFile {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly content: Content;
  /** What was wrong with the compressed form; known once the blocks were read. */
  damage: Damage | null = null;
  readonly #handle: FileHandle;
  readonly #limits: Limits;

  constructor(path: string, handle: FileHandle, identity: FileIdentity, content: Content, limits: Limits) {
    this.path = path;
    this.identity = identity;
    this.content = content;
    this.#handle = handle;
    this.#limits = limits;
  }

  /**
   * The decompressed content. A block is valid until the next one is asked for. It can be read several times.
   *
   * What cannot be decompressed ends the stream and is named in `damage`; all content before it is delivered.
   */
  async *blocks(from = 0): AsyncGenerator<Buffer> {
    this.damage = null;
    switch (this.content) {
      case 'plain':
        yield* plainBlocks(this.#handle, from, this.identity.size);
        return;
      case 'zstd': {
        // Loaded when first needed: most homes hold no compressed file.
        const { zstdBlocks } = await import('./zstd-blocks.ts');
        const damage = yield* zstdBlocks(this.#handle, this.identity.size, from, this.#limits);
        this.damage = damage;
        return;
      }
      default:
        this.damage = {
          rule: 'ZSTD-UNSUPPORTED',
          message: this.content === 'gzip' ? 'is gzip, not zstd' : 'is a zstd format older than 1.0',
          offset: 0,
        };
    }
  }

  /** Bytes of the file as it is stored, compressed or not; fewer where it ends. */
  async stored(offset: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  /** Whether somebody has added to the file since it was opened. */
  hasGrown(): boolean {
    return fstatSync(this.#handle.fd).size > this.identity.size;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A fault of the compressed form. */
export interface Damage {
  rule: 'ZSTD-TRUNCATED' | 'ZSTD-TRAILING' | 'ZSTD-WINDOW' | 'ZSTD-UNSUPPORTED' | 'ZSTD-DAMAGED';
  message: string;
  /** Byte offset in the compressed file. */
  offset: number;
}

/** A name that leads to something that is never read as a rollout. */
export class NotRegular extends Failure {
  readonly rule: 'SYMLINK' | 'NOT-REGULAR';

  constructor(path: string, message: string, rule: 'SYMLINK' | 'NOT-REGULAR' = 'NOT-REGULAR', place: Place = {}) {
    super('findings', message, { ...place, file: path });
    this.rule = rule;
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new NotRegular(path, 'is a symbolic link, which is not followed', 'SYMLINK');
    if (code === 'ENXIO' || code === 'ENODEV') throw new NotRegular(path, 'is not a regular file');
    if (code === 'ENOENT') throw new Failure('usage', 'no such file', { file: path, cause: error });
    throw new Failure('trouble', `cannot be opened: ${code ?? String(error)}`, { file: path, cause: error });
  }
}
