const brand = Symbol.for('agent-sessions.Verbatim');

/**
 * JSON kept exactly as it was recorded: big integers, duplicate keys, key order and escapes survive, because the text is
 * copied into the output instead of being parsed and written again.
 */
export class Verbatim {
  /** The program consists of several bundles, each of which has this class; what one made is known to all. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }

  readonly [brand] = true;
  readonly text: string;
  #value: unknown;
  #parsed: boolean;

  /**
   * @param text one valid JSON value, on one line
   * @param value the same, parsed, where the caller has it already
   */
  constructor(text: string, value?: unknown) {
    this.text = text;
    this.#value = value;
    this.#parsed = value !== undefined;
  }

  /** The parsed value; parsed once, on first use. */
  get value(): unknown {
    if (!this.#parsed) {
      this.#value = JSON.parse(this.text);
      this.#parsed = true;
    }
    return this.#value;
  }
}

const recordedText = Symbol.for('agent-sessions.recorded text');

/** Ties an object to the text that it is printed as. The object itself reads as usual. */
export function withText<T extends object>(value: T, text: string): T {
  return Object.defineProperty(value, recordedText, { value: text });
}

/**
 * JSON text of an object whose members may be recorded text or `Verbatim`. Deeper members are plain values, so they are
 * not searched.
 */
export function stringify(value: unknown, depth = 2): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (value instanceof Verbatim) return value.text;
  const text = (value as { [recordedText]?: string })[recordedText];
  if (text !== undefined) return text;
  if (depth === 0 || Array.isArray(value)) return JSON.stringify(value);
  let members = '';
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members += `${members === '' ? '{' : ','}${quoted(key)}:${stringify(member, depth - 1)}`;
  }
  return members === '' ? '{}' : `${members}}`;
}

/** Keys come from a small vocabulary; quoting each once halves the time of a record. */
const quotedKeys = new Map<string, string>();

function quoted(key: string): string {
  let text = quotedKeys.get(key);
  if (text === undefined) {
    text = JSON.stringify(key);
    // Keys of tool arguments may be anything.
    if (quotedKeys.size < 1000) quotedKeys.set(key, text);
  }
  return text;
}

/** The parsed form of a value that may be `Verbatim`. */
export function plain(value: unknown): unknown {
  return value instanceof Verbatim ? value.value : value;
}
