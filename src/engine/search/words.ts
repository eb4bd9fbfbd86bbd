import type { Term } from './query.ts';

/** The words of a text in lower case, with their places. A word is a run of letters, digits and what combines with them. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(wordPattern)) {
    tokens.push({ word: lower(match[0]), start: match.index, end: match.index + match[0].length });
  }
  return tokens;
}

/** The words alone, with a space between them. */
export function wordsOf(text: string): string {
  return tokensOf(text)
    .map(({ word }) => word)
    .join(' ');
}

export interface Token {
  word: string;
  /** In UTF-16 units; `end` is one past. */
  start: number;
  end: number;
}

/** Where a term stands among the tokens of a text; at most `most` places. */
export function findTerm(tokens: readonly Token[], term: Term, most: number): Range[] {
  const ranges: Range[] = [];
  const { words } = term;
  for (let at = 0; at + words.length <= tokens.length && ranges.length < most; at++) {
    if (
      !words.every((word, index) =>
        isWord(tokens[at + index] as Token, word, term.isPrefix && index === words.length - 1),
      )
    )
      continue;
    ranges.push({ start: (tokens[at] as Token).start, end: (tokens[at + words.length - 1] as Token).end });
  }
  return ranges;
}

export interface Range {
  start: number;
  end: number;
}

function isWord(token: Token, word: string, isPrefix: boolean): boolean {
  return isPrefix ? token.word.startsWith(word) : token.word === word;
}

/** Two signs stay what they are: of all, they alone would become an ASCII letter, which no search of bytes expects. */
function lower(word: string): string {
  return word.replace(others, (run) => run.toLowerCase());
}

/** All but the sign for kelvin and the dotted capital I of Turkish. */
const others = /[^\u212a\u0130]+/g;
const wordPattern = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
