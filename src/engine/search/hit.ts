import type { HitField } from './texts.ts';
import type { Range } from './words.ts';

/** One message, command or other text in which the query was found. Schema: `schemas/search-hit.schema.json`. */
export interface SearchHit {
  schema: 'sessions.search-hit/1';
  thread_id: string | null;
  /** 1-based recorded turn; 0 before the first. */
  turn: number;
  /** RFC 3339 UTC, where it is recorded. */
  timestamp: string | null;
  field: HitField;
  /** The text around the first match, on one line. */
  snippet: string;
  /** Where matches stand in the snippet: characters (code points), `end` is one past. */
  matches: Range[];
  path: string;
  /** 1-based. */
  line: number;
  /** Byte offset of the line in the decompressed file. */
  offset: number;
}

/** The text around the first match and the matches in it. Nothing is added but `…` where it is cut. */
export function excerpt(text: string, ranges: readonly Range[]): { snippet: string; matches: Range[] } {
  const first = ranges[0] ?? { start: 0, end: 0 };
  const from = startAt(text, first.start - BEFORE);
  const to = endAt(text, Math.min(Math.max(from + LONGEST, first.end + AFTER), first.start + MOST));
  const head = from > 0 ? '…' : '';
  const snippet = head + oneSpaced(text.slice(from, to)) + (to < text.length ? '…' : '');
  const place = (at: number) => codePoints(snippet.slice(0, Math.min(at, to) - from + head.length));
  const matches = ranges
    .filter(({ start }) => start < to)
    .map(({ start, end }) => ({ start: place(start), end: place(end) }));
  return { snippet, matches };
}

/** White space of one character each, so that places stay where they are. */
function oneSpaced(text: string): string {
  return text.replace(/\s/g, ' ');
}

/** Not between the halves of a character. */
function startAt(text: string, at: number): number {
  const from = Math.max(0, at);
  return isLowHalf(text.charCodeAt(from)) && from > 0 ? from - 1 : from;
}

function endAt(text: string, at: number): number {
  const to = Math.min(text.length, at);
  return isLowHalf(text.charCodeAt(to)) ? to + 1 : to;
}

function isLowHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const BEFORE = 60;
const AFTER = 80;
const LONGEST = 200;
const MOST = 1000;
