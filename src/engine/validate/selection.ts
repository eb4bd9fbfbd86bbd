import { exitCodes, Failure, worstExit } from '../../base/failure.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import { ruleTable } from './rule-table.ts';

/** Which findings are wanted; an empty list of rules wants all. */
export interface FindingSelection {
  rules: ReadonlySet<string>;
  /** The least severity. */
  severity: Severity;
}

/**
 * Reads a selection as users write it: rules in either case, separated by commas.
 *
 * @param suggest words near to a mistyped one, as a hint
 * @throws Failure `usage` for a rule that there is not
 */
export function parseFindingSelection(
  given: { rules: string[]; severity: Severity | undefined },
  suggest: (word: string, candidates: string[]) => string | undefined,
): FindingSelection {
  const known = ruleTable.map(({ name }) => name as string);
  const rules = given.rules
    .flatMap((value) => value.split(','))
    .filter((word) => word !== '')
    .map((word) => {
      const rule = word.toUpperCase().replaceAll('_', '-');
      if (known.includes(rule)) return rule;
      throw new Failure('usage', `there is no rule '${word}'`, {
        hint: suggest(rule, known) ?? `one of: ${known.join(', ')}`,
      });
    });
  return { rules: new Set(rules), severity: given.severity ?? 'note' };
}

export function isSelected(selection: FindingSelection, finding: Finding): boolean {
  if (selection.rules.size > 0 && !selection.rules.has(finding.rule)) return false;
  return rank[finding.severity] >= rank[selection.severity];
}

/** Counts findings, and says with which code the run ends. */
export class Verdict {
  readonly counts: { [severity in Severity]: number } = { error: 0, partial: 0, note: 0 };
  /** Of findings that are not wanted, how many say that something could not be checked. */
  unchecked = 0;

  add(finding: Finding, selected: boolean): void {
    if (selected) this.counts[finding.severity]++;
    else if (finding.severity === 'partial') this.unchecked++;
  }

  /** What could not be read counts whether it is wanted or not: a check of what was skipped has not passed. */
  get exit(): number {
    const partial = this.counts.partial + this.unchecked > 0 ? exitCodes.partial : 0;
    return worstExit(partial, this.counts.error > 0 ? exitCodes.findings : 0);
  }
}

const rank: { [severity in Severity]: number } = { note: 0, partial: 1, error: 2 };
