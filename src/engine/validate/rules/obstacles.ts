import { basename } from 'node:path';
import { parseRolloutName } from '../../../format/file-name.ts';
import type { Finding } from '../../../model/finding.ts';
import type { Obstacle } from '../../../store/discover.ts';
import { wholeFile } from '../check.ts';
import { Findings } from '../findings.ts';

/** SYMLINK, NOT-REGULAR, UNREADABLE: what stood in the way of the search for rollouts. */
export function reportObstacle({ rule, path, message }: Obstacle): Finding[] {
  const name = parseRolloutName(basename(path));
  const findings = new Findings(path, name?.threadId ?? null);
  findings.report(rule, wholeFile, message, rule === 'SYMLINK' && !name ? { severity: 'note' } : {});
  return findings.take();
}
