import { count } from '../../base/amounts.ts';
import type { LossCount, LossEffect } from '../../engine/export/encoder.ts';
import { lossEffects } from '../../engine/export/encoder.ts';
import { isBookkeepingKind } from '../../model/quiet-records.ts';

/**
 * `csv leaves out 3 reasoning; shortens 2 long cells; and 312 records of book-keeping`: what was said and done comes first and by
 * its kinds. Null when nothing was lost.
 */
export function describeLosses(format: string, losses: readonly LossCount[]): string | null {
  if (losses.length === 0) return null;
  const isRecord = ({ kind, effect }: LossCount) => effect === 'omitted' && isBookkeepingKind(kind);
  const records = losses.filter(isRecord).reduce((sum, { count }) => sum + count, 0);
  const parts = lossEffects.flatMap((effect) => {
    const own = losses.filter((loss) => loss.effect === effect && !isRecord(loss)).sort((a, b) => b.count - a.count);
    return own.length === 0 ? [] : [`${verbs[effect]} ${listed(own)}`];
  });
  const kept = records === 0 ? [] : [`${count(records, 'record')} of book-keeping`];
  if (parts.length === 0) return `${format} leaves out nothing but ${kept[0]}`;
  return `${format} ${[...parts, ...kept.map((each) => `and ${each}`)].join('; ')}`;
}

const verbs: { [effect in LossEffect]: string } = { omitted: 'leaves out', shortened: 'shortens', altered: 'alters' };

function listed(losses: readonly LossCount[]): string {
  const named = losses.slice(0, MOST_NAMED).map(({ kind, count }) => `${count} ${kind}`);
  const more = losses.length - named.length;
  return named.join(', ') + (more > 0 ? `, and ${more} more kinds (--losses FILE lists them)` : '');
}

const MOST_NAMED = 6;
