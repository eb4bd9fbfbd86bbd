import type { FileHandle } from 'node:fs/promises';

export interface LinesOptions {
  /** 1-based. */
  offset: number;
  count: number;
  mostBytes: number;
  signal: AbortSignal;
}

export interface LinesRead {
  /** Without line ends; those over 2000 bytes are cut, which is said. */
  lines: string[];
  hasMore: boolean;
  /** Lines before the first one that was wanted, or all of the file when it ended there. */
  passed: number;
  /** It has a NUL among its first 8192 bytes. */
  isBinary: boolean;
}

/** Reads some lines of an open file in blocks; a line may be longer than memory. */
export async function readLines(
  file: FileHandle,
  { offset, count, mostBytes, signal }: LinesOptions,
): Promise<LinesRead> {
  const block = Buffer.alloc(blockSize);
  const result: LinesRead = { lines: [], hasMore: false, passed: 0, isBinary: false };
  const line = { kept: [] as Buffer[], keptBytes: 0, bytes: 0 };
  let taken = 0;
  const endLine = () => {
    if (result.passed < offset - 1) result.passed += 1;
    else if (result.lines.length >= count || taken >= mostBytes) result.hasMore = true;
    else {
      const text = Buffer.concat(line.kept).toString('utf8').replace(/\r$/, '');
      const left = line.bytes - line.keptBytes;
      result.lines.push(left > 0 ? `${text} [… ${left} bytes left out …]` : text);
      taken += line.keptBytes + 1;
    }
    Object.assign(line, { kept: [], keptBytes: 0, bytes: 0 });
  };
  for (let position = 0; !result.hasMore; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(block, 0, blockSize, position);
    if (position === 0 && block.subarray(0, Math.min(bytesRead, 8192)).includes(0))
      return { ...result, isBinary: true };
    if (bytesRead === 0) break;
    position += bytesRead;
    for (let at = 0; at < bytesRead && !result.hasMore; ) {
      const feed = block.subarray(0, bytesRead).indexOf(10, at);
      const end = feed < 0 ? bytesRead : feed;
      const room = Math.max(0, longestLine - line.keptBytes);
      const part = block.subarray(at, Math.min(end, at + room));
      if (part.length > 0 && result.passed >= offset - 1) line.kept.push(Buffer.from(part));
      line.keptBytes += part.length;
      line.bytes += end - at;
      if (feed >= 0) endLine();
      at = end + 1;
    }
  }
  if (line.bytes > 0 && !result.hasMore) endLine();
  return result;
}

const blockSize = 256 * 1024;
const longestLine = 2000;
