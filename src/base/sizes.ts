import { Failure } from './failure.ts';

/**
 * Bytes of a size as a user types it: `20G`, `500MiB`, `1.5TB`. A letter alone counts in powers of 1024, as `du` and `ls` do, and
 * so does one with `iB`; one with `B` in powers of 1000. A bare number is a usage failure, but for 0.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s?(?:([KMGT])(i?B)?|B)$/i.exec(text);
  const [, number, letter, ending] = match ?? (text === '0' ? [text, '0'] : []);
  if (number !== undefined) {
    const power = letter === undefined ? 0 : 'KMGT'.indexOf(letter.toUpperCase()) + 1;
    const bytes = Math.floor(Number(number) * (ending?.toLowerCase() === 'b' ? 1000 : 1024) ** power);
    if (Number.isSafeInteger(bytes)) return bytes;
  }
  const hint = /^\d+(\.\d+)?$/.test(text)
    ? `name the unit: ${text}G, ${text}M or ${text}B`
    : 'such as 20G, 500MiB or 800MB';
  throw new Failure('usage', `'${text}' is not a size`, { hint });
}
