/**
 * Cuts a text that comes in pieces into its lines. A line without end is cut, too, where a word ends, so that no part of a text can
 * grow without limit; where it is cut does not depend on how the text came.
 */
export class MarkdownLines {
  #rest = '';
  #isPiece = false;

  push(text: string): MarkdownLine[] {
    const lines: MarkdownLine[] = [];
    const [first = '', ...others] = text.split('\n');
    let line = this.#rest + first;
    for (const next of others) {
      const last = this.#cut(line, lines);
      lines.push({ text: last.endsWith('\r') ? last.slice(0, -1) : last, isPiece: this.#isPiece });
      this.#isPiece = false;
      line = next;
    }
    this.#rest = this.#cut(line, lines);
    return lines;
  }

  /** What came behind the last end of a line; null for nothing. */
  get rest(): MarkdownLine | null {
    return this.#rest === '' && !this.#isPiece ? null : { text: this.#rest, isPiece: this.#isPiece };
  }

  #cut(line: string, lines: MarkdownLine[]): string {
    let from = 0;
    while (line.length - from >= longest + longestWord) {
      const end = cutOf(line, from);
      lines.push({ text: line.slice(from, end), isPiece: this.#isPiece });
      this.#isPiece = true;
      from = end;
    }
    return from === 0 ? line : line.slice(from);
  }
}

export interface MarkdownLine {
  text: string;
  /** It goes on with the line before. */
  isPiece: boolean;
}

function cutOf(line: string, from: number): number {
  const most = from + longest + longestWord;
  const space = line.indexOf(' ', from + longest);
  if (space >= 0 && space < most - 1) return space + 1;
  const unit = line.charCodeAt(most - 1);
  // Not between the halves of a character.
  return unit >= 0xd800 && unit <= 0xdbff ? most - 1 : most;
}

const longest = 4096;
const longestWord = 512;
