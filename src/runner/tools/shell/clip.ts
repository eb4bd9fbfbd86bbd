/** The beginning and the end of a long output, in memory that does not grow with it. */
export interface Clip {
  add(chunk: Uint8Array): void;
  /** Bytes and line feeds that came in all. */
  readonly bytes: number;
  readonly lines: number;
  readonly isCut: boolean;
  /** What was kept, as text: invalid UTF-8 is replaced, and a line between the two parts says what was left out. */
  text(): string;
}

/** Keeps `half` bytes from each end. */
export function createClip(half: number = 32 * 1024): Clip {
  const head = Buffer.alloc(half);
  const tail = Buffer.alloc(half);
  let bytes = 0;
  let lines = 0;
  return {
    add(chunk) {
      lines += countLines(chunk);
      const rest = chunk.subarray(Math.min(chunk.length, Math.max(0, half - bytes)));
      if (rest.length < chunk.length) head.set(chunk.subarray(0, chunk.length - rest.length), bytes);
      const written = Math.max(0, bytes - half);
      bytes += chunk.length;
      // Only the last `half` bytes of the chunk can stay; the tail is a ring.
      const kept = rest.subarray(Math.max(0, rest.length - half));
      const at = (written + rest.length - kept.length) % half;
      const first = kept.subarray(0, half - at);
      tail.set(first, at);
      tail.set(kept.subarray(first.length), 0);
    },
    get bytes() {
      return bytes;
    },
    get lines() {
      return lines;
    },
    get isCut() {
      return bytes > 2 * half;
    },
    text() {
      const after = Math.max(0, bytes - half);
      const start = after % half;
      const ring =
        after <= half ? tail.subarray(0, after) : Buffer.concat([tail.subarray(start), tail.subarray(0, start)]);
      if (bytes <= 2 * half) return Buffer.concat([head.subarray(0, Math.min(bytes, half)), ring]).toString('utf8');
      const [begin, end] = [withoutTornEnd(head), withoutTornBegin(ring)];
      const left = bytes - begin.length - end.length;
      const between = lines - countLines(begin) - countLines(end);
      return `${begin.toString('utf8')}\n[… ${left} bytes with ${between} line feeds left out …]\n${end.toString('utf8')}`;
    },
  };
}

function countLines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

/** Cuts off the first bytes of a character whose others are missing. */
function withoutTornEnd(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (isContinuation(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

function withoutTornBegin(bytes: Buffer): Buffer {
  let at = 0;
  while (at < 3 && isContinuation(bytes[at] ?? 0)) at += 1;
  return bytes.subarray(at);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
