import { toFailure } from '../../base/failure.ts';
import { parseEventFilter } from '../event-filter.ts';
import { openTarget } from '../open-target.ts';
import type { Report } from '../problem.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import { showEvents } from '../show.ts';
import type { SecretFinding } from './finding.ts';
import type { Redactor } from './redactor.ts';

export interface ScanRequest {
  targets: readonly Target[];
  redactor: Redactor;
  /** What the redactor has found since it was last asked. */
  take(): SecretFinding[];
  /** Leave out what a session has from another one: that is searched itself. */
  isOwnOnly: boolean;
  signal: AbortSignal;
  report: Report;
  onProgress(done: number, of: number): void;
}

/**
 * What is found in sessions, one after the other, in the order of their events. One that cannot be read is
 * reported.
 *
 * @throws Failure `trouble` for a rule of the user's that takes too long; what was found before it was handed out
 */
export async function* scanSessions(
  sessions: SessionResolver,
  request: ScanRequest,
): AsyncGenerator<{ target: Target; findings: SecretFinding[] }> {
  const { targets, redactor, signal, report } = request;
  for (const [done, target] of targets.entries()) {
    request.onProgress(done, targets.length);
    let isJudging = false;
    try {
      const source = await openTarget(sessions, target, report);
      for await (const events of showEvents(source, { effective: false, follow: false, filter: everything }, report)) {
        signal.throwIfAborted();
        isJudging = true;
        for (const event of events) if (!request.isOwnOnly || event.inherited_from === undefined) redactor.event(event);
        isJudging = false;
        const findings = request.take();
        if (findings.length > 0) yield { target, findings };
      }
    } catch (error) {
      const findings = request.take();
      if (findings.length > 0) yield { target, findings };
      // A rule that fails says nothing of the session.
      if (isJudging || signal.aborted || toFailure(error).kind === 'closed-pipe') throw error;
      const file = target.kind === 'file' ? target.path : null;
      const what = target.kind === 'thread' ? `session ${target.threadId} cannot be read: ` : '';
      report({
        rule: 'UNREADABLE',
        weight: 'lost',
        file,
        line: null,
        offset: null,
        message: `${what}${toFailure(error).message}`,
      });
    }
  }
}

const everything = parseEventFilter({ types: [], msgTypes: [], itemTypes: [] });
