import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defaultLimits } from '../format/limits.ts';
import { sniffContent } from '../format/zstd-frames.ts';

/**
 * The decompressed content of a sound rollout, without a turn of the event loop: many small files are read several times as
 * fast as with `openRollout`. For worker threads, and for scans that nobody waits for meanwhile. A block is valid until the
 * next one is asked for.
 *
 * @returns null when the file asks for `openRollout`, which says what is wrong with it: it cannot be opened, is not a
 *   regular file, or its compressed form is damaged. Blocks may have been given until then
 */
export function* blocksAtOnce(path: string): Generator<Buffer, SoundFile | null> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  const buffers = spare.pop() ?? new Buffers();
  try {
    const { size, mtimeMs, isFile } = factsOf(file);
    if (!isFile) return null;
    const read = (position: number) => {
      const length = Math.min(INPUT_BYTES, size - position);
      return buffers.input.subarray(0, length > 0 ? readSync(file, buffers.input, 0, length, position) : 0);
    };
    const head = read(0);
    const content = sniffContent(head);
    if (content !== 'plain' && content !== 'zstd') return null;
    const isSound = content === 'plain' ? yield* readPlain(head, read) : yield* decompress(head, read, buffers);
    return isSound ? { size, mtimeMs } : null;
  } catch (error) {
    // What the library throws at a damaged frame, and what the disk does not give.
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    return null;
  } finally {
    closeSync(file);
    spare.push(buffers);
  }
}

/** As it was when it was opened. */
export interface SoundFile {
  size: number;
  mtimeMs: number;
}

type Read = (position: number) => Buffer;

/** Kept for the next file: making them takes longer than reading a small one. */
const spare: Buffers[] = [];

class Buffers {
  readonly input = Buffer.allocUnsafeSlow(INPUT_BYTES);
  #output: Buffer | undefined;
  #context: InstanceType<Zstd['DCtx']> | undefined;

  /** A whole session of usual size fits, and is decoded in one step. */
  get output(): Buffer {
    this.#output ??= Buffer.allocUnsafeSlow(2 * INPUT_BYTES);
    return this.#output;
  }

  /** Ready for a new frame, whatever became of the last one. */
  openFrame(): InstanceType<Zstd['DCtx']> {
    this.#context ??= openContext();
    this.#context.reset((zstd as Zstd).ResetDirective.sessionOnly);
    return this.#context;
  }
}

function factsOf(file: number): SoundFile & { isFile: boolean } {
  const facts = fstatSync(file);
  return { size: facts.size, mtimeMs: facts.mtimeMs, isFile: facts.isFile() };
}

function* readPlain(head: Buffer, read: Read): Generator<Buffer, boolean> {
  let position = 0;
  for (let block = head; block.length > 0; block = read(position)) {
    position += block.length;
    yield block;
  }
  return true;
}

/** False when the frames are not whole. */
function* decompress(head: Buffer, read: Read, buffers: Buffers): Generator<Buffer, boolean> {
  const { output } = buffers;
  const context = buffers.openFrame();
  let position = 0;
  let isFrameOpen = false;
  for (let chunk = head; chunk.length > 0; chunk = read(position)) {
    position += chunk.length;
    let used = 0;
    let isFull = false;
    while (used < chunk.length || isFull) {
      const [remaining, length, consumed] = context.decompressStream(output, chunk.subarray(used));
      used += consumed;
      isFull = length === output.length;
      if (remaining === 0) isFrameOpen = false;
      else if (consumed > 0 || length > 0) isFrameOpen = true;
      if (length > 0) yield output.subarray(0, length);
      if (consumed === 0 && length === 0) break;
    }
  }
  return !isFrameOpen;
}

type Zstd = typeof import('zstd-napi/binding.js');
let zstd: Zstd | undefined;

function openContext(): InstanceType<Zstd['DCtx']> {
  // Loaded when first needed; the package is CommonJS around a native addon.
  zstd ??= createRequire(import.meta.url)('zstd-napi/binding.js') as Zstd;
  const context = new zstd.DCtx();
  context.setParameter(zstd.DParameter.windowLogMax, defaultLimits.zstdWindowLog);
  return context;
}

const INPUT_BYTES = 1024 * 1024;
