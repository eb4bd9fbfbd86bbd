import { fromBytes } from './file-text.ts';
import { PatchProblem } from './parse-patch.ts';

/** How many comparisons a patch may cost, so that a hostile one ends. */
export interface Budget {
  left: number;
}

/**
 * Where a run of lines stands in a file, from `start` on: first as it is, then without blanks at the line ends, then without
 * those at the beginnings, then with typographic quotes, dashes and blanks made plain; as Codex does. At the end of the file
 * first, when `atEnd`. Returns -1 when it stands nowhere.
 */
export function findLines(
  lines: readonly string[],
  wanted: readonly string[],
  start: number,
  atEnd: boolean,
  budget: Budget,
): number {
  if (wanted.length > lines.length) return -1;
  const lastStart = lines.length - wanted.length;
  for (const simplify of simplifications) {
    const pattern = wanted.map(simplify);
    const from = atEnd ? Math.max(start, lastStart) : start;
    for (let at = from; at <= lastStart; at += 1) if (standsAt(lines, pattern, at, simplify, budget)) return at;
  }
  return atEnd ? findLines(lines, wanted, start, false, budget) : -1;
}

type Simplify = (line: string) => string;

function standsAt(
  lines: readonly string[],
  pattern: string[],
  at: number,
  simplify: Simplify,
  budget: Budget,
): boolean {
  for (let index = 0; index < pattern.length; index += 1) {
    budget.left -= 1;
    if (budget.left < 0)
      throw new PatchProblem('the patch takes too long to be matched; give it more context, or make it smaller');
    if (simplify(lines[at + index]!) !== pattern[index]) return false;
  }
  return true;
}

/** Of the blanks only those of ASCII, because lines are bytes here. */
const simplifications: Simplify[] = [
  (line) => line,
  trimEnd,
  trim,
  (line) => (isAscii(line) ? trim(line) : trim(plain(fromBytes(line)))),
];

function trim(line: string): string {
  const ended = trimEnd(line);
  let begin = 0;
  while (begin < ended.length && isBlank(ended.charCodeAt(begin))) begin += 1;
  return ended.slice(begin);
}

/** By hand: a regular expression would take quadratic time on a long run of blanks. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(0, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isAscii(line: string): boolean {
  return /^[\0-\x7f]*$/.test(line);
}

function plain(text: string): string {
  return text
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, ' ');
}
