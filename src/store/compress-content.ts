import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { CCtx } from 'zstd-napi/binding.js';
import type { RolloutFile } from './rollout-file.ts';
import { encodeSeekTable, type SeekFrame } from './seek-table.ts';
import { type ContentDigest, writeWhole } from './writer/file-steps.ts';

/** How a rollout is compressed. */
export interface CompressedForm {
  /** 1 to 22. The window stays within 128 MiB at all of them, more than which neither Codex nor this program reads. */
  level: number;
  /** Many frames with a seek table behind them, instead of one. */
  seekable: boolean;
}

/** What Codex takes as well. */
export const defaultForm: CompressedForm = { level: 3, seekable: false };

/**
 * Writes the content of a rollout into an open file as zstd: one frame, or many with a seek table, each with its content size and
 * a checksum. Memory does not grow with the content.
 *
 * @param options.contentBytes length of the content; that of the file when absent
 * @param options.onBytes told of each piece of content that was read
 *
 * @returns what the content was
 */
export async function writeCompressed(
  handle: FileHandle,
  rollout: RolloutFile,
  { level, seekable }: CompressedForm = defaultForm,
  options: { contentBytes?: number; onBytes?: (bytes: number) => void } = {},
): Promise<ContentDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* content(): AsyncGenerator<Buffer> {
    for await (const block of rollout.blocks()) {
      hash.update(block);
      bytes += block.length;
      yield block;
      options.onBytes?.(block.length);
    }
  }
  const frames = new FrameWriter(handle, level);
  if (seekable) {
    const table: SeekFrame[] = [];
    for await (const part of cutFrames(content())) {
      frames.begin(part.length);
      await frames.add(part);
      table.push({ ...(await frames.end()), contentBytes: part.length });
    }
    await writeWhole(handle, encodeSeekTable(table));
  } else {
    frames.begin(options.contentBytes ?? rollout.identity.size);
    for await (const block of content()) await frames.add(block);
    await frames.end();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Writes frames one after another. */
class FrameWriter {
  readonly #handle: FileHandle;
  readonly #context: CCtx;
  readonly #zstd = createRequire(import.meta.url)('zstd-napi/binding.js') as typeof import('zstd-napi/binding.js');
  readonly #output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  #bytes = 0;
  /** The last four bytes that were written. */
  #last = Buffer.alloc(0);

  constructor(handle: FileHandle, level: number) {
    this.#handle = handle;
    this.#context = new this.#zstd.CCtx();
    const { CParameter } = this.#zstd;
    this.#context.setParameter(CParameter.compressionLevel, level);
    this.#context.setParameter(CParameter.checksumFlag, 1);
    this.#context.setParameter(CParameter.contentSizeFlag, 1);
  }

  begin(contentBytes: number): void {
    this.#bytes = 0;
    this.#context.setPledgedSrcSize(contentBytes);
  }

  async add(content: Buffer): Promise<void> {
    // In pieces, so that the program has its turn in between.
    for (let used = 0; used < content.length; ) {
      const piece = content.subarray(used, used + PIECE_BYTES);
      const [, produced, consumed] = this.#context.compressStream2(
        this.#output,
        piece,
        this.#zstd.EndDirective.continue,
      );
      used += consumed;
      await this.#write(produced);
    }
  }

  async end(): Promise<{ bytes: number; checksum: number }> {
    for (let left = 1; left > 0; ) {
      const [remaining, produced] = this.#context.compressStream2(
        this.#output,
        Buffer.alloc(0),
        this.#zstd.EndDirective.end,
      );
      left = remaining;
      await this.#write(produced);
    }
    return { bytes: this.#bytes, checksum: this.#last.readUInt32LE(0) };
  }

  async #write(produced: number): Promise<void> {
    if (produced === 0) return;
    const bytes = this.#output.subarray(0, produced);
    this.#bytes += produced;
    this.#last = Buffer.concat([this.#last, bytes.subarray(-4)]).subarray(-4);
    await writeWhole(this.#handle, bytes);
  }
}

/**
 * Content in parts of a MiB or more that end where a line ends, but for lines that are longer than a part may be. A part is
 * valid until the next one is asked for.
 */
async function* cutFrames(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const part = Buffer.allocUnsafeSlow(LONGEST_FRAME);
  let filled = 0;
  for await (const block of content) {
    for (let used = 0; used < block.length; ) {
      const piece = block.subarray(used, used + LONGEST_FRAME - filled);
      const lineEnd = piece.indexOf(LF, Math.max(0, FRAME_BYTES - 1 - filled));
      const taken = lineEnd < 0 ? piece.length : lineEnd + 1;
      piece.copy(part, filled, 0, taken);
      filled += taken;
      used += taken;
      if (lineEnd < 0 && filled < LONGEST_FRAME) continue;
      yield part.subarray(0, filled);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

const FRAME_BYTES = 1024 * 1024;
const LONGEST_FRAME = 4 * FRAME_BYTES;
const PIECE_BYTES = 256 * 1024;
const OUTPUT_BYTES = 512 * 1024;
const LF = 0x0a;
