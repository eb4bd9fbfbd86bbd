/**
 * Keys that must not come out again: whatever a server echoes is scrubbed of each key as it is, URL-encoded, and in base64
 * at any alignment. What a hostile server spells in another way cannot be found; what it says by accident is.
 */
export class Secrets {
  /** Every spelling of every key, longest first. */
  readonly #spellings: readonly string[];
  /** Those of keys that are long enough not to be a word: `ollama` and `not-needed` are keys, too. */
  readonly long: readonly string[];

  /** @param keys as they are sent; those shorter than 4 characters hide nothing and are left out */
  constructor(keys: Iterable<string>) {
    const known = [...new Set(keys)].filter((key) => key.length >= 4);
    this.#spellings = spellingsOf(known);
    this.long = spellingsOf(known.filter((key) => key.length >= 20));
  }

  /** For texts about an exchange: errors, excerpts of what a server sent. */
  withoutSecrets(text: string): string {
    return replaceAll(text, this.#spellings);
  }

  /** For what the model wrote, where only keys that cannot be ordinary words are replaced. */
  withoutLongSecrets(text: string): string {
    return replaceAll(text, this.long);
  }

  /** The same for every text inside of a JSON value. A value without secrets is given back itself. */
  cleanValue<T>(value: T): T {
    return this.long.length === 0 ? value : (this.#clean(value) as T);
  }

  #clean(value: unknown): unknown {
    if (typeof value === 'string') return this.withoutLongSecrets(value);
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value);
    const cleaned = entries.map(([key, member]) => [this.withoutLongSecrets(key), this.#clean(member)] as const);
    if (cleaned.every(([key, member], index) => key === entries[index]?.[0] && member === entries[index]?.[1])) {
      return value;
    }
    return Array.isArray(value) ? cleaned.map(([, member]) => member) : Object.fromEntries(cleaned);
  }
}

/** What stands in place of a key. */
export const hidden = '[secret]';

function replaceAll(text: string, spellings: readonly string[]): string {
  return spellings.reduce(
    (left, spelling) => (left.includes(spelling) ? left.replaceAll(spelling, hidden) : left),
    text,
  );
}

function spellingsOf(keys: readonly string[]): string[] {
  const spellings = new Set(keys.flatMap((key) => [key, ...urlEncoded(key), ...base64Encoded(key)]));
  return [...spellings].filter((spelling) => spelling.length >= 4).sort((a, b) => b.length - a.length);
}

/** As in a path, as strictly as RFC 3986 has it, and as in a form; with either case of the digits. */
function urlEncoded(key: string): string[] {
  const path = encodeURIComponent(Buffer.from(key).toString());
  const strict = path.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', key]]).toString().slice(1);
  const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  return [path, strict, form].flatMap((text) => [text, lower(text)]);
}

/** For each of the three ways in which the key can lie in a longer text: the characters that the key alone decides. */
function base64Encoded(key: string): string[] {
  const bytes = Buffer.from(key);
  const found: string[] = [];
  for (let before = 0; before < 3; before++) {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    found.push(own, own.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return found.filter((own) => own.length >= 6);
}
