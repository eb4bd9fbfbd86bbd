import { type Span, type Style, span } from '../../ui/transcript/paragraph.ts';

/**
 * The spans of a text of a block: emphasis, code, links with their address. What is no Markdown stays as it is written. The text
 * is short (see `markdown-lines.ts`), so that nothing in it can take long.
 */
export function inlineSpans(text: string): Span[] {
  return spansOf(text, true);
}

function spansOf(text: string, withLinks: boolean): Span[] {
  const tokens = tokensOf(text, withLinks);
  match(tokens);
  const spans: Span[] = [];
  const depth = { bold: 0, italic: 0, dim: 0 };
  for (const token of tokens) {
    for (const style of token.closes ?? []) depth[style]--;
    const style = token.style ?? styleOf(depth);
    const last = spans.at(-1);
    if (token.text !== '' && last && last.style === style) last.text += token.text;
    else if (token.text !== '') spans.push(span(token.text, style));
    for (const each of token.opens ?? []) depth[each]++;
  }
  return spans;
}

type Emphasis = 'bold' | 'italic' | 'dim';

interface Token {
  text: string;
  /** Of what is no plain text. */
  style?: Style;
  /** Of a run of `*`, `_` or `~`; its text is what was not matched yet. */
  mark?: { canOpen: boolean; canClose: boolean };
  opens?: Emphasis[];
  closes?: Emphasis[];
}

function styleOf(depth: { [style in Emphasis]: number }): Style | undefined {
  return (['bold', 'italic', 'dim'] as const).find((style) => depth[style] > 0);
}

function tokensOf(text: string, withLinks: boolean): Token[] {
  const tokens: Token[] = [];
  let plain = '';
  const add = (...added: Token[]) => {
    if (plain !== '') tokens.push({ text: plain });
    plain = '';
    tokens.push(...added);
  };
  for (let at = 0; at < text.length; ) {
    const found = tokenAt(text, at, withLinks);
    if (found === null) plain += text[at++];
    else if (typeof found.made === 'string') {
      plain += found.made;
      at = found.end;
    } else {
      add(...found.made);
      at = found.end;
    }
  }
  add();
  return tokens;
}

type Found = { made: Token[] | string; end: number } | null;

function tokenAt(text: string, at: number, withLinks: boolean): Found {
  switch (text[at]) {
    case '\\':
      if (text[at + 1] === '\n') return { made: '\n', end: at + 2 };
      return punctuation.test(text[at + 1] ?? '') ? { made: text[at + 1] as string, end: at + 2 } : null;
    case '`':
      return codeAt(text, at);
    case '!':
      return withLinks && text[at + 1] === '[' ? linkAt(text, at + 1, 'image: ') : null;
    case '[':
      return withLinks ? linkAt(text, at, '') : null;
    case '<':
    case 'h':
      return withLinks ? addressAt(text, at) : null;
    case '*':
    case '_':
    case '~':
      return marksAt(text, at);
    default:
      return null;
  }
}

const punctuation = /[!-/:-@[-`{-~]/;

function codeAt(text: string, at: number): Found {
  const end = endOfRun(text, at);
  const marks = text.slice(at, end);
  for (let from = end; ; ) {
    const close = text.indexOf(marks, from);
    if (close < 0) return { made: marks, end };
    const closeEnd = endOfRun(text, close);
    if (closeEnd - close === marks.length) {
      const inner = text.slice(end, close).replaceAll('\n', ' ');
      const isPadded = /^ .*[^ ].* $/.test(inner) || /^ `|` $/.test(inner);
      const code = isPadded ? inner.replace(/^ | $/g, '') : inner;
      return { made: [{ text: code, style: 'cyan' }], end: closeEnd };
    }
    from = closeEnd;
  }
}

/** `[text](address "title")`: what it leads to is always shown, because the text may say something else. */
function linkAt(text: string, at: number, label: string): Found {
  const close = closingBracket(text, at);
  if (close < 0 || text[close + 1] !== '(') return null;
  target.lastIndex = close + 2;
  const found = target.exec(text);
  if (!found) return null;
  const address = found[1] ?? found[2] ?? '';
  const shown = text.slice(at + 1, close);
  const inner = spansOf(shown, false).map((each): Token => ({ text: each.text, style: each.style ?? 'underline' }));
  const isSame = shown === address && label === '';
  const before: Token[] = label === '' ? [] : [{ text: label, style: 'dim' }];
  const behind: Token[] = isSame ? [] : [{ text: `${shown === '' ? '' : ' '}(${address})`, style: 'dim' }];
  return { made: [...before, ...inner, ...behind], end: target.lastIndex };
}

const target =
  /\s*(?:<([^<>\n]*)>|((?:[^\s()<]|\([^\s()]*\))[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)?)(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/y;

/** Of the bracket at an offset; -1 where another one opens before, other than in pairs. */
function closingBracket(text: string, at: number): number {
  let depth = 0;
  for (let index = at; index < Math.min(text.length, at + longestLabel); index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return index;
  }
  return -1;
}

const longestLabel = 500;

function addressAt(text: string, at: number): Found {
  const pattern = text[at] === '<' ? bracketed : bare;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (!found || isWordBefore(text, at)) return null;
  return { made: [{ text: found[1] as string, style: 'underline' }], end: pattern.lastIndex };
}

const bracketed = /<((?:https?|mailto|file):[^\s<>]*)>/y;
const bare = /(https?:\/\/[^\s<>`"')\]]*[^\s<>`"')\].,;:!?*_~])/y;

function marksAt(text: string, at: number): Found {
  const end = endOfRun(text, at);
  const marks = text.slice(at, end);
  if (marks.length > 3 || (marks[0] === '~' && marks.length !== 2)) return { made: marks, end };
  const isInside = marks[0] === '_' && isWordBefore(text, at) && wordStart.test(text.slice(end, end + 2));
  const canOpen =
    end < text.length && !/\s/.test(text[end] as string) && !isInside && !(marks[0] === '_' && isWordBefore(text, at));
  const canClose = at > 0 && !/\s/.test(text[at - 1] as string) && !isInside;
  return { made: [{ text: marks, mark: { canOpen, canClose } }], end };
}

const wordStart = /^[\p{L}\p{N}]/u;

function isWordBefore(text: string, at: number): boolean {
  return /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at));
}

function endOfRun(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at] && end < text.length) end++;
  return end;
}

/** Finds for each run that can close one the nearest that it closes, and takes both out of the text. */
function match(tokens: Token[]): void {
  const openers: Token[] = [];
  for (const token of tokens) {
    if (!token.mark) continue;
    const [letter] = token.text;
    while (token.mark.canClose && token.text !== '') {
      const at = openers.findLastIndex((opener) => opener.text[0] === letter);
      if (at < 0) break;
      const opener = openers[at] as Token;
      const length = letter === '~' ? 2 : Math.min(2, opener.text.length, token.text.length);
      const style: Emphasis = letter === '~' ? 'dim' : length === 2 ? 'bold' : 'italic';
      opener.text = opener.text.slice(length);
      token.text = token.text.slice(length);
      opener.opens = [...(opener.opens ?? []), style];
      token.closes = [...(token.closes ?? []), style];
      openers.length = opener.text === '' ? at : at + 1;
    }
    if (token.mark.canOpen && token.text !== '') openers.push(token);
  }
}
