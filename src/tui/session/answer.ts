import type { Colours } from '../../ui/colour.ts';
import { openMarkdownStream } from '../transcript/markdown.ts';

/** An answer as it comes: rows that are finished are given once, the others can be asked for. */
export class Answer {
  readonly #columns: () => number;
  readonly #stream: ReturnType<typeof openMarkdownStream>;
  /** All of it so far. */
  text = '';
  /** What was not laid out yet. */
  #waiting = '';
  #laidOutFor = 0;
  #pending: readonly string[] = [];
  /** Rows were given. */
  hasBegun = false;

  /** @param columns of the screen, which may change */
  constructor(columns: () => number, colours: Colours) {
    this.#columns = columns;
    this.#stream = openMarkdownStream({
      get columns() {
        return Math.max(narrowest, columns() - 2);
      },
      colours,
    });
  }

  add(text: string): void {
    this.text += text;
    this.#waiting += text;
  }

  /** @returns rows that have been finished since */
  settle(): string[] {
    // What was given stays as it is; what was not is laid out for the screen as it is now.
    if (this.#waiting === '' && this.#columns() === this.#laidOutFor) return [];
    this.#laidOutFor = this.#columns();
    const { finished, pending } = this.#stream.push(this.#waiting);
    this.#waiting = '';
    this.#pending = pending;
    return this.#give(finished);
  }

  /** The rows that may still change. */
  pending(): string[] {
    return this.#lead(this.#pending, this.hasBegun);
  }

  /** @returns the rows that are left */
  end(): string[] {
    const finished = this.settle();
    this.#pending = [];
    return [...finished, ...this.#give(this.#stream.end())];
  }

  #give(rows: readonly string[]): string[] {
    if (rows.length === 0) return [];
    const led = this.#lead(rows, this.hasBegun);
    this.hasBegun = true;
    return led;
  }

  /** As messages have them in a transcript. */
  #lead(rows: readonly string[], isGoingOn: boolean): string[] {
    return rows.map((row, at) => (row === '' ? '' : `${at === 0 && !isGoingOn ? '• ' : '  '}${row}`));
  }
}

/** The rows of an answer that is all there. */
export function answerRows(text: string, columns: number, colours: Colours): string[] {
  const answer = new Answer(() => columns, colours);
  answer.add(text);
  return answer.end();
}

const narrowest = 10;
