import type { Finding } from '../../../model/finding.ts';
import type { RolloutEntry } from '../../../store/discover.ts';
import { compareContent } from '../../compare-content.ts';
import { wholeFile } from '../check.ts';
import { Findings } from '../findings.ts';

/**
 * DUP-ID: a file that another one with the same rollout id hides. Codex reads the plain one, and leaves the compressed one behind
 * when it is stopped between making the one and removing the other.
 */
export async function checkDuplicate(entry: RolloutEntry, by: RolloutEntry, signal: AbortSignal): Promise<Finding[]> {
  const findings = new Findings(entry.path, entry.threadId);
  const verdict = await compareContent(entry.path, by.path, signal);
  const same = verdict === null ? null : verdict === 'same';
  const content = same === null ? 'and cannot be compared' : same ? 'and the same content' : 'but other content';
  const message = `has the same rollout id as ${by.path}, which is the one that is read, ${content}`;
  findings.report('DUP-ID', wholeFile, message, same ? { severity: 'note' } : {});
  return findings.take();
}
