import type { Obstacle } from '../store/discover.ts';
import type { Report } from './problem.ts';

/** Tells what stood in the way of a search for rollouts; what a folder holds that cannot be read is not shown. */
export function reportObstacles(
  obstacles: Iterable<Pick<Obstacle, 'path' | 'message'> & { rule: string }>,
  report: Report,
): void {
  for (const { rule, path, message } of obstacles) {
    const weight = rule === 'UNREADABLE' ? 'lost' : 'note';
    report({ rule, weight, file: path, line: null, offset: null, message });
  }
}
