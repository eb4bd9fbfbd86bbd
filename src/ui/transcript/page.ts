import type { Colours } from '../colour.ts';
import type { Paragraph, Style } from './paragraph.ts';
import { layOutRows, narrowest, type PageRow } from './rows.ts';

/**
 * Turns paragraphs into rows of text, each ended by LF. Every recorded character passes `escapeForTerminal` in `rows.ts`; our own
 * colour codes are added after that, so they are the only ones that can reach the terminal.
 * @param options.columns width of the page, which is asked for each time; Infinity for rows of any length
 */
export function createPage(options: { columns: number; colours: Colours }): Page {
  return (paragraphs, dimmed) => {
    const columns = Math.max(narrowest, options.columns || narrowest);
    const ink: Ink = (text, style) => paint(options.colours, text, dimmed ? 'dim' : style);
    let out = '';
    for (const each of paragraphs) for (const row of layOutRows(each, columns)) out += `${paintRow(row, ink)}\n`;
    return out;
  };
}

/** @param dimmed all in one faint style: history that is no longer, or was never, this session's own */
export type Page = (paragraphs: readonly Paragraph[], dimmed: boolean) => string;

type Ink = (text: string, style: Style | undefined) => string;

function paintRow({ lead, style, spans, fill }: PageRow, ink: Ink): string {
  let out = ink(lead, style);
  for (const span of spans) out += ink(span.text, span.style);
  return fill === '' ? out : out + ink(fill, style);
}

function paint(colours: Colours, text: string, style: Style | undefined): string {
  return style && text ? colours[style](text) : text;
}
