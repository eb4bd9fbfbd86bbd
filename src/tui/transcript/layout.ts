import { clockTime } from '../../base/amounts.ts';
import { leads, type Paragraph, paragraph } from '../../ui/transcript/paragraph.ts';
import { layOutRows, narrowest, type PageRow } from '../../ui/transcript/rows.ts';
import type { TranscriptBlock } from './blocks.ts';
import { markHits, type Needle } from './hits.ts';
import { markdownParagraphs, parseMarkdown } from './markdown.ts';

/** How blocks are laid out. */
export interface Look {
  columns: number;
  /** There are no colours: what would be shown by them keeps its marks. */
  isPlain: boolean;
  withTimes: boolean;
  needle: Needle | null;
}

export interface LaidOut {
  rows: PageRow[];
  /** Hits in it. */
  hits: number;
  isDimmed: boolean;
}

/** A block as rows, with a blank one before it unless it joins the block above. */
export function layOut(block: TranscriptBlock, { columns, isPlain, withTimes, needle }: Look): LaidOut {
  const margin = withTimes && columns >= roomForTimes ? timeWidth : 0;
  const width = Math.max(narrowest, columns - margin);
  const shown = paragraphsOf(block, width, isPlain);
  const { paragraphs, count: hits } = needle ? markHits(shown, needle) : { paragraphs: shown, count: 0 };
  const rows = paragraphs.flatMap((each) => layOutRows(each, width));
  const time = margin > 0 ? (clockTime(block.at, 0) ?? '') : '';
  const placed = margin > 0 ? rows.map((row, at) => withMargin(row, at === 0 ? time : '')) : rows;
  return { rows: block.joins ? placed : [blank, ...placed], hits, isDimmed: block.isDimmed };
}

/** What of a block is shown. What an agent says is Markdown. */
export function paragraphsOf(block: TranscriptBlock, columns: number, isPlain: boolean): Paragraph[] {
  if (block.kind !== 'agent') return block.paragraphs;
  return block.paragraphs.flatMap(({ text: [said, ...others] }) => {
    const inner = markdownParagraphs(parseMarkdown(said?.text ?? ''), columns - leads.agent.first.length, isPlain);
    const shown = inner.map(({ lead, ...each }, at) => ({
      ...each,
      lead: {
        ...(lead.style && { style: lead.style }),
        first: (at === 0 ? leads.agent.first : leads.agent.rest) + lead.first,
        rest: leads.agent.rest + lead.rest,
      },
    }));
    return others.length > 0 ? [...shown, paragraph(leads.indent, ...others)] : shown;
  });
}

/** The row of a hit; of one that cannot be seen, the first row. */
export function rowOfHit({ rows }: LaidOut, hit: number): number {
  return Math.max(
    0,
    rows.findIndex(({ spans }) => spans.some((span) => span.hit === hit)),
  );
}

function withMargin(row: PageRow, time: string): PageRow {
  return {
    ...row,
    spans: [{ text: row.lead, ...(row.style && { style: row.style }) }, ...row.spans],
    lead: time.padEnd(timeWidth),
    style: 'dim',
  };
}

const blank: PageRow = { lead: '', style: undefined, spans: [], fill: '' };
const timeWidth = 9;
const roomForTimes = 36;
