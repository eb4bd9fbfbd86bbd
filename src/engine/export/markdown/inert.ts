import { escapeForTerminal } from '../../../base/safe-text.ts';
import { codeSpans, longestTicks } from './code-spans.ts';

/**
 * Recorded text as Markdown in which nothing is loaded or run, and that cannot end what it stands in. Everything goes through
 * `visible` first, so that a line ends at LF only, and nothing is hidden. Texts may be long and made to be slow to read: each
 * function takes time in proportion to its text, so what could begin a long run and not end it is looked for in loops.
 */

/** Text on one line, with every character as it is: what Markdown or HTML would take for markup is escaped. */
export function inline(text: string): string {
  return escapeWith(markup, onOneLine(visible(text)));
}

/** Text on one line in a code span, whose marks are longer than any run inside. */
export function code(text: string): string {
  const shown = onOneLine(visible(text));
  if (shown.trim() === '') return '';
  const marks = '`'.repeat(longestTicks(shown) + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return marks + pad + shown + pad + marks;
}

/** The same for the cell of a table, in which a bar would begin the next one wherever it stands. */
export function codeCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** A code block whose fence is longer than any run inside. */
export function fenced(text: string, language = ''): string {
  const shown = withoutOuterBreaks(visible(text), false);
  const fence = '`'.repeat(Math.max(3, longestTicks(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}\n`;
}

/**
 * What somebody wrote, as a quotation: code blocks, code spans, emphasis, lists and headings stay what they were; links and
 * images are shown as they were typed, and load nothing. A very long one, which nobody wrote by hand, is a block of code.
 */
export function quoted(text: string): string {
  if (text.length > LONGEST_PROSE) return fenced(text);
  const lines = prose(withoutOuterBreaks(visible(text), true)).split('\n');
  return `${lines.map((line) => (line === '' ? '>' : `> ${line}`)).join('\n')}\n`;
}

const LONGEST_PROSE = 200_000;

/** For the one line of HTML that the document itself holds. */
export function html(text: string): string {
  return onOneLine(visible(text)).replace(/[&<>"'`*_[\]\\$~|]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function visible(text: string): string {
  return escapeForTerminal(text.replaceAll('\r\n', '\n'));
}

/** Line breaks become blanks, with the blanks around them. */
function onOneLine(text: string): string {
  return text.includes('\n') ? text.replace(/\s+/g, (blanks) => (blanks.includes('\n') ? ' ' : blanks)) : text;
}

function withoutOuterBreaks(text: string, isBothEnds: boolean): string {
  let start = 0;
  let end = text.length;
  while (isBothEnds && text[start] === '\n') start++;
  while (end > start && text[end - 1] === '\n') end--;
  return text.slice(start, end);
}

/** Code blocks are made anew, with fences of our own, so that no reader can see their end in another place. */
function prose(text: string): string {
  const out: string[] = [];
  let block: { mark: string; indent: number; language: string; lines: string[] } | null = null;
  for (const line of text.split('\n')) {
    if (block) {
      if (isClosing(line, block.mark)) {
        out.push(fenced(block.lines.join('\n'), block.language).trimEnd());
        block = null;
      } else block.lines.push(withoutIndent(line, block.indent));
      continue;
    }
    const [, indent = '', mark = '', info = ''] = opening.exec(line) ?? [];
    if (mark !== '') block = { mark, indent: indent.length, language: languageOf(info), lines: [] };
    else out.push(proseLine(line));
  }
  if (block) out.push(fenced(block.lines.join('\n'), block.language).trimEnd());
  return out.join('\n');
}

/** At any depth: within a list, a block may be indented further than elsewhere. */
const opening = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

function isClosing(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && text === (mark[0] as string).repeat(text.length);
}

function withoutIndent(line: string, most: number): string {
  let blanks = 0;
  while (blanks < most && line[blanks] === ' ') blanks++;
  return line.slice(blanks);
}

/** Only names of languages that are nothing but coloured: a diagram would be drawn. */
function languageOf(info: string): string {
  const word = /^[A-Za-z][\w+#.-]{0,20}$/.exec(info.trim())?.[0].toLowerCase() ?? '';
  return drawn.has(word) ? '' : word;
}

const drawn = new Set(['mermaid', 'geojson', 'topojson', 'stl', 'math', 'plantuml', 'dot', 'graphviz', 'wavedrom']);

function proseLine(line: string): string {
  const heading = headingOf(line);
  if (heading !== '') return `**${spans(heading.replaceAll('*', ''))}**`;
  // A row of these under a line would make a heading of it.
  if (/^ {0,3}(?:=+|-+)[ \t]*$/.test(line)) return line.replace(/[=-]/, '\\$&');
  return spans(line);
}

/** The words of a heading, without the marks that may stand behind them too; empty where it is none. */
function headingOf(line: string): string {
  if (!/^ {0,3}#{1,6}[ \t]/.test(line)) return '';
  const words = line.slice(line.indexOf('#')).replace(/^#+/, '').trim();
  let end = words.length;
  while (words[end - 1] === '#') end--;
  const isMark = end < words.length && (end === 0 || words[end - 1] === ' ' || words[end - 1] === '\t');
  return isMark ? words.slice(0, end).trimEnd() : words;
}

/** Escapes a line, but for its code spans, which are made anew. */
function spans(line: string): string {
  let out = '';
  let from = 0;
  for (const { start, end, content } of codeSpans(line)) {
    out += escapeProse(line.slice(from, start), true) + code(content);
    from = end;
  }
  return out + escapeProse(line.slice(from));
}

/** @param isBeforeCode a code span follows at once */
function escapeProse(text: string, isBeforeCode = false): string {
  return escapeWith(proseMarkup, text, isBeforeCode).replace(/^(\s*)([#~])/, '$1\\$2');
}

/**
 * Many readers make links of addresses, which reach up to the next blank or `<`, and swallow the marks of ours that stand in
 * between. So an address that touches such a mark is made none.
 */
function escapeWith(what: RegExp, text: string, isBeforeCode = false): string {
  return text.replace(/\S+/g, (word, at: number) => {
    const escaped = word.replace(what, '\\$&');
    const isTouched = escaped !== word || (isBeforeCode && at + word.length === text.length);
    return isTouched ? escaped.replace(/(?<=:)(?=\/\/)|(?<=www)(?=\.)/gi, '\\') : escaped;
  });
}

/** What begins HTML, a link, an image, a reference, a code span, mathematics, or another escape. */
const proseMarkup = /[\\`<&[\]$]/g;
const markup = /[\\`*_[\]<&|$~]/g;
