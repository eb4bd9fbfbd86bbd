import type { Match } from './rules/rule.ts';
import { isWords } from './rules/words.ts';
import type { View } from './view.ts';

/** What stands around each line break that may have cut a token in two, without the break. */
export function* brokenLines(text: string): Generator<View> {
  for (const piece of pieces(text)) yield joined(text, piece);
}

interface Piece {
  start: number;
  /** Start and end of each break. */
  breaks: [start: number, end: number][];
  end: number;
}

function* pieces(text: string): Generator<Piece> {
  for (let hit = breakFrom(text, 0); hit; ) {
    const [start, end] = hit;
    const left = runBefore(text, start);
    const breaks = [hit];
    let right = runAfter(text, end);
    // A line that is all token may be broken again.
    for (let next = breakAt(text, right); next > 0 && breaks.length < MOST_BREAKS; next = breakAt(text, right)) {
      breaks.push([right, next]);
      right = runAfter(text, next);
    }
    const token = text.slice(left, start) + text.slice(end, right);
    if (looksBroken(token)) {
      yield { start: lineStart(text, left), breaks, end: Math.min(text.length, right + AFTER) };
    }
    // Of a block of such lines, pieces that overlap are enough.
    const [, from] = (breaks.length === MOST_BREAKS ? breaks[MOST_BREAKS - OVERLAP] : hit) ?? hit;
    hit = breakFrom(text, from);
  }
}

/** Start and end of the next break. */
function breakFrom(text: string, from: number): [number, number] | null {
  breakPattern.lastIndex = from;
  const hit = breakPattern.exec(text);
  return hit && [hit.index + 1, breakPattern.lastIndex];
}

/** A break as it is, or escaped as in JSON in a text; with a token on both sides. */
const breakPattern = /[\w+/=.~:-](?:\\?\r?\n|(?:\\+r)?\\+n)(?=[\w+/=.~:-])/g;
const stickyBreak = /(?:\\?\r?\n|(?:\\+r)?\\+n)(?=[\w+/=.~:-])/y;

function breakAt(text: string, at: number): number {
  stickyBreak.lastIndex = at;
  return stickyBreak.test(text) ? stickyBreak.lastIndex : 0;
}

function runBefore(text: string, end: number): number {
  let at = end;
  while (at > 0 && end - at < LONGEST_RUN && isToken(text.charCodeAt(at - 1))) at--;
  return at;
}

function runAfter(text: string, start: number): number {
  let at = start;
  while (at < text.length && at - start < LONGEST_RUN && isToken(text.charCodeAt(at))) at++;
  return at;
}

/** Where the line begins that a token stands in, or as far before it as the name may be that tells of it. */
function lineStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && from - at < BEFORE && text[at - 1] !== '\n') at--;
  return at;
}

/** Whether it may be a token in two parts: not names one below the other, or words. */
function looksBroken(token: string): boolean {
  if (/secret|token|passw|auth|key|pwd|bearer|basic|:\/\//i.test(token)) return true;
  if (token.length < 8) return false;
  if (!/[a-z]/.test(token)) return token.length >= 16;
  if (!/\d/.test(token) && !/[a-z][A-Z]/.test(token)) return false;
  return !/^[a-z]+(?:[-_./:][a-z]+)*[-_./:]?\d{0,2}$/i.test(token) || /[a-z][A-Z][a-z]?[A-Z\d]/.test(token);
}

function joined(text: string, { start, breaks, end }: Piece): View {
  let view = '';
  const cuts: number[] = [];
  let from = start;
  const moved: { at: number; by: number }[] = [];
  for (const [breakStart, breakEnd] of breaks) {
    view += text.slice(from, breakStart);
    cuts.push(view.length);
    from = breakEnd;
    moved.push({ at: view.length, by: breakEnd - view.length });
  }
  view += text.slice(from, end);
  const at = (index: number) => index + (moved.findLast((move) => index >= move.at)?.by ?? start);
  return {
    text: view,
    encoding: 'wrapped',
    at,
    width: () => 1,
    isNew: (match, isBegun) => isAcross(match, cuts) && (!isBegun || goesOn(text, match, cuts, at)),
  };
}

/** Whether a break lies in a match, be it in the name before the secret. */
function isAcross({ start, end, from = start, severity, value }: Match, cuts: number[]): boolean {
  const inside = cuts.filter((cut) => start < cut && end > cut).map((cut) => cut - start);
  if (inside.length === 0) return cuts.some((cut) => from < cut && end > cut);
  // Words on both sides are words.
  const parts = [0, ...inside].map((cut, index) => value.slice(cut, inside[index]));
  return severity === 'high' || !parts.every((part) => /^[A-Za-z]{1,5}$/.test(part) || isWords(part));
}

/**
 * Whether a token really goes on behind the break: where its rule does not know how long it is, it may be another word that
 * happens to follow.
 */
function goesOn(text: string, match: Match, cuts: number[], at: (index: number) => number): boolean {
  if (!match.isOpen) return true;
  const cut = cuts.findLast((place) => place > match.start && place < match.end) ?? match.start;
  const rest = match.value.slice(cut - match.start);
  const next = text[at(match.end - 1) + 1];
  if (next === '"' || next === "'" || next === '`') return true;
  // `NAME=` and `name:` begin a line of their own.
  if (next === '=' || next === ':' || next === '(') return false;
  return /\d/.test(rest) || rest.length >= 20 || (rest.length > 2 && /[A-Z]/.test(rest) && !isWords(rest));
}

function isToken(code: number): boolean {
  return tokenCodes[code] === 1;
}

const tokenCodes = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+/=.~:-') {
  tokenCodes[character.charCodeAt(0)] = 1;
}

const BEFORE = 120;
const AFTER = 80;
const LONGEST_RUN = 400;
const MOST_BREAKS = 8;
/** A token on five lines is whole in one of the pieces of a block. */
const OVERLAP = 4;
