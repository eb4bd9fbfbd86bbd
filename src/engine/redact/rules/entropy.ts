import { isPlaceholder } from './placeholder.ts';
import { isWords } from './words.ts';

/** Bits for each character, by how often each one occurs. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: string): boolean {
  return uuid.test(value);
}

/** Whether a text looks like chance: not like a name, a path, a version, a date, an id or a checksum with its label. */
export function isRandom(value: string): boolean {
  if (value.length < 16 || isPlaceholder(value) || isUuid(value)) return false;
  if (/^(?:[a-z]+:\/\/|sha\d+[-:]|\d[\d.,:TZ+-]*$|v?\d+\.\d+)/i.test(value)) return false;
  // A path; base64 may begin like one.
  if (/^[./~]/.test(value) && !(/[A-Z]/.test(value) && /\d/.test(value) && entropy(value) > 4.2)) return false;
  if (!/\d/.test(value) && !(/[a-z]/.test(value) && /[A-Z]/.test(value) && entropy(value) > 4)) return false;
  if (!/[a-z]/i.test(value) || isWords(value)) return false;
  return entropy(value) >= (/^[0-9a-f]+$/i.test(value) ? 2.8 : Math.min(3.6, Math.log2(value.length) - 0.7));
}
