import { plain } from './verbatim.ts';

/**
 * Reads the parts of an event that no schema vouches for: Codex adds and changes fields, and a stream may have been
 * edited. Everything of the wrong kind reads as absent.
 */
export function objectOf(value: unknown): Fields {
  const object = plain(value);
  return isObject(object) ? object : {};
}

export type Fields = { readonly [key: string]: unknown };

export function listOf(value: unknown): readonly unknown[] {
  const list = plain(value);
  return Array.isArray(list) ? list : [];
}

/** The words of a command line; what is no text is shown as JSON. */
export function wordsOf(value: unknown): string[] {
  return listOf(value).map((word) => (typeof word === 'string' ? word : (JSON.stringify(word) ?? '')));
}

/** A string that says something; numbers and booleans as text. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The texts of a message's content, which is a text or a list of parts. */
export function contentText(content: unknown): string {
  const whole = plain(content);
  if (typeof whole === 'string') return whole;
  return listOf(whole)
    .flatMap((part) => textOf(objectOf(part).text) ?? [])
    .join('\n');
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
