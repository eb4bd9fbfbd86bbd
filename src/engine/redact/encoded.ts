import { beginsMedia } from './media.ts';

/** A stretch of base64, or of hexadecimal digits, in a text, and what it says, where that is text. */
export interface BaseRun {
  start: number;
  end: number;
  encoding: 'base64' | 'hex';
  /** Each stretch of text in it; to be gone through once. */
  texts: Iterable<string>;
  /** A picture, or the like, that was not looked at. */
  isMedia: boolean;
}

/** Every stretch of base64 that holds text, or a picture, and of hexadecimal digits that do; also one that is broken over lines. */
export function* baseRuns(text: string): Generator<BaseRun> {
  // A stretch cannot lie between two places that are as far apart as the shortest is long.
  for (let at = SHORTEST - 1; at < text.length; at += SHORTEST) {
    if (!isBase(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && isBase(text.charCodeAt(start - 1))) start--;
    let end = endOfRun(text, at);
    if (end - start < SHORTEST) continue;
    end = endOfLines(text, end);
    at = end;
    const whole = text.slice(start, end);
    if (isHexText(whole)) {
      const bytes = Buffer.from(whole.replace(lineBreaks, ''), 'hex');
      yield { start, end, encoding: 'hex', texts: textStretches(bytes), isMedia: false };
      continue;
    }
    // Text in base64 has capitals and small letters, whatever it says; names and hashes often do not.
    if (!/[A-Z]/.test(whole) || !/[a-z]/.test(whole)) continue;
    if (isMedia(text, start)) {
      yield { start, end, encoding: 'base64', texts: [], isMedia: true };
      continue;
    }
    yield { start, end, encoding: 'base64', texts: decode(whole), isMedia: false };
  }
}

/** Of hashes, hardly one in a million begins as a text does. */
function isHexText(run: string): boolean {
  return /^(?:0[9ad]|[2-6][0-9a-f]|7[0-9a-e]){8}/i.test(run) && /^[0-9a-f\\nr\r\n]+$/i.test(run);
}

function endOfRun(text: string, from: number): number {
  let end = from;
  while (end < text.length && isBase(text.charCodeAt(end))) end++;
  return end;
}

/** Further lines of it, and what fills it up. */
function endOfLines(text: string, from: number): number {
  let end = from;
  for (;;) {
    nextLine.lastIndex = end;
    if (!nextLine.test(text)) break;
    const line = nextLine.lastIndex;
    const lineEnd = endOfRun(text, line);
    // A last line may be short; then it is the whole of its line.
    if (lineEnd - line < 60 && (lineEnd === line || !/[\s"'=\\]/.test(text[lineEnd] ?? '\n'))) break;
    end = lineEnd;
  }
  for (let filled = 0; text[end] === '=' && filled < 2; filled++) end++;
  return end;
}

const lineBreaks = /\r?\n|(?:\\r)?\\n/g;
const nextLine = /\r?\n|(?:\\r)?\\n/y;

function isBase(code: number): boolean {
  return baseCodes[code] === 1;
}

const baseCodes = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-') {
  baseCodes[character.charCodeAt(0)] = 1;
}

const SHORTEST = 20;

/** A part at a time: what is made of a part is several times its size. */
function* decode(run: string): Generator<string> {
  if (run.length <= PART + OVERLAP) yield* decodePart(run);
  else for (let at = 0; at < run.length; at += PART) yield* decodePart(run.slice(at, at + PART + OVERLAP));
}

/** A stretch may begin with what does not belong to it, such as a path: then it is read from each of four places. */
function decodePart(run: string): string[] {
  const joined = run.replace(lineBreaks, '');
  const texts: string[] = [];
  for (let skip = 0; skip < 4; skip++) {
    const bytes = Buffer.from(skip === 0 ? joined : joined.slice(skip), 'base64');
    const found = [...textStretches(bytes)];
    texts.push(...found);
    // What is text for the most part was read from where it begins.
    if (found.reduce((sum, { length }) => sum + length, 0) > bytes.length / 2) break;
  }
  return texts;
}

const PART = 1 << 18;
const OVERLAP = 1 << 14;

/** Stretches of ASCII, with whatever is no ASCII in UTF-8 between them; and of UTF-16, with its NULs. */
function* textStretches(bytes: Buffer): Generator<string> {
  let from = 0;
  for (let at = SHORTEST_TEXT - 1; at < bytes.length; at += SHORTEST_TEXT) {
    if (!isText(bytes[at] as number)) continue;
    let start = at;
    while (start > from && isText(bytes[start - 1] as number)) start--;
    let end = at + 1;
    while (end < bytes.length && isText(bytes[end] as number)) end++;
    if (end - start < SHORTEST_TEXT) continue;
    // Words that are not ASCII belong to it.
    while (end < bytes.length && isTextOrHigh(bytes[end] as number)) end++;
    while (start > from && isTextOrHigh(bytes[start - 1] as number)) start--;
    yield bytes.toString('utf8', start, end);
    from = end;
    at = end;
  }
  if (bytes.includes(0)) for (const [wide] of bytes.toString('latin1').matchAll(wideText)) yield wide;
}

const wideText = /(?:[\t\n\r\x20-\x7e]\0){8,}[\t\n\r\x20-\x7e]?/g;

/** ASCII that is printed, breaks a line, or begins a colour. */
function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x1b;
}

function isTextOrHigh(byte: number): boolean {
  return byte >= 0x80 || isText(byte);
}

const SHORTEST_TEXT = 12;

function isMedia(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 60), start);
  return (
    /data:(?:image|audio|video|font)\/[\w.+-]+;base64,$/.test(before) && beginsMedia(text.slice(start, start + 16))
  );
}
