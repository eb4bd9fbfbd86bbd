import { escapeForTerminal } from '../../base/safe-text.ts';
import { displayWidth } from '../text-width.ts';
import type { Paragraph, Span, Style } from './paragraph.ts';
import { breakLine, expandTabs, type Row } from './wrap.ts';

/** A row of a page, safe for a terminal and no wider than the page. */
export interface PageRow {
  lead: string;
  /** Of the lead and of what the row is filled up with. */
  style: Style | undefined;
  spans: Span[];
  /** From the end of the text to the right margin. */
  fill: string;
}

/** Narrower than this nothing can be read, so rows run past the margin instead. */
export const narrowest = 20;

/**
 * Breaks a paragraph into rows. Every recorded character passes `escapeForTerminal` here.
 * @param columns width of the page; Infinity for rows of any length
 */
export function layOutRows({ lead, text, rule }: Paragraph, columns: number): PageRow[] {
  const laid: PageRow[] = [];
  let prefix = lead.first;
  // Measuring takes most of the time of a page, and memory that the garbage collector does not see.
  const isBounded = Number.isFinite(columns);
  const width = isBounded ? columns - Math.max(displayWidth(lead.first), displayWidth(lead.rest)) : columns;
  for (const line of linesOf(text)) {
    const whole = line.length === 1 ? line[0]!.text : line.map((span) => span.text).join('');
    const rows = breakLine(whole, width);
    for (const row of rows) {
      laid.push({
        lead: row[0] === row[1] ? prefix.trimEnd() : prefix,
        style: lead.style,
        spans: spansOf(line, row),
        fill: rule && row === rows.at(-1) ? fillUp(prefix + whole.slice(...row), columns) : '',
      });
      prefix = lead.rest;
    }
  }
  return laid;
}

const widestRule = 100;

function fillUp(row: string, columns: number): string {
  const left = Math.min(columns, widestRule) - displayWidth(row) - 1;
  return left > 0 ? ` ${'─'.repeat(left)}` : '';
}

/** The lines of some spans, escaped and without TABs. */
function linesOf(spans: readonly Span[]): Span[][] {
  let line: Span[] = [];
  const lines = [line];
  for (const span of spans) {
    for (const [index, piece] of escapeForTerminal(span.text).split('\n').entries()) {
      if (index > 0) {
        line = [];
        lines.push(line);
      }
      line.push({ ...span, text: piece.includes('\t') ? expandTabs(piece, textOf(line)) : piece });
    }
  }
  return lines;
}

function textOf(line: readonly Span[]): string {
  return line.map((span) => span.text).join('');
}

function spansOf(line: readonly Span[], [start, end]: Row): Span[] {
  const spans: Span[] = [];
  let offset = 0;
  for (const span of line) {
    const text = span.text.slice(Math.max(0, start - offset), Math.max(0, end - offset));
    if (text) spans.push({ ...span, text });
    offset += span.text.length;
  }
  return spans;
}
