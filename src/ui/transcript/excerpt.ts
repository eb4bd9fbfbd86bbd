import { count } from '../../base/amounts.ts';
import { type Lead, leads, type Paragraph, paragraph, partial, type Span, type Style, span } from './paragraph.ts';

/** How much of a long text is shown: lines at its head and its tail, characters of a line. */
export interface Limits {
  head: number;
  tail: number;
  width: number;
}

export const limits = {
  output: { head: 12, tail: 4, width: 1000 },
  command: { head: 40, tail: 10, width: 4000 },
  diff: { head: 60, tail: 10, width: 1000 },
  none: { head: Infinity, tail: 0, width: Infinity },
} satisfies { [name: string]: Limits };

/**
 * The head and the tail of a text, a paragraph for each line, and between them how many lines were left out.
 * @param look styles each line; a bare style goes for all
 */
export function quote(text: string, limit: Limits, look?: Style | ((line: string) => Style | undefined)): Paragraph[] {
  return quoteUnder(leads.quote, text, limit, look);
}

/** As `quote`, with the first line under a lead of its own and the others under the lead's continuation. */
export function quoteUnder(
  lead: Lead,
  text: string,
  limit: Limits,
  look?: Style | ((line: string) => Style | undefined),
): Paragraph[] {
  const { head, omitted, tail } = excerpt(text, limit);
  const show = (line: string, index: number) => {
    const style = typeof look === 'function' ? look(line) : look;
    return paragraph(index === 0 ? lead : { ...lead, first: lead.rest }, ...clip(line, limit.width, style));
  };
  const shown = head.map(show);
  if (omitted > 0) shown.push(paragraph(leads.omission, partial(`… ${count(omitted, 'line')}`, 'dim')));
  return [...shown, ...tail.map((line) => show(line, 1))];
}

/** One line of a text that should stay short, cut where it does not. */
export function clip(line: string, width: number, style?: Style): Span[] {
  if (line.length <= width) return [span(line, style)];
  const end = isHighSurrogate(line.charCodeAt(width - 1)) ? width - 1 : width;
  return [span(line.slice(0, end), style), partial(` … ${count(line.length - end, 'more character')}`, 'dim')];
}

interface Excerpt {
  head: string[];
  omitted: number;
  tail: string[];
}

/** Leaving out a single line would save nothing, so it is shown. */
function excerpt(text: string, { head, tail }: Limits): Excerpt {
  const whole = text.endsWith('\n') ? text.slice(0, -1) : text;
  const total = countLines(whole);
  if (total <= head + tail + 1) return { head: whole.split('\n'), omitted: 0, tail: [] };
  return { head: whole.split('\n', head), omitted: total - head - tail, tail: lastLines(whole, tail) };
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function lastLines(text: string, lines: number): string[] {
  let at = text.length;
  for (let i = 0; i < lines; i++) at = text.lastIndexOf('\n', at - 1);
  return lines === 0 ? [] : text.slice(at + 1).split('\n');
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
