import { createRequire } from 'node:module';
import type { RolloutFile } from './rollout-file.ts';
import { decodeSeekTable, FOOTER_BYTES, type SeekFrame, seekTableLength } from './seek-table.ts';

/**
 * The end of the content of a compressed rollout that has a seek table, without decompressing what is before.
 *
 * @param least bytes that are wanted; there are fewer where the content has fewer, and mostly there are more
 *
 * @returns the bytes and where they begin in the content; null for a file without a table, or with one that is not right
 */
export async function readSeekableTail(
  rollout: RolloutFile,
  least: number,
): Promise<{ bytes: Buffer; offset: number } | null> {
  const frames = await readSeekTable(rollout);
  if (!frames) return null;
  let offset = frames.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
  let position = frames.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts: Buffer[] = [];
  let length = 0;
  for (const frame of frames.reverse()) {
    if (length >= least) break;
    position -= frame.bytes;
    const part = await readFrame(rollout, position, frame);
    if (!part) return null;
    offset -= part.length;
    length += part.length;
    parts.unshift(part);
  }
  return { bytes: Buffer.concat(parts), offset };
}

async function readSeekTable(rollout: RolloutFile): Promise<SeekFrame[] | null> {
  const { size } = rollout.identity;
  if (rollout.content !== 'zstd' || size < FOOTER_BYTES) return null;
  const length = seekTableLength(await rollout.stored(size - FOOTER_BYTES, FOOTER_BYTES));
  if (length === null || length > Math.min(size, LONGEST_TABLE)) return null;
  const table = await rollout.stored(size - length, length);
  return table.length === length ? decodeSeekTable(table, size) : null;
}

/** Null for a frame that is not what the table says. */
async function readFrame(
  rollout: RolloutFile,
  position: number,
  { bytes, contentBytes }: SeekFrame,
): Promise<Buffer | null> {
  if (bytes > LONGEST_FRAME || contentBytes > LONGEST_FRAME) return null;
  const zstd = createRequire(import.meta.url)('zstd-napi/binding.js') as typeof import('zstd-napi/binding.js');
  const content = Buffer.allocUnsafe(contentBytes);
  try {
    const length = new zstd.DCtx().decompress(content, await rollout.stored(position, bytes));
    return length === contentBytes ? content : null;
  } catch {
    return null;
  }
}

/** Frames of other programs may be of any length; such a file is read from its beginning. */
const LONGEST_FRAME = 8 * 1024 * 1024;
const LONGEST_TABLE = 16 * 1024 * 1024;
