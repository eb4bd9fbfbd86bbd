import { brokenLines } from './broken-lines.ts';
import type { Encoding } from './rules/rule.ts';
import type { View } from './view.ts';

/** Every way to read a text in which a secret may be whole that is in pieces in the text itself. One after the other: each is large. */
export function* views(text: string): Generator<View> {
  yield* brokenLines(text);
  if (text.includes(ESCAPE)) yield* withoutCodes(text, 'escapes', colours);
  if (text.includes('\0')) yield* withoutCodes(text, 'utf-16', nuls);
  yield* urlCoded(text);
  if (text.includes('&')) yield* around(text, 'entities', entities, characterOfEntity);
  if (text.includes('\\')) yield* around(text, 'code', escapes, characterOfEscape);
}

const ESCAPE = '\u001b';
const BELL = '\u0007';
/** What a terminal was told to show. */
const colours = new RegExp(
  `${ESCAPE}(?:\\[[0-9;?]*[A-Za-z]|\\][^${BELL}${ESCAPE}]{0,2000}(?:${BELL}|${ESCAPE}\\\\))`,
  'g',
);
/** Of two bytes for each character, as that of ASCII has them; a hole of NULs is no such text. */
const nuls = /(?<!\0)\0(?!\0)/g;

/** The text without these codes, a part at a time, so that what is noted of it does not grow with the text. */
function* withoutCodes(text: string, encoding: Encoding, codes: RegExp): Generator<View> {
  for (let start = 0; start < text.length; start += PART) {
    const view = mapped(text.slice(start, start + PART + OVERLAP), encoding, codes, () => '');
    if (view) yield { ...view, at: (index) => start + view.at(index) };
  }
}

/** Each stretch that is encoded as in an address, decoded. */
function* urlCoded(text: string): Generator<View> {
  let from = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', Math.max(at + 1, from))) {
    if (!/^[0-9A-Fa-f]{2}$/.test(text.slice(at + 1, at + 3))) continue;
    const start = startOfCoded(text, at, from);
    codedStretch.lastIndex = start;
    const stretch = codedStretch.exec(text)?.[0] ?? '';
    from = start + stretch.length;
    const view = mapped(stretch, 'url', coded, asciiOf);
    if (view) yield { ...view, at: (place) => start + view.at(place) };
  }
}

function startOfCoded(text: string, at: number, from: number): number {
  let start = at;
  while (start > from && at - start < LONGEST_BEFORE && !/[\s"`<>]/.test(text[start - 1] as string)) start--;
  return start;
}

const codedStretch = /[^\s"`<>]{0,4000}/y;

/** Also what was encoded more than once: `%253D`. */
const coded = /%(?:25)*[0-9A-Fa-f]{2}/g;

function asciiOf(code: string): string {
  const byte = Number.parseInt(code.slice(-2), 16);
  return byte < 0x80 ? String.fromCharCode(byte) : code;
}

/** `&quot;`, `&#39;`, `&amp;#x3d;`: of HTML and XML, also encoded more than once. */
const entities = /&(?:amp;)*(?:quot|apos|amp|lt|gt|#(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])|#[xX][2-7][0-9a-fA-F]);/g;
const named: { [name: string]: string } = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };

function characterOfEntity(entity: string): string {
  const name = entity.slice(1, -1).replace(/^(?:amp;)+/, '');
  const digits = /^#([xX]?)(\w+)$/.exec(name);
  return digits ? characterOf(digits[2] as string, digits[1] === '' ? 10 : 16) : (named[name] as string);
}

/** `\u003d`, `\x3d`, `\u{3d}`: ASCII as it is escaped in JSON and in code. */
const escapes = /\\+(?:u00[2-7][0-9a-fA-F]|u\{[2-7][0-9a-fA-F]\}|x[2-7][0-9a-fA-F])/g;

function characterOfEscape(code: string): string {
  return characterOf(code.replace('}', '').slice(-2), 16);
}

function characterOf(digits: string, base: number): string {
  return String.fromCharCode(Number.parseInt(digits, base));
}

/** What stands around each code, with the codes in it decoded. */
function* around(text: string, encoding: Encoding, codes: RegExp, decode: (code: string) => string): Generator<View> {
  for (let from = 0; from < text.length; ) {
    codes.lastIndex = from;
    const first = codes.exec(text);
    if (!first) return;
    const start = Math.max(from, first.index - LONGEST_BEFORE);
    const end = endOfCoded(text, first.index + first[0].length, codes);
    codes.lastIndex = 0;
    const view = mapped(text.slice(start, end), encoding, codes, decode);
    if (view) yield { ...view, at: (index) => start + view.at(index) };
    from = end;
  }
}

/** Behind a code and those that follow it nearby, and a bit of what comes then. */
function endOfCoded(text: string, from: number, codes: RegExp): number {
  let last = from;
  for (codes.lastIndex = from; last - from < PART; last = codes.lastIndex) {
    const next = codes.exec(text);
    if (!next || next.index > last + LONGEST_BEFORE) break;
  }
  return Math.min(text.length, last + LONGEST_BEFORE);
}

function mapped(text: string, encoding: Encoding, pattern: RegExp, replace: (found: string) => string): View | null {
  let view = '';
  let from = 0;
  /** For each change: where it stands in the view, and from where on the text goes on. */
  const moved: { at: number; by: number; width: number }[] = [];
  for (const { 0: found, index } of text.matchAll(pattern)) {
    view += text.slice(from, index);
    const put = replace(found);
    moved.push({ at: view.length, by: index - view.length, width: found.length });
    view += put;
    from = index + found.length;
    if (put.length > 0) moved.push({ at: view.length, by: from - view.length, width: 1 });
    else moved.splice(-1, 1, { at: view.length, by: from - view.length, width: 1 });
  }
  if (moved.length === 0) return null;
  view += text.slice(from);
  const place = (index: number) => moved[lastAt(moved, index)];
  return {
    text: view,
    encoding,
    at: (index) => index + (place(index)?.by ?? 0),
    width: (index) => place(index)?.width ?? 1,
    // What lies beside the change may be what tells that it is one.
    newer: (match) => match,
  };
}

function lastAt(moved: readonly { at: number }[], index: number): number {
  let low = 0;
  let high = moved.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moved[middle] as { at: number }).at <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const LONGEST_BEFORE = 400;
/** Parts overlap, so that every secret but the longest is whole in one of them. */
const PART = 1 << 18;
const OVERLAP = 1 << 14;
