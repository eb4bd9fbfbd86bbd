import { createHmac, randomBytes } from 'node:crypto';

/**
 * What takes the place of secrets: the same one for the same secret. Numbered by first appearance, or, with a key, made of the
 * secret by HMAC-SHA256, so that it is the same in every export that is made with that key. Nothing of a secret can be
 * had from a mark without the key.
 */
export class Marks {
  readonly #key: Uint8Array | null;
  /** For reports: known to whoever has the report, so that a secret can be looked for in it. */
  readonly salt: string;
  /** Of this run alone: secrets are remembered by it, and too many of them are marked with it. */
  readonly #ownKey = randomBytes(32);
  readonly #numbered = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** @param key of marks that are to be the same in other exports; null to number them */
  constructor(key: Uint8Array | null, salt: string = randomBytes(16).toString('hex')) {
    this.#key = key;
    this.salt = salt;
  }

  /** `[redacted:github-token:1]` */
  markOf(rule: string, value: string): string {
    const digest = hmac(this.#key ?? this.#ownKey, value).slice(0, REMEMBERED_DIGITS);
    if (this.#key) return `[redacted:${rule}:${digest.slice(0, KEYED_DIGITS)}]`;
    const known = this.#numbered.get(digest);
    if (known !== undefined) return known;
    if (this.#numbered.size >= MOST_REMEMBERED) return `[redacted:${rule}:x${digest.slice(0, KEYED_DIGITS)}]`;
    const number = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, number);
    const mark = `[redacted:${rule}:${number}]`;
    this.#numbered.set(digest, mark);
    return mark;
  }

  /** HMAC-SHA256 of the value with the salt of the report, in hexadecimal. */
  hashOf(value: string): string {
    return hmac(Buffer.from(this.salt, 'hex'), value);
  }
}

function hmac(key: Uint8Array, value: string): string {
  return createHmac('sha256', key).update(value).digest('hex');
}

const KEYED_DIGITS = 16;
const REMEMBERED_DIGITS = 32;
const MOST_REMEMBERED = 100_000;
