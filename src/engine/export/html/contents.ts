import { ownCopy } from '../../../base/own-copy.ts';
import { escapeLine, excerpt } from './text/escape.ts';

/** The turns of a session, to choose from. As many as a reader would look through; the script adds the others. */
export class Contents {
  readonly #entries: Entry[] = [];
  #turns = 0;

  add(anchor: string, turn: number, isGone: boolean): void {
    this.#turns++;
    if (this.#entries.length < MOST) this.#entries.push({ anchor, turn, isGone, title: '' });
  }

  /** What the turn that was added last is about. */
  describe(text: string): void {
    const entry = this.#entries.length === this.#turns ? this.#entries.at(-1) : undefined;
    if (entry?.title === '') entry.title = ownCopy(excerpt(text, 70), 80);
  }

  html(): string {
    const rows = this.#entries.map(
      ({ anchor, turn, isGone, title }) =>
        `<li${isGone ? ' class="gone"' : ''}><a href="#${anchor}"><b>${turn}</b> ${escapeLine(title)}</a></li>\n`,
    );
    return `<nav id="contents" aria-label="Turns">\n<h2>Turns</h2>\n<ol>\n${rows.join('')}</ol>\n</nav>\n`;
  }
}

const MOST = 1000;

interface Entry {
  anchor: string;
  turn: number;
  isGone: boolean;
  title: string;
}
