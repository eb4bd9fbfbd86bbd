import { type Lead, leads, type Paragraph, type Span, type Style } from '../../ui/transcript/paragraph.ts';
import type { TranscriptBlock } from './blocks.ts';

/** What is known of a block without unpacking it. */
export type BlockHead = Pick<TranscriptBlock, 'seq' | 'turn' | 'kind' | 'isCut'>;

/** A block without its head as JSON, in as few characters as can be: there may be millions. */
export function packBlock(block: TranscriptBlock): string {
  const { at, about, joins, isDimmed } = block;
  const marks = (joins ? 1 : 0) + (isDimmed ? 2 : 0);
  return JSON.stringify([marks, at, about, ...block.paragraphs.map(packParagraph)]);
}

/** @param packed what the JSON holds */
export function unpackBlock(packed: unknown, head: BlockHead): TranscriptBlock {
  const [marks, at, about, ...paragraphs] = packed as PackedBlock;
  return {
    ...{ ...head, at, about },
    ...{ joins: (marks & 1) > 0, isDimmed: (marks & 2) > 0 },
    paragraphs: paragraphs.map(unpackParagraph),
  };
}

type PackedBlock = [marks: number, at: string | null, about: string | null, ...paragraphs: PackedParagraph[]];

/** A lead of ours by its number, spans as text and style in turn. The style is its name with a `+` behind it where there is more. */
type PackedParagraph = [lead: number | Lead, ...spans: string[]];

function packParagraph({ lead, text, rule }: Paragraph): PackedParagraph {
  const known = allLeads.indexOf(lead);
  const spans = text.flatMap((span) => [span.text, `${span.style ?? ''}${span.more ? '+' : ''}`]);
  return [known < 0 ? lead : known, ...spans, ...(rule ? ['rule'] : [])];
}

function unpackParagraph([lead, ...packed]: PackedParagraph): Paragraph {
  const text: Span[] = [];
  for (let at = 0; at + 1 < packed.length; at += 2) {
    const marks = packed[at + 1] as string;
    const style = marks.replace('+', '');
    text.push({
      text: packed[at] as string,
      ...(style !== '' && { style: style as Style }),
      ...(marks.endsWith('+') && { more: true as const }),
    });
  }
  const isRule = packed.length % 2 === 1;
  return {
    lead: typeof lead === 'number' ? (allLeads[lead] as Lead) : lead,
    text,
    ...(isRule && { rule: true as const }),
  };
}

const allLeads: readonly Lead[] = Object.values(leads);
