import { displayWidth } from '../../ui/text-width.ts';

/**
 * Rows that were laid out for a wider screen, for one of some columns: what is too wide goes on in the next row, at a word
 * where there is one. Colours go on with it. A line that is drawn to the margin ends there.
 */
export function refit(rows: readonly string[], columns: number): string[] {
  return rows.flatMap((row) => {
    if (displayWidth(row) <= columns) return [row];
    const shorter = withShorterRule(row, columns);
    return displayWidth(shorter) <= columns ? [shorter] : broken(shorter, columns);
  });
}

/** Takes away what is too much of the line in which a row ends. */
function withShorterRule(row: string, columns: number): string {
  const [whole, rule = '', ending = ''] = ruleAtEnd.exec(row) ?? [''];
  if (whole === '') return row;
  const left = rule.slice(0, Math.max(0, rule.length - (displayWidth(row) - columns)));
  const before = row.slice(0, row.length - whole.length);
  return (left === '' ? before.trimEnd() : before + left) + ending;
}

function broken(row: string, columns: number): string[] {
  const made: string[] = [];
  /** All that was said of colours in the row so far: what ends one of them does no harm. */
  let colours = '';
  let line = new Line('');
  for (const part of row.split(sequence)) {
    if (part.startsWith('\u001b')) {
      colours += part;
      line.text += part;
      continue;
    }
    for (const { segment } of characters.segment(part)) {
      const width = displayWidth(segment);
      if (line.width + width > columns && line.width > 0) {
        const rest = line.cut(columns);
        made.push(colours === '' ? line.text : line.text + endOfColours);
        line = new Line(rest === null ? colours : rest.colours);
        if (rest) line.add(rest.text, displayWidth(rest.text));
        // The blank between two words is where they are broken.
        if (line.width === 0 && segment === ' ') continue;
      }
      if (segment === ' ') line.mark(colours);
      line.add(segment, width);
    }
  }
  return [...made, line.text];
}

class Line {
  text: string;
  width = 0;
  #word: { at: number; width: number; colours: string } | null = null;

  /** @param text of no width */
  constructor(text: string) {
    this.text = text;
  }

  add(text: string, width: number): void {
    this.text += text;
    this.width += width;
  }

  /** A blank comes next. */
  mark(colours: string): void {
    this.#word = { at: this.text.length, width: this.width, colours };
  }

  /** Takes the last word away, unless that would leave less than half of the row. */
  cut(columns: number): { text: string; colours: string } | null {
    const word = this.#word;
    if (!word || word.width < columns / 2) return null;
    const text = this.text.slice(word.at + 1);
    this.text = this.text.slice(0, word.at);
    return { text, colours: word.colours };
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a sequence.
const sequence = /(\u001b\[[\d;]*m)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a sequence.
const ruleAtEnd = /(─{3,})((?:\u001b\[[\d;]*m)*)$/;
const endOfColours = '\u001b[0m';
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });
