import type { ThreadUsage } from './read-usage.ts';
import type { StatsKey } from './stats-row.ts';
import { addTally, emptyTally, type Tally, touch } from './tally.ts';

/**
 * What a session has a share in, by day or by model: one tally for each of its days or models. By anything else, one tally
 * under null. A session counts once in each, whatever it is made of; so does a tool.
 */
export function sharesOf(usage: ThreadUsage, by: StatsKey | null): Map<string | null, Tally> {
  const shares = new Map<string | null, Tally>();
  for (const group of usage.groups) {
    const key = by === 'day' ? group.day : by === 'model' ? group.model : null;
    let share = shares.get(key);
    // Most sessions have one group, whose tally is nobody else's.
    if (!share && usage.groups.length === 1) share = group.tally;
    else {
      share ??= emptyTally();
      addTally(share, group.tally);
    }
    shares.set(key, share);
  }
  for (const share of shares.values()) {
    share.sessions = 1;
    share.unknown = usage.isUnknown ? 1 : 0;
    for (const tool of share.tools.values()) tool.sessions = 1;
  }
  // The first record may count for nothing, and belongs to the session as a whole.
  const whole = by === 'day' || by === 'model' ? undefined : shares.get(null);
  if (whole) touch(whole, usage.first);
  return shares;
}
