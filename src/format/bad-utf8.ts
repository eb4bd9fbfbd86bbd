import { isUtf8 } from 'node:buffer';

/**
 * Where the first byte stands that is not part of well-formed UTF-8 (no overlong form, no surrogate, nothing over U+10FFFF).
 *
 * @returns an index between `start` and `end`; `end` when everything is well-formed
 */
export function findBadUtf8(bytes: Buffer, start: number, end: number): number {
  let from = start;
  // Whole pieces are passed over quickly; a piece that ends within a character is cut back to where it begins.
  while (end - from > PIECE) {
    let to = from + PIECE;
    while (to > from && isContinuation(bytes[to] as number)) to--;
    if (to === from || !isUtf8(bytes.subarray(from, to))) break;
    from = to;
  }
  while (from < end) {
    const length = characterLength(bytes, from, end);
    if (length === 0) return from;
    from += length;
  }
  return end;
}

/** Bytes of the character at `at`; 0 when there is none. RFC 3629, section 4. */
function characterLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  const second = bytes[at + 1] as number;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = 2; i < length; i++) if (!isContinuation(bytes[at + i] as number)) return 0;
  return length;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

const PIECE = 4096;
