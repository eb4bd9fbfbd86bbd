import type { Line } from '../../format/line-framer.ts';

/** Whether a file's first line is UTF-16: it begins with a byte order mark of that, or every other byte is NUL. */
export function isUtf16({ bytes, start, end }: Line): boolean {
  if (end - start < 2) return false;
  const first = bytes[start] as number;
  const second = bytes[start + 1] as number;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  if (end - start < 8 || (first === 0) === (second === 0)) return false;
  const zeroAt = first === 0 ? 0 : 1;
  for (let i = 0; i < 8; i++) if ((bytes[start + i] === 0) !== (i % 2 === zeroAt)) return false;
  return true;
}
