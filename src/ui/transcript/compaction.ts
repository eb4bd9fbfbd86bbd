import { type Block, block, type Memory, type View } from './block.ts';
import { limits, quote } from './excerpt.ts';
import { leads, paragraph, partial, span } from './paragraph.ts';

/**
 * Where the model's history was replaced by a summary. Since Codex 0.80 two records tell of it, one with the new history
 * and an event without: it is said once.
 * @param summary shown on request, as it was written for the model
 */
export function compaction(
  teller: 'record' | 'event',
  summary: string | null,
  memory: Memory,
  view: View,
): Block | null {
  const isSaid = memory.compactionToldBy !== null && memory.compactionToldBy !== teller;
  memory.compactionToldBy = isSaid ? null : teller;
  const hasMore = summary !== null && !view.showAll;
  const said = (hasMore ? partial : span)('context compacted', 'yellow');
  const line = isSaid ? [] : [paragraph(leads.note, said)];
  const text = view.showAll && summary !== null ? quote(summary, limits.none, 'dim') : [];
  return line.length + text.length === 0 ? null : block([...line, ...text]);
}
