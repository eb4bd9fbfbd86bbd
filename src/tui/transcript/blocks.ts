import type { Event } from '../../model/event.ts';
import { textOf } from '../../model/fields.ts';
import { createBlocks, type PlacedBlock } from '../../ui/transcript/blocks.ts';
import { leads, type Paragraph, paragraph, partial, type Span } from '../../ui/transcript/paragraph.ts';

/** A part of a session that is folded, chosen and copied as one. */
export interface TranscriptBlock {
  /** Of the event that it shows. */
  seq: number;
  turn: number;
  kind: BlockKind;
  /** RFC 3339 UTC; null where it is not recorded. */
  at: string | null;
  /** The call that it belongs to. */
  about: string | null;
  /** It stands right below the block before it, which is about the same call. */
  joins: boolean;
  isDimmed: boolean;
  /** There is more of it than these paragraphs. */
  isCut: boolean;
  paragraphs: Paragraph[];
}

export const blockKinds = [
  ...([
    'session',
    'turn',
    'tokens',
    'user',
    'agent',
    'reasoning',
    'call',
    'result',
    'diff',
    'notice',
    'unknown',
  ] as const),
];
export type BlockKind = (typeof blockKinds)[number];

export interface BlockMakerOptions {
  /** Characters that a block has at most; asked for each. */
  most(): number;
  /** Whether what an event shows is shown in full. */
  isFull?(event: Event): boolean;
}

export interface BlockMaker {
  /** What can be said by now; in the order of `seq`, over all events. */
  add(event: Event): TranscriptBlock[];
  /** What is left to say after the last event. */
  end(): TranscriptBlock[];
  /** What `end` would say now, of a session that may go on. */
  endSoFar(): TranscriptBlock[];
}

/** Makes the blocks of a session, event by event. What is remembered between events does not grow with the session. */
export function createBlockMaker({ most, isFull = () => false }: BlockMakerOptions): BlockMaker {
  const blocks = createBlocks({ showAll: isFull });
  const blocksOf = (placed: PlacedBlock[]) => placed.map((each) => blockOf(each, most()));
  return {
    add: (event) => blocksOf(blocks.add(event)),
    end: () => blocksOf(blocks.end()),
    endSoFar: () => blocksOf(blocks.endSoFar()),
  };
}

function blockOf({ event, paragraphs, origin, joins, about, isDimmed }: PlacedBlock, most: number): TranscriptBlock {
  const kept = bounded(paragraphs, most);
  return {
    seq: event.seq,
    turn: Number(event.turn) || 0,
    kind: origin === 'event' ? kindOf(event, paragraphs) : origin,
    at: textOf(event.timestamp),
    about: about ?? null,
    joins,
    isDimmed,
    isCut: origin === 'event' && kept.some(({ text }) => text.some(({ more }) => more)),
    paragraphs: kept,
  };
}

function kindOf(event: Event, paragraphs: readonly Paragraph[]): BlockKind {
  if (event.type === 'SessionMeta') return 'session';
  const firsts = new Set(paragraphs.map(({ lead }) => lead.first));
  if (firsts.has(leads.diff.first) || firsts.has(leads.change.first)) return 'diff';
  return kinds.get((paragraphs[0] as Paragraph).lead.first) ?? 'notice';
}

const kinds = new Map<string, BlockKind>([
  [leads.user.first, 'user'],
  [leads.agent.first, 'agent'],
  [leads.thought.first, 'reasoning'],
  [leads.shell.first, 'call'],
  [leads.tool.first, 'call'],
  [leads.back.first, 'result'],
  [leads.quote.first, 'result'],
  [leads.outcome.first, 'result'],
  [leads.unknown.first, 'unknown'],
]);

/** No more than some characters of it: messages may have any length. */
function bounded(paragraphs: readonly Paragraph[], most: number): Paragraph[] {
  if (sizeOf(paragraphs) <= most) return [...paragraphs];
  const kept: Paragraph[] = [];
  let left = most;
  for (const { text, ...others } of paragraphs) {
    const spans: Span[] = [];
    for (const span of text) {
      if (span.text.length > left) return [...kept, { ...others, text: [...spans, ...shortened(span, left)] }];
      left -= span.text.length;
      spans.push(span);
    }
    kept.push({ ...others, text: spans });
    left -= rowSize;
    if (left <= 0 && kept.length < paragraphs.length) return [...kept, paragraph(leads.omission, partial('…', 'dim'))];
  }
  return kept;
}

function sizeOf(paragraphs: readonly Paragraph[]): number {
  let size = 0;
  for (const { text } of paragraphs) {
    size += rowSize;
    for (const span of text) size += span.text.length;
  }
  return size;
}

/** Each paragraph takes a row, also where nothing stands in it. */
const rowSize = 8;

function shortened(span: Span, length: number): Span[] {
  const end = Math.max(0, length);
  const isHigh = end > 0 && /[\ud800-\udbff]/.test(span.text[end - 1] as string);
  return [{ ...span, text: span.text.slice(0, isHigh ? end - 1 : end) }, partial(' …', 'dim')];
}
