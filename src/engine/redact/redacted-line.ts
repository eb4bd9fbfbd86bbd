import type { Line } from '../../format/line-framer.ts';
import type { Problem, Report } from '../problem.ts';
import { type FindingPlace, nowhere } from './finding.ts';
import type { Redactor } from './redactor.ts';

/**
 * A line of a rollout without its secrets, without its LF: the same bytes where it has none. Null, and reported, for one that is too
 * long to be looked through: nothing leaves unseen, so it is for the caller to leave it out, or to put something in its place.
 *
 * @param options.file for the report: where the line stands
 */
export function redactedLine(
  line: Line,
  options: { redactor: Redactor; file: string; report: Report; place?: FindingPlace },
): Uint8Array | null {
  if (line.whole) return options.redactor.line(line.bytes.subarray(line.start, line.end), options.place ?? nowhere);
  options.report(tooLong(line, options.file));
  return null;
}

/** What is reported of a line that is too long to be looked through. */
export function tooLong({ number, offset, length }: Line, file: string): Problem {
  const message = `the line is ${length} bytes long, too long to be redacted, and was left out`;
  return { rule: 'LINE-TOO-LONG', weight: 'lost', file, line: number, offset, message };
}
