import { createRequire } from 'node:module';
import type { DCtx } from 'zstd-napi/binding.js';
import type { Limits } from '../format/limits.ts';
import { beginsFrame } from '../format/zstd-frames.ts';
import type { Descriptor } from './descriptor.ts';
import { BLOCK_BYTES } from './plain-blocks.ts';
import type { Damage } from './rollout-file.ts';

// The package is CommonJS around a native addon.
const zstd = createRequire(import.meta.url)('zstd-napi/binding.js') as typeof import('zstd-napi/binding.js');

/**
 * The decompressed content of a zstd file from byte `from` on: every frame, skippable frames skipped, into two reused
 * buffers. Returns what was wrong, or null.
 *
 * An error makes the library forget what it had decoded in the same call. So after one the file is decoded again, byte by
 * byte around the place of the error, and no block before the damage is lost.
 */
export async function* zstdBlocks(
  handle: Descriptor,
  size: number,
  from: number,
  limits: Limits,
): AsyncGenerator<Buffer, Damage | null> {
  const progress = { delivered: from, position: 0 };
  const context = idle.pop() ?? new zstd.DCtx();
  try {
    reset(context, limits);
    const damage = yield* decode(context, handle, size, progress, size);
    if (damage?.rule !== 'ZSTD-DAMAGED') return damage;
    reset(context, limits);
    return yield* decode(context, handle, size, progress, progress.position);
  } finally {
    idle.push(context);
  }
}

/** Used again, because each may hold a window of 128 MiB until the garbage collector looks at it. */
const idle: DCtx[] = [];

function reset(context: DCtx, limits: Limits): void {
  context.reset(zstd.ResetDirective.sessionAndParameters);
  context.setParameter(zstd.DParameter.windowLogMax, limits.zstdWindowLog);
}

interface Progress {
  /** Bytes of content that the reader has, or has asked to skip. */
  delivered: number;
  /** Where the piece of the compressed file stands that is being decoded. */
  position: number;
}

async function* decode(
  context: DCtx,
  handle: Descriptor,
  size: number,
  progress: Progress,
  carefulFrom: number,
): AsyncGenerator<Buffer, Damage | null> {
  const input = Buffer.allocUnsafeSlow(COMPRESSED_BYTES);
  const outputs = [Buffer.allocUnsafeSlow(BLOCK_BYTES), Buffer.allocUnsafeSlow(BLOCK_BYTES)] as const;
  let turn = 0;
  let produced = 0;
  let position = 0;
  let frameStart = 0;
  let pendingInFrame = false;

  while (position < size) {
    progress.position = position;
    const { bytesRead } = await handle.read(input, 0, Math.min(COMPRESSED_BYTES, size - position), position);
    if (bytesRead === 0) break;
    const step = position >= carefulFrom ? 1 : bytesRead;
    let used = 0;
    let outputFull = false;
    while (used < bytesRead || outputFull) {
      const output = outputs[turn & 1] as Buffer;
      let result: [number, number, number];
      try {
        result = context.decompressStream(output, input.subarray(used, Math.min(used + step, bytesRead)));
      } catch (error) {
        return await describe(error as Error, handle, frameStart, size);
      }
      const [remaining, length, consumed] = result;
      used += consumed;
      outputFull = length === output.length;
      // Zero bytes in and out at the end of a frame must not look like a frame that is open.
      if (remaining === 0) {
        frameStart = position + used;
        pendingInFrame = false;
      } else if (consumed > 0 || length > 0) {
        pendingInFrame = true;
      }
      const fresh = Math.min(length, Math.max(0, produced + length - progress.delivered));
      produced += length;
      if (fresh > 0) {
        progress.delivered = produced;
        turn++;
        yield output.subarray(length - fresh, length);
      }
      if (consumed === 0 && length === 0 && used === bytesRead) break;
    }
    position += bytesRead;
  }
  if (!pendingInFrame) return null;
  if (await startsFrame(handle, frameStart)) {
    return {
      rule: 'ZSTD-TRUNCATED',
      message: `the last frame, at byte ${frameStart}, is cut short`,
      offset: frameStart,
    };
  }
  return trailing(frameStart, size);
}

async function describe(error: Error, handle: Descriptor, frameStart: number, size: number): Promise<Damage> {
  const { message } = error;
  if (/too much memory/.test(message)) {
    return { rule: 'ZSTD-WINDOW', message: 'needs a larger zstd window than is allowed', offset: frameStart };
  }
  if (/Dictionary mismatch/.test(message)) {
    return { rule: 'ZSTD-UNSUPPORTED', message: 'needs a zstd dictionary', offset: frameStart };
  }
  if (frameStart > 0 && !(await startsFrame(handle, frameStart))) return trailing(frameStart, size);
  const reason = message.charAt(0).toLowerCase() + message.slice(1);
  return {
    rule: 'ZSTD-DAMAGED',
    message: `the frame at byte ${frameStart} cannot be decoded: ${reason}`,
    offset: frameStart,
  };
}

function trailing(offset: number, size: number): Damage {
  return { rule: 'ZSTD-TRAILING', message: `${size - offset} bytes follow the last frame`, offset };
}

async function startsFrame(handle: Descriptor, offset: number): Promise<boolean> {
  const magic = Buffer.alloc(4);
  const { bytesRead } = await handle.read(magic, 0, 4, offset);
  return beginsFrame(magic.subarray(0, bytesRead));
}

const COMPRESSED_BYTES = 256 * 1024;
