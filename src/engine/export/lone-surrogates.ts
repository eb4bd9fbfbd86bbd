import type { Event } from '../../model/event.ts';
import { plain } from '../../model/verbatim.ts';
import type { Chunks } from './encoder.ts';
import type { LossCounter } from './loss-counter.ts';

/**
 * Counts the texts of an event with halves of surrogate pairs, which UTF-8 cannot write, where what was written of it (`shown`)
 * holds a U+FFFD that may stand for one.
 */
export function countLoneSurrogates(event: Event, shown: Chunks, losses: LossCounter): void {
  if (!shown.some((piece) => typeof piece === 'string' && piece.includes('\uFFFD'))) return;
  losses.add('texts with lone surrogates', 'altered', countIn(event));
}

/** Names of members are texts as well. */
function countIn(value: unknown): number {
  const recorded = plain(value);
  if (typeof recorded === 'string') return loneSurrogate.test(recorded) ? 1 : 0;
  if (typeof recorded !== 'object' || recorded === null) return 0;
  let found = 0;
  for (const [key, member] of Object.entries(recorded)) {
    found += (loneSurrogate.test(key) ? 1 : 0) + countIn(member);
  }
  return found;
}

const loneSurrogate = /\p{Surrogate}/u;
