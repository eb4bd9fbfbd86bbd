import { type Block, block, type Memory, type View } from './block.ts';
import { limits, quote } from './excerpt.ts';
import { leads, paragraph, span } from './paragraph.ts';

/**
 * Where the model's history was replaced by a summary. Several records may tell of one compaction, next to each other: it
 * is said once.
 * @param summary shown on request, as it was written for the model
 */
export function compaction(summary: string | null, memory: Memory, view: View): Block | null {
  const line = paragraph(leads.note, span('context compacted', 'yellow'));
  const text = view.showAll && summary !== null ? quote(summary, limits.none, 'dim') : [];
  const paragraphs = memory.lastAbout === about ? text : [line, ...text];
  return paragraphs.length === 0 ? null : block(paragraphs, about);
}

// A line feed cannot be typed into an id by accident, so that no call is taken for a compaction.
const about = '\ncompaction';
