import { Place, type ValuePlace } from './json-place.ts';

/** Gives the JSON text that takes the place of a string or a number, or null where it stays. */
export interface JsonVisitor {
  string(value: string, place: ValuePlace): string | null;
  /** @param text the number as it is written */
  number?(text: string, place: ValuePlace): string | null;
}

/**
 * A JSON text with some of its strings and numbers changed; everything else stays byte for byte. It takes time in proportion to
 * the text.
 *
 * @param text one valid JSON value
 */
export function rewriteStrings(text: string, visitor: JsonVisitor): string {
  const place = new Place();
  const ends = new StringEnds(text);
  let written = '';
  let from = 0;
  let end = 0;
  place.ahead = (names) => membersBehind(text, end, names);
  const put = (start: number, made: string | null) => {
    if (made === null) return;
    written += text.slice(from, start) + made;
    from = end;
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    switch (code) {
      case QUOTE: {
        const { at, isPlain } = ends.next(i + 1);
        end = at + 1;
        const value = isPlain ? text.slice(i + 1, at) : (JSON.parse(text.slice(i, end)) as string);
        place.isKey = place.expectsKey;
        if (place.isKey) place.name(value, value);
        const made = visitor.string(value, place);
        put(i, made);
        if (!place.isKey) place.pass(value);
        else if (made !== null) place.name(value, JSON.parse(made) as string);
        place.isKey = false;
        place.expectsKey = false;
        i = at;
        break;
      }
      case OPEN_OBJECT:
        place.open(true);
        break;
      case OPEN_ARRAY:
        place.open(false);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        place.close();
        break;
      case COMMA:
        place.next();
        break;
      default:
        if (!isNumeric(code)) break;
        end = i + 1;
        while (isNumeric(text.charCodeAt(end))) end++;
        // The `e` of a word begins none.
        if (code === MINUS || isDigit(code)) put(i, visitor.number?.(text.slice(i, end), place) ?? null);
        i = end - 1;
    }
  }
  return from === 0 ? text : written + text.slice(from);
}

/** Where strings end. What it knows of the next backslash it keeps, so that nothing is looked through twice. */
class StringEnds {
  readonly #text: string;
  #backslash: number;

  constructor(text: string) {
    this.#text = text;
    this.#backslash = text.indexOf('\\');
  }

  /** @param start first character behind the opening quote */
  next(start: number): { at: number; isPlain: boolean } {
    const text = this.#text;
    let at = text.indexOf('"', start);
    if (this.#backslash >= 0 && this.#backslash < start) this.#backslash = text.indexOf('\\', start);
    if (this.#backslash < 0 || this.#backslash > at) return { at, isPlain: true };
    while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
    return { at, isPlain: false };
  }
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}

/** Those of the next few members behind a value that have one of these names, and are strings without escapes. */
function membersBehind(text: string, end: number, names: ReadonlySet<string>): string[] {
  const found: string[] = [];
  nextMember.lastIndex = end;
  for (let members = 0; members < MOST_AHEAD; members++) {
    const { name, value } = nextMember.exec(text)?.groups ?? {};
    if (name === undefined) break;
    if (value !== undefined && names.has(name)) found.push(value);
  }
  return found;
}

const nextMember =
  /\s{0,20},\s{0,20}"(?<name>[^"\\]{0,80})"\s{0,20}:\s{0,20}(?:"(?<value>[^"\\]{0,200})"|[\w.+-]{1,40}|\[\s{0,20}\]|\{\s{0,20}\})(?=\s{0,20}[,}])/y;

function isNumeric(code: number): boolean {
  return isDigit(code) || code === MINUS || code === PLUS || code === POINT || code === SMALL_E || code === LARGE_E;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const LARGE_E = 0x45;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const SMALL_E = 0x65;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MOST_AHEAD = 6;
