import { escapeForTerminal } from '../../base/safe-text.ts';
import type { Colours } from '../colour.ts';
import { displayWidth } from '../text-width.ts';
import type { Paragraph, Span, Style } from './paragraph.ts';
import { breakLine, expandTabs, type Row } from './wrap.ts';

/**
 * Turns paragraphs into rows of text, each ended by LF. Every recorded character passes `escapeForTerminal` here; our own
 * colour codes are added after that, so they are the only ones that can reach the terminal.
 * @param columns width of the page; Infinity for rows of any length
 */
export function createPage(options: { columns: number; colours: Colours }): Page {
  const columns = Math.max(narrowest, options.columns || narrowest);
  return (paragraphs, dimmed) => {
    const ink: Ink = (text, style) => paint(options.colours, text, dimmed ? 'dim' : style);
    return paragraphs.map((each) => layOut(each, columns, ink)).join('');
  };
}

/** @param dimmed all in one faint style: history that is no longer, or was never, this session's own */
export type Page = (paragraphs: readonly Paragraph[], dimmed: boolean) => string;

type Ink = (text: string, style: Style | undefined) => string;

/** Narrower than this nothing can be read, so rows run past the margin instead. */
const narrowest = 20;
const widestRule = 100;

function layOut({ lead, text, rule }: Paragraph, columns: number, ink: Ink): string {
  let out = '';
  let prefix = lead.first;
  const width = columns - Math.max(displayWidth(lead.first), displayWidth(lead.rest));
  for (const line of linesOf(text)) {
    const whole = line.map((span) => span.text).join('');
    const rows = breakLine(whole, width);
    for (const row of rows) {
      out += ink(row[0] === row[1] ? prefix.trimEnd() : prefix, lead.style) + paintRow(line, row, ink);
      if (rule && row === rows.at(-1)) out += ink(fillUp(prefix + whole.slice(...row), columns), lead.style);
      out += '\n';
      prefix = lead.rest;
    }
  }
  return out;
}

function fillUp(row: string, columns: number): string {
  const left = Math.min(columns, widestRule) - displayWidth(row) - 1;
  return left > 0 ? ` ${'─'.repeat(left)}` : '';
}

function linesOf(spans: readonly Span[]): Span[][] {
  let line: Span[] = [];
  const lines = [line];
  for (const { text, style } of spans) {
    for (const [index, piece] of escapeForTerminal(text).split('\n').entries()) {
      if (index > 0) {
        line = [];
        lines.push(line);
      }
      const expanded = expandTabs(piece, line.map((span) => span.text).join(''));
      line.push(style ? { text: expanded, style } : { text: expanded });
    }
  }
  return lines;
}

function paintRow(line: readonly Span[], [start, end]: Row, ink: Ink): string {
  let out = '';
  let offset = 0;
  for (const { text, style } of line) {
    const piece = text.slice(Math.max(0, start - offset), Math.max(0, end - offset));
    if (piece) out += ink(piece, style);
    offset += text.length;
  }
  return out;
}

function paint(colours: Colours, text: string, style: Style | undefined): string {
  return style && text ? colours[style](text) : text;
}
