import { basename } from 'node:path';
import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { Finding } from '../../model/finding.ts';
import { headOf } from '../read-head.ts';
import type { Content } from '../read-records.ts';
import type { FileFacts } from '../validate/check.ts';
import { checkLines } from '../validate/check-lines.ts';
import { Findings } from '../validate/findings.ts';
import { checkReferences } from '../validate/rules/references.ts';
import type { Subject } from '../validate/subject.ts';

/** What `validate` will say of the result of a repair. */
export interface Checked {
  /** Errors, and what could not be checked: the first of them. */
  left: Finding[];
  /** How many there are. */
  count: number;
}

/**
 * Checks the result before it takes the place of the original.
 *
 * @param subject the original, and the home around it
 * @param newPath where the result will be
 *
 * @throws Failure `trouble` when a line of it is damaged all the same
 */
export async function checkResult(
  content: Content,
  subject: Subject,
  newPath: string,
  { now, signal }: { now: number; signal: AbortSignal },
): Promise<Checked> {
  const findings = new Findings(newPath, subject.threadId);
  const facts: FileFacts = {
    threadId: subject.threadId,
    name: parseRolloutName(basename(newPath)),
    head: await headOf(content),
    now,
    isCut: () => false,
    isBeingWritten: () => false,
  };
  const checked = gatherLeft();
  const check = checkLines(content, facts, findings, () => throwIfStopped(signal));
  let step = await check.next();
  for (; !step.done; step = await check.next()) checked.add(step.value);
  if (step.value) await checkReferences(facts, step.value, subject, findings.report);
  for (const finding of findings.take()) checked.add(finding);
  for (const { rule, line } of checked.left) {
    if (neverLeft.has(rule)) {
      throw new Failure('trouble', `is not repaired: the result has ${rule} on line ${line}`, { file: subject.path });
    }
  }
  return checked;
}

/** Takes the findings that a repair leaves, of which the first are kept. */
export function gatherLeft(): Checked & { add(finding: Finding): void } {
  const checked: Checked & { add(finding: Finding): void } = {
    left: [],
    count: 0,
    add(finding) {
      if (finding.severity === 'note') return;
      checked.count++;
      // What must not be is never lost among the others.
      if (checked.left.length < MOST_LEFT || neverLeft.has(finding.rule)) checked.left.push(finding);
    },
  };
  return checked;
}

/** Damage of a line as a whole, which is always taken out. */
const neverLeft: ReadonlySet<string> = new Set(['TORN-TAIL', 'GLUED', 'HOLE', 'BAD-JSON', 'BAD-UTF8', 'NOT-OBJECT']);
const MOST_LEFT = 1000;
