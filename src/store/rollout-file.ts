import { Failure, type Place } from '../base/failure.ts';
import { defaultLimits, type Limits } from '../format/limits.ts';
import { type Content, sniffContent } from '../format/zstd-frames.ts';
import { Descriptor } from './descriptor.ts';
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
  const descriptor = openRegular(path);
  try {
    const stat = descriptor.stat();
    if (!stat.isFile()) throw new NotRegular(path, 'is not a regular file');
    const { dev, ino, mtimeNs } = stat;
    const identity = { dev, ino, size: Number(stat.size), mtimeNs, mode: Number(stat.mode) };
    // Most rollouts are small, and are there whole with this.
    const whole = Buffer.allocUnsafe(Math.min(identity.size, HEAD_BYTES));
    const head = whole.subarray(0, descriptor.readNow(whole, 0));
    const content = sniffContent(head);
    return new RolloutFile(
      options.shownAs ?? path,
      descriptor,
      identity,
      content,
      head,
      options.limits ?? defaultLimits,
    );
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

const HEAD_BYTES = 128 * 1024;

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
  readonly #handle: Descriptor;
  readonly #head: Buffer;
  readonly #limits: Limits;

  constructor(
    path: string,
    handle: Descriptor,
    identity: FileIdentity,
    content: Content,
    head: Buffer,
    limits: Limits,
  ) {
    this.path = path;
    this.identity = identity;
    this.content = content;
    this.#handle = handle;
    this.#head = head;
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
        if (from < this.#head.length) yield this.#head.subarray(from);
        yield* plainBlocks(this.#handle, Math.max(from, this.#head.length), this.identity.size);
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
    if (offset + length <= this.#head.length) return this.#head.subarray(offset, offset + length);
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  /** Whether somebody has added to the file since it was opened. */
  hasGrown(): boolean {
    return Number(this.#handle.stat().size) > this.identity.size;
  }

  async close(): Promise<void> {
    this.#handle.close();
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

function openRegular(path: string): Descriptor {
  try {
    return new Descriptor(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new NotRegular(path, 'is a symbolic link, which is not followed', 'SYMLINK');
    if (code === 'ENXIO' || code === 'ENODEV') throw new NotRegular(path, 'is not a regular file');
    if (code === 'ENOENT') throw new Failure('usage', 'no such file', { file: path, cause: error });
    throw new Failure('trouble', `cannot be opened: ${code ?? String(error)}`, { file: path, cause: error });
  }
}
