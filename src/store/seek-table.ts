/**
 * The seek table of the zstd seekable format 0.1.0: where each frame of a file begins, in a skippable frame at its end, so that
 * programs that know nothing of it read the file as ever.
 */
export interface SeekFrame {
  /** Length of the frame in the file. */
  bytes: number;
  /** Length of what it holds. */
  contentBytes: number;
  /** The low 32 bits of the XXH64 of what it holds, which is what its own checksum is. */
  checksum: number;
}

/** The skippable frame that ends such a file. */
export function encodeSeekTable(frames: readonly SeekFrame[]): Buffer {
  const table = Buffer.alloc(HEADER_BYTES + frames.length * ENTRY_BYTES + FOOTER_BYTES);
  table.writeUInt32LE(SKIPPABLE_MAGIC, 0);
  table.writeUInt32LE(table.length - HEADER_BYTES, 4);
  let offset = HEADER_BYTES;
  for (const { bytes, contentBytes, checksum } of frames) {
    table.writeUInt32LE(bytes, offset);
    table.writeUInt32LE(contentBytes, offset + 4);
    table.writeUInt32LE(checksum, offset + 8);
    offset += ENTRY_BYTES;
  }
  table.writeUInt32LE(frames.length, offset);
  table.writeUInt8(HAS_CHECKSUMS, offset + 4);
  table.writeUInt32LE(SEEKABLE_MAGIC, offset + 5);
  return table;
}

/** The end of a file, in which the length of its seek table stands. */
export const FOOTER_BYTES = 9;

/** How long the whole skippable frame is that this footer ends; null when it is the footer of no seek table. */
export function seekTableLength(footer: Uint8Array): number | null {
  if (footer.length !== FOOTER_BYTES) return null;
  const view = new DataView(footer.buffer, footer.byteOffset, footer.length);
  const descriptor = view.getUint8(4);
  // The bits between are reserved: a table that sets one is of a kind that is not known here.
  if (view.getUint32(5, true) !== SEEKABLE_MAGIC || (descriptor & 0x7c) !== 0) return null;
  const entryBytes = descriptor & HAS_CHECKSUMS ? ENTRY_BYTES : ENTRY_BYTES - 4;
  return HEADER_BYTES + view.getUint32(0, true) * entryBytes + FOOTER_BYTES;
}

/**
 * The frames of a seek table, in the order of the file.
 *
 * @param table the whole skippable frame
 * @param fileBytes length of the file that it ends
 *
 * @returns null when the table does not fit the file
 */
export function decodeSeekTable(table: Buffer, fileBytes: number): SeekFrame[] | null {
  const footer = table.subarray(-FOOTER_BYTES);
  if (seekTableLength(footer) !== table.length) return null;
  if (table.readUInt32LE(0) !== SKIPPABLE_MAGIC || table.readUInt32LE(4) !== table.length - HEADER_BYTES) return null;
  const hasChecksums = (footer.readUInt8(4) & HAS_CHECKSUMS) !== 0;
  const frames: SeekFrame[] = [];
  let offset = HEADER_BYTES;
  let bytes = table.length;
  for (let left = footer.readUInt32LE(0); left > 0; left--) {
    const frame = {
      bytes: table.readUInt32LE(offset),
      contentBytes: table.readUInt32LE(offset + 4),
      checksum: hasChecksums ? table.readUInt32LE(offset + 8) : 0,
    };
    offset += hasChecksums ? ENTRY_BYTES : ENTRY_BYTES - 4;
    bytes += frame.bytes;
    frames.push(frame);
  }
  return bytes === fileBytes ? frames : null;
}

const SKIPPABLE_MAGIC = 0x184d2a5e;
const SEEKABLE_MAGIC = 0x8f92eab1;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const HAS_CHECKSUMS = 0x80;
