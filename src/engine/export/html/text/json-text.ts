import { safe } from './escape.ts';

/**
 * A JSON text with its members on lines of their own. Digits, escapes and the order of keys stay as they were recorded, because
 * it is not parsed; a long one stays as it is.
 */
export function jsonBlock(json: string): string {
  return `<pre class="json">${safe(json.length > LONGEST ? json : indent(json))}</pre>\n`;
}

const LONGEST = 200_000;
const DEEPEST = 20;

function indent(json: string): string {
  const out: string[] = [];
  let depth = 0;
  let hasOpened = false;
  const newline = () => `\n${'  '.repeat(Math.min(depth, DEEPEST))}`;
  for (const token of tokensOf(json)) {
    const closes = token === '}' || token === ']';
    if (closes) depth = Math.max(0, depth - 1);
    // An empty one stays on its line.
    if (hasOpened !== closes) out.push(newline());
    hasOpened = token === '{' || token === '[';
    if (hasOpened) depth++;
    out.push(token === ':' ? ': ' : token);
    if (token === ',') out.push(newline());
  }
  return out.join('');
}

/** Texts with their quotes, signs, and whatever stands between them, but for blanks. */
function* tokensOf(json: string): Generator<string> {
  let at = 0;
  while (at < json.length) {
    const start = at;
    at = json[at] === '"' ? endOfText(json, at) : endOfPlain(json, at);
    const token = json.slice(start, at);
    if (!blank.test(token)) yield token;
  }
}

const blank = /^\s/;
const plain = /[{}[\],:]|\s+|[^"{}[\],:\s]+/y;

function endOfPlain(json: string, start: number): number {
  plain.lastIndex = start;
  plain.test(json);
  return plain.lastIndex;
}

function endOfText(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (json[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return json.length;
}
