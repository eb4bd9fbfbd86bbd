import { displayWidth } from '../../src/ui/text-width.ts';
import { MemoryScreen } from './memory-screen.ts';

/** A terminal that draws what is written as far as our screens use it: rows, the cursor, erasing, and the other screen. */
export class DrawnScreen extends MemoryScreen {
  /** What was pushed out at the top. */
  readonly above: string[] = [];
  #lines: string[][];
  #kept: { lines: string[][]; row: number; column: number } | null = null;
  #row = 0;
  #column = 0;
  #wraps = true;
  isCursorHidden = false;

  constructor(size: { columns?: number; rows?: number } = {}) {
    super(size);
    this.#lines = Array.from({ length: this.rows }, () => []);
  }

  /** The rows of the screen without blanks at their ends. */
  shown(): string[] {
    return this.#lines.map((line) =>
      Array.from(line, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  /** All rows, those above the screen too, without empty ones at the end. */
  all(): string[] {
    const rows = [...this.above, ...this.shown()];
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  get isOther(): boolean {
    return this.#kept !== null;
  }

  override write(text: string): void {
    super.write(text);
    for (const [piece, mode, code, parameters, final] of text.matchAll(
      /\u001b\[(\?)?(?:(\d+)[hl]|([\d;]*)([A-Za-z]))|[^\u001b]/gsu,
    )) {
      if (mode) this.#setMode(Number(code), piece.endsWith('h'));
      else if (final) this.#act(final, Number(parameters || (final === 'J' || final === 'K' ? 0 : 1)));
      else this.#put(piece);
    }
  }

  /** As terminals do that lay nothing out anew: rows are cut, or come back from above. */
  override resize(columns: number, rows: number): void {
    const surplus = this.#lines.length - rows;
    if (surplus > 0) {
      // First what is empty below the cursor goes.
      const below = Math.min(surplus, this.#lines.length - 1 - this.#row);
      this.#lines.splice(this.#lines.length - below);
      for (let left = surplus - below; left > 0; left--) this.#scroll(false);
    }
    while (this.#lines.length < rows) this.#lines.push([]);
    super.resize(columns, rows);
  }

  #setMode(code: number, isOn: boolean): void {
    if (code === 7) this.#wraps = isOn;
    if (code === 25) this.isCursorHidden = !isOn;
    if (code !== 1049 || isOn === this.isOther) return;
    if (isOn) {
      this.#kept = { lines: this.#lines, row: this.#row, column: this.#column };
      this.#lines = Array.from({ length: this.rows }, () => []);
    } else if (this.#kept) {
      [this.#lines, this.#row, this.#column] = [this.#kept.lines, this.#kept.row, this.#kept.column];
      this.#kept = null;
    }
  }

  #act(final: string, amount: number): void {
    if (final === 'A') this.#row = Math.max(0, this.#row - amount);
    else if (final === 'B') this.#row = Math.min(this.rows - 1, this.#row + amount);
    else if (final === 'C') this.#column = Math.min(this.columns - 1, this.#column + amount);
    else if (final === 'H') this.#row = this.#column = 0;
    else if (final === 'K') this.#line().splice(this.#column);
    else if (final === 'J') {
      if (this.#row === 0 && this.#column === 0 && !this.isOther) this.#keepAll();
      this.#line().splice(this.#column);
      for (let row = this.#row + 1; row < this.rows; row++) this.#lines[row] = [];
    } else if (final !== 'm') throw new Error(`a terminal is asked for ${final}`);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#feed();
    else {
      const width = displayWidth(character);
      if (this.#column + width > this.columns) {
        if (this.#wraps) {
          this.#feed();
          this.#column = 0;
        } else this.#column = this.columns - width;
      }
      const line = this.#line();
      while (line.length < this.#column) line.push(' ');
      // What has no width joins what stands before it.
      if (width === 0) line[Math.max(0, this.#column - 1)] += character;
      else line.splice(this.#column, width, character, ...Array.from({ length: width - 1 }, () => ''));
      this.#column += width;
    }
  }

  #feed(): void {
    if (this.#row < this.rows - 1) this.#row++;
    else this.#scroll(true);
  }

  /** As tmux does it when all of a screen is erased at once. */
  #keepAll(): void {
    const rows = this.shown();
    while (rows.at(-1) === '') rows.pop();
    this.above.push(...rows);
    this.#lines[0] = [];
  }

  #scroll(isMade: boolean): void {
    const [first = []] = this.#lines.splice(0, 1);
    if (!this.isOther)
      this.above.push(
        Array.from(first, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      );
    if (isMade) this.#lines.push([]);
    else this.#row = Math.max(0, this.#row - 1);
  }

  #line(): string[] {
    this.#lines[this.#row] ??= [];
    return this.#lines[this.#row] as string[];
  }
}
