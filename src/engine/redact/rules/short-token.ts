import { isPlaceholder } from './placeholder.ts';
import { isScrambled } from './scrambled.ts';
import { isWords } from './words.ts';

/**
 * Whether something too short to be judged by its entropy looks like chance: letters and digits that take turns as they do in no
 * name or version, and are no number in hexadecimal.
 */
export function isShortToken(value: string): boolean {
  if (!/^[A-Za-z0-9]{8,32}$/.test(value) || isPlaceholder(value)) return false;
  if (/^(?:[0-9a-f]+|[0-9A-F]+|0x.*)$/.test(value) || !/[a-z]/i.test(value)) return false;
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value);
  const turns = value.match(/\d+|[a-z]+|[A-Z]+/g)?.length ?? 0;
  const numbers = value.match(/\d+/g)?.length ?? 0;
  return numbers >= 2 && turns > Math.max(isMixed ? 4 : MOST_OF_NAMES, value.length / 3);
}

/** Whether a value is no name, number or word: a token, or a password with signs in it. */
export function isChanceLike(value: string): boolean {
  if (isPlaceholder(value) || isWords(value) || /^[$%<{/.~-]|^[\d.:/]+$|:\/\//.test(value)) return false;
  if (isShortToken(value) || isScrambled(value)) return true;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s.,:;/-]/].filter((kind) => kind.test(value)).length;
  return classes >= 3 && value.length >= SHORTEST;
}

/** `id3v2tag` has as many. */
const MOST_OF_NAMES = 5;
const SHORTEST = 8;
