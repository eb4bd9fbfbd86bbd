import type { Key } from './key.ts';

/** Knows what was pasted on a terminal that puts no marks around it. */
export class UnmarkedPaste {
  /** When the last part of one came that may go on; null for none. */
  #cutAt: number | null = null;

  /**
   * Keys that arrived in one piece: lines with something behind them are a paste, for nobody types so fast; each of them for itself
   * would be sent. A terminal hands a long one over in pieces.
   *
   * @param bytes how many they were
   * @param now milliseconds since the epoch
   */
  take(keys: readonly Key[], bytes: number, now: number): readonly Key[] {
    const isGoingOn = this.#cutAt !== null && Math.abs(now - this.#cutAt) < pieceMs;
    this.#cutAt = null;
    if (!keys.every(isWritten) || !(isGoingOn || hasLines(keys))) return keys;
    if (bytes >= longPiece) this.#cutAt = now;
    const text = keys
      .map((key) => letters[key.name] ?? key.text)
      .join('')
      .replace(/\r\n?/g, '\n');
    return [{ name: 'paste', text, ctrl: false, alt: false, shift: false }];
  }
}

/** A text, the end of its line, and another text. */
function hasLines(keys: readonly Key[]): boolean {
  const first = keys.findIndex(({ name }) => name === 'text');
  const last = keys.findLastIndex(({ name }) => name === 'text');
  return first >= 0 && keys.slice(first, last).some(({ name }) => name === 'enter');
}

function isWritten({ name, ctrl, alt, shift }: Key): boolean {
  if (name === 'j') return ctrl && !alt && !shift;
  return (name === 'text' || name in letters) && !ctrl && !alt && !shift;
}

const letters: { readonly [name: string]: string } = { enter: '\r', j: '\n', tab: '\t' };
/** How soon the next piece follows, and from how many bytes on there may be one. */
const pieceMs = 50;
const longPiece = 1000;
