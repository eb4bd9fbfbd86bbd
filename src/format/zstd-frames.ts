/**
 * The structure of zstd files, as far as it is needed to tell what a file is and what is wrong with one: RFC 8878 for frame
 * headers and skippable frames. The data itself is decoded by the library.
 */
export function sniffContent(head: Uint8Array): Content {
  if (beginsFrame(head)) return 'zstd';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  // v0.1 to v0.7 differ from today's magic number in one byte.
  if (head.length >= 4 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'old-zstd';
  return 'plain';
}

export type Content = 'plain' | 'zstd' | 'old-zstd' | 'gzip';

/** Whether the bytes begin a zstd frame or a skippable frame (0x184D2A50 to 5F). */
export function isFrameStart(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const isFrame = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  const isSkippable =
    ((bytes[0] as number) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
  return isFrame || isSkippable;
}

/** The same for bytes behind which the file ends: fewer than four may be the beginning of a frame that was cut short. */
export function beginsFrame(bytes: Uint8Array): boolean {
  if (bytes.length >= 4) return isFrameStart(bytes);
  return bytes.length > 0 && isFrameStart(Buffer.concat([bytes, frameMagic.subarray(bytes.length)]));
}

const frameMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Whether a frame header announces a checksum of the content; null when the bytes are no frame header. */
export function hasChecksum(header: Uint8Array): boolean | null {
  if (header.length < 5 || header[0] !== 0x28 || !isFrameStart(header)) return null;
  return ((header[4] as number) & 0x04) !== 0;
}
