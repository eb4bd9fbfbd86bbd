import { parseSize } from '../../base/sizes.ts';
import type { PrunePlan, Reason } from '../../engine/prune/plan.ts';
import { shortSize } from '../../ui/short-size.ts';
import { countedTitle } from './print-plan.ts';

/**
 * What is to be said when `--max-total` cannot be kept: how much the sessions that stay take up, and why they stay.
 *
 * @param plan of a policy that was given on the command line
 * @param stayed why those stay that the plan would have let go, by id
 * @returns null when they fit, or nobody asked for that
 */
export function describeExcess(
  { head, sessions }: PrunePlan,
  stayed: ReadonlyMap<string, readonly Reason[]>,
): string | null {
  const asked = head.policy.max_total;
  if (typeof asked !== 'string') return null;
  let bytes = 0;
  const counts = new Map<string, number>();
  for (const { thread_id, action, size_bytes, reasons } of sessions) {
    const why = action === 'keep' ? reasons : stayed.get(thread_id);
    if (!why) continue;
    bytes += size_bytes;
    // What fitted by the plan stays for no reason of its own: it goes next.
    const titles = why.filter(({ code }) => code !== 'max-total').map(countedTitle);
    for (const title of new Set(titles)) counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  if (bytes <= parseSize(asked)) return null;
  const why = [...counts].map(([title, count]) => `${title} (${count})`).join(', ');
  return `what stays takes up ${shortSize(bytes)}, more than --max-total ${asked}: ${why}`;
}
