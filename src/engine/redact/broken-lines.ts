import { isMasked, isPlaceholder } from './rules/placeholder.ts';
import type { Match } from './rules/rule.ts';
import { isScrambled } from './rules/scrambled.ts';
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

/**
 * A break as it is, or escaped as in JSON in a text; with a token on both sides. Passwords have more signs in them than tokens: by
 * such a sign a line begins, too, but then not alone, as the `$ ` of a shell does.
 */
const breakPattern = /[\w+/=.~:!#%*@$&^?-](?:\\?\r?\n|(?:\\+r)?\\+n)(?=[\w+/=.~:-]|[!#%*@$&^?]{1,4}[\w+/=.~:-])/g;
const stickyBreak = /(?:\\?\r?\n|(?:\\+r)?\\+n)(?=[\w+/=.~:-]|[!#%*@$&^?]{1,4}[\w+/=.~:-])/y;

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
    newer: (match, isBegun) => {
      const own = withoutNextLines(match, isBegun, { text, cuts, at });
      return own && isAcross(own, cuts) ? own : null;
    },
  };
}

/** Whether a break lies in a match, be it in the name before the secret. */
function isAcross({ start, end, from = start, severity, value }: Match, cuts: readonly number[]): boolean {
  const inside = cuts.filter((cut) => start < cut && end > cut).map((cut) => cut - start);
  if (inside.length === 0) return cuts.some((cut) => from < cut && end > cut);
  if (severity === 'high') return true;
  const parts = [0, ...inside].map((cut, index) => value.slice(cut, inside[index]));
  // Words on both sides are words, and what is shown instead of a secret is all that is shown.
  return !parts.every((part) => /^[A-Za-z]{1,5}$/.test(part) || isWords(part)) && !isMasked(parts[0] as string);
}

interface Broken {
  /** With the breaks in it. */
  text: string;
  cuts: readonly number[];
  at(index: number): number;
}

/** A match up to the last break behind which its token goes on; null where nothing is left that could be a secret. */
function withoutNextLines(match: Match, isBegun: boolean, broken: Broken): Match | null {
  if (!match.isOpen) return match;
  let { end } = match;
  for (let cut = lastCut(match, end, broken); cut !== null; cut = lastCut(match, end, broken)) {
    const line = match.value.slice(Math.max(0, cut - match.start), end - match.start);
    const isWhole = keyLengths.has(end - match.start) && isBase64.test(line);
    if (isBegun ? isWhole || goesOn(line, broken.text[broken.at(end - 1) + 1]) : !isNamed.test(line)) break;
    if (cut <= match.start) return null;
    end = cut;
  }
  if (end === match.end) return match;
  const value = match.value.slice(0, end - match.start);
  return isWords(value) || isPlaceholder(value) ? null : { ...match, end, value };
}

function lastCut({ start, from = start }: Match, end: number, { cuts }: Broken): number | null {
  return cuts.findLast((cut) => cut > from && cut < end) ?? null;
}

/**
 * Whether a token really goes on behind a break: where its rule does not know how long it is, it may be another word that happens to
 * follow.
 *
 * @param line what stands behind the break
 * @param next the character behind that
 */
function goesOn(line: string, next: string | undefined): boolean {
  if (next === '"' || next === "'" || next === '`') return true;
  if (next === '=' || next === ':' || next === '(' || isNamed.test(line)) return false;
  if (/\d/.test(line) || line.length >= 20) return true;
  return (line.length > 2 && /[A-Z]/.test(line) && !isWords(line)) || isScrambled(line.replace(/[^A-Za-z]/g, ''));
}

/** Of keys as they are made most often, in hexadecimal or base64: with another word behind it, hardly any token is just as long. */
const keyLengths = new Set([32, 40, 64, 128]);
const isBase64 = /^[\w+/-]+={0,2}$/;
/** `NAME=value` and `name:` begin a line of their own. */
const isNamed = /^[A-Za-z_][\w.-]*(?:=(?=[^=\s])|:$)/;

function isToken(code: number): boolean {
  return tokenCodes[code] === 1;
}

const tokenCodes = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+/=.~:-!#%*@$&^?') {
  tokenCodes[character.charCodeAt(0)] = 1;
}

const BEFORE = 120;
const AFTER = 80;
const LONGEST_RUN = 400;
const MOST_BREAKS = 8;
/** A token on five lines is whole in one of the pieces of a block. */
const OVERLAP = 4;
