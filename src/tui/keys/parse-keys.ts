import type { Key } from './key.ts';
import { controlKey, csiKey, ss3Key } from './key-sequences.ts';

/**
 * Reads keys from the bytes that a terminal sends: characters in UTF-8, control characters, the sequences of xterm, of the
 * Linux console, of kitty's protocol and of `modifyOtherKeys`, and pasted text. All of them may come in pieces.
 */
export class KeyParser {
  readonly #decoder = new TextDecoder();
  /** A sequence that has begun; empty where none has. */
  #sequence = '';
  /** Pieces of a paste; null outside of one. */
  #paste: string[] | null = null;

  /** Whether a sequence has begun. An Esc that is nothing but that shows by nothing following: see `flush`. */
  get isWaiting(): boolean {
    return this.#sequence !== '';
  }

  push(bytes: Uint8Array): Key[] {
    const keys: Key[] = [];
    let text = this.#sequence + this.#decoder.decode(bytes, { stream: true });
    this.#sequence = '';
    while (text !== '') {
      const rest = this.#paste ? this.#takePaste(text, keys) : this.#take(text, keys);
      // Nothing was taken: the rest is the beginning of something.
      if (rest.length === text.length) {
        this.#sequence = text.length > longestSequence && !this.#paste ? '' : text;
        break;
      }
      text = rest;
    }
    return keys;
  }

  /** Nothing has followed for a while: what has begun is taken for what it is. */
  flush(): Key[] {
    const sequence = this.#sequence;
    if (this.#paste || sequence === '') return [];
    this.#sequence = '';
    if (sequence === ESC) return [named('escape')];
    const letter = sequence === `${ESC}[` || sequence === `${ESC}O` ? sequence.slice(1) : undefined;
    return letter === undefined ? [] : [{ ...named(letter.toLowerCase()), alt: true, shift: letter === 'O' }];
  }

  /** Takes one key from the front. */
  #take(text: string, keys: Key[]): string {
    const typed = text.slice(0, endOfText(text));
    if (typed !== '') {
      keys.push({ ...named('text'), text: typed });
      return text.slice(typed.length);
    }
    if (text[0] !== ESC) {
      keys.push(controlKey(text[0] as string));
      return text.slice(1);
    }
    return this.#takeEscape(text, keys);
  }

  #takeEscape(text: string, keys: Key[]): string {
    if (text.length === 1) return text;
    if (text[1] === ESC) {
      keys.push(named('escape'));
      return text.slice(1);
    }
    const rest = text.slice(1);
    const [sequence, parameters = '', final = ''] = csi.exec(rest) ?? [];
    if (sequence !== undefined) return this.#takeCsi(rest, { sequence, parameters, final }, keys) ?? text;
    const [ss3, letter = ''] = ss3Sequence.exec(rest) ?? [];
    if (ss3 !== undefined) {
      const key = ss3Key(letter);
      if (key) keys.push(key);
      return rest.slice(ss3.length);
    }
    if (rest[0] === '[' || rest === 'O') return unfinished.test(rest) ? text : rest;
    if (controlStrings.has(rest[0] as string)) return this.#takeString(rest) ?? text;
    const character = String.fromCodePoint(text.codePointAt(1) as number);
    keys.push(withAlt(character));
    return text.slice(1 + character.length);
  }

  /** @returns what is behind the sequence; null when it is not all there */
  #takeCsi(
    text: string,
    { sequence, parameters, final }: { sequence: string; parameters: string; final: string },
    keys: Key[],
  ): string | null {
    if (final === '~' && parameters === '200') this.#paste = [];
    // The mouse of old terminals: three more characters.
    else if (final === 'M' && parameters === '') return text.length < 5 ? null : text.slice(5);
    else {
      const key = csiKey(parameters, final);
      if (key) keys.push(key);
    }
    return text.slice(sequence.length);
  }

  /** An answer of the terminal, which is for nobody. */
  #takeString(text: string): string | null {
    const ends = [BEL, `${ESC}\\`].map((end) => ({ end, at: text.indexOf(end) })).filter(({ at }) => at >= 0);
    const [first] = ends.sort((a, b) => a.at - b.at);
    return first ? text.slice(first.at + first.end.length) : null;
  }

  #takePaste(text: string, keys: Key[]): string {
    const pieces = this.#paste as string[];
    const end = text.indexOf(pasteEnd);
    if (end >= 0) {
      pieces.push(text.slice(0, end));
      this.#paste = null;
      keys.push({ ...named('paste'), text: pieces.join('').replace(/\r\n?/g, '\n') });
      return text.slice(end + pasteEnd.length);
    }
    // The last characters may be the beginning of the end: they are read again with what follows.
    const kept = beginningOfEnd(text);
    pieces.push(text.slice(0, text.length - kept));
    return text.slice(text.length - kept);
  }
}

function named(name: string): Key {
  return { name, text: '', ctrl: false, alt: false, shift: false };
}

function withAlt(character: string): Key {
  if (endOfText(character) === 0) return { ...controlKey(character), alt: true };
  const lower = character.toLowerCase();
  return { ...named(character === ' ' ? 'space' : lower), alt: true, shift: lower !== character };
}

/** Up to where there are no control characters. */
function endOfText(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return at;
  }
  return text.length;
}

function beginningOfEnd(text: string): number {
  for (let length = Math.min(pasteEnd.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(pasteEnd.slice(0, length))) return length;
  }
  return 0;
}

const ESC = '\u001b';
const BEL = '\u0007';
const pasteEnd = `${ESC}[201~`;
const longestSequence = 256;
/** ECMA-48, behind the Esc: parameters, intermediates, final; and of the Linux console `[ [ A`. */
const csi = /^\[([0-?]*[ -/]*|\[)([@-Z\\-~])/;
const ss3Sequence = /^O([@-~])/;
const unfinished = /^(?:\[[ -?]*|\[\[|O)$/;
/** What begins OSC, DCS, APC, PM and SOS. */
const controlStrings = new Set([']', 'P', 'X', '^', '_']);
