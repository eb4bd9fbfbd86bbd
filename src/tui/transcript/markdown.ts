import type { Colours } from '../../ui/colour.ts';
import { type Lead, type Paragraph, paragraph, type Span, span } from '../../ui/transcript/paragraph.ts';
import { layOutRows } from '../../ui/transcript/rows.ts';
import { type MarkdownBlock, MarkdownBlocks } from './markdown-blocks.ts';
import { inlineSpans } from './markdown-inline.ts';
import { MarkdownLines } from './markdown-lines.ts';
import { tableParagraphs } from './markdown-table.ts';
import { isPlain, paintRow } from './paint-row.ts';

/** Text as it comes, as rows for a terminal, safe and no wider than its columns. */
export interface MarkdownStream {
  /** Rows that stay as they are, whatever follows, each given once; and those that stand below them for now. */
  push(text: string): MarkdownRows;
  /** No more follows: all that is left is finished. */
  end(): string[];
}

export interface MarkdownRows {
  finished: string[];
  /** Made when it is read: many pieces may come between two frames. */
  readonly pending: string[];
}

/**
 * Writes Markdown as it comes, in time and memory that do not depend on how much came before.
 *
 * @param look.columns may change: what is finished is a block whatever the width, and each is laid out for that of its time
 */
export function openMarkdownStream(look: { readonly columns: number; colours: Colours }): MarkdownStream {
  const parser = openMarkdown();
  const show = (blocks: readonly MarkdownBlock[]) => {
    const { columns, colours } = look;
    return markdownParagraphs(blocks, columns, isPlain(colours)).flatMap((each) =>
      layOutRows(each, columns).map((row) => paintRow(row, { colours })),
    );
  };
  return {
    push(text) {
      const finished = show(parser.push(text));
      let pending: string[] | null = null;
      return {
        finished,
        get pending() {
          pending ??= show(parser.pending());
          return pending;
        },
      };
    },
    end: () => show(parser.end()),
  };
}

/** Blocks of a text that comes in pieces. */
export function openMarkdown(): {
  push(text: string): MarkdownBlock[];
  pending(): MarkdownBlock[];
  end(): MarkdownBlock[];
} {
  const lines = new MarkdownLines();
  const blocks = new MarkdownBlocks();
  const finish = (parser: MarkdownBlocks) => {
    const { rest } = lines;
    const last = rest === null ? [] : parser.push(rest);
    return [...last, ...parser.flush()];
  };
  return {
    push: (text) => lines.push(text).flatMap((line) => blocks.push(line)),
    pending: () => finish(blocks.copy()),
    end: () => finish(blocks),
  };
}

/** All blocks of a whole text. */
export function parseMarkdown(text: string): MarkdownBlock[] {
  const parser = openMarkdown();
  return [...parser.push(text), ...parser.end()];
}

/**
 * Blocks as paragraphs, which are to be laid out in the same width.
 * @param columns Infinity for rows of any length
 * @param plain without styles the marks stay, so that nothing is lost
 */
export function markdownParagraphs(blocks: readonly MarkdownBlock[], columns: number, plain: boolean): Paragraph[] {
  const inline = plain ? (text: string) => [span(text)] : inlineSpans;
  return blocks.flatMap((block) => {
    const lead = clipped(block.lead, columns);
    const width = columns - Math.max(lead.first.length, lead.rest.length);
    const gap = block.gap ? [paragraph({ first: '', rest: '' })] : [];
    return [...gap, ...under(lead, contentOf(block, width, inline))];
  });
}

function contentOf(block: MarkdownBlock, width: number, inline: (text: string) => Span[]): Paragraph[] {
  const row = (...spans: Span[]) => [paragraph({ first: '', rest: '' }, ...spans)];
  switch (block.kind) {
    case 'text':
      return row(...inline(block.text));
    case 'heading':
      return row(...inline(block.text).map((each) => span(each.text, each.style === 'cyan' ? 'cyan' : 'bold')));
    case 'code':
      return row(span(block.text));
    case 'fence':
      return row(span(block.text, 'dim'));
    case 'rule':
      return row(span('─'.repeat(Math.max(3, Math.min(width, widestRule))), 'dim'));
    case 'table':
      return tableParagraphs(block.table, width, inline);
  }
}

/** Puts a lead before paragraphs that may have one. */
function under(lead: Lead, paragraphs: readonly Paragraph[]): Paragraph[] {
  return paragraphs.map((each, at) => ({
    ...each,
    lead: { ...lead, first: (at === 0 ? lead.first : lead.rest) + each.lead.first, rest: lead.rest + each.lead.rest },
  }));
}

/** Text deep inside of lists and quotes keeps half of the room. */
function clipped(lead: Lead, columns: number): Lead {
  const most = Number.isFinite(columns) ? Math.floor(columns / 2) : Number.POSITIVE_INFINITY;
  return { ...lead, first: lead.first.slice(0, most), rest: lead.rest.slice(0, most) };
}

const widestRule = 40;
