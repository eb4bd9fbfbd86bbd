import { Failure } from '../../base/failure.ts';
import { assignedRules } from './rules/assigned-rules.ts';
import { blockRules } from './rules/block-rules.ts';
import { codeRules } from './rules/code-rules.ts';
import { commandRules } from './rules/command-rules.ts';
import { pairRules } from './rules/pair-rules.ts';
import { personalRules } from './rules/personal-rules.ts';
import { providerRules } from './rules/provider-rules.ts';
import type { Rule, Severity } from './rules/rule.ts';
import { writtenRules } from './rules/written-rules.ts';

/** Our own rules; secretlint's come beside them. */
export const builtinRules: readonly Rule[] = [
  ...providerRules,
  ...blockRules,
  ...assignedRules,
  ...codeRules,
  ...commandRules,
  ...pairRules,
  ...writtenRules,
  ...personalRules,
];

/** One line for each rule, for help and for checking names. */
export function ruleTable(): { id: string; severity: Severity; text: string }[] {
  const rows = new Map(builtinRules.map(({ id, severity, text }) => [id, { id, severity, text }]));
  rows.set('opaque', {
    id: 'opaque',
    severity: 'medium',
    text: 'content that is encrypted for the provider of the model',
  });
  rows.set('secretlint', { id: 'secretlint', severity: 'high', text: 'whatever else the rules of secretlint find' });
  return [...rows.values()];
}

export interface RuleChoice {
  /** Only these; empty for all. */
  only: readonly string[];
  /** None of these. */
  without: readonly string[];
  /** The least severity of rules that are not named. */
  severity: Severity;
}

const weights: { [severity in Severity]: number } = { low: 0, medium: 1, high: 2 };

/** Whether a rule is asked for. */
export function isChosen({ only, without, severity }: RuleChoice, rule: { id: string; severity: Severity }): boolean {
  if (without.includes(rule.id)) return false;
  return only.length > 0 ? only.includes(rule.id) : weights[rule.severity] >= weights[severity];
}

/**
 * @param suggest says which of these a mistyped name may have meant
 * @throws Failure `usage` for a name that no rule has
 */
export function checkRuleNames(
  names: readonly string[],
  own: readonly string[],
  suggest?: (name: string, all: readonly string[]) => string | undefined,
): void {
  const all = [...ruleTable().map(({ id }) => id), ...own];
  for (const name of names) {
    if (all.includes(name)) continue;
    const hint = suggest?.(name, all) ?? 'the rules stand in: sessions secrets --help';
    throw new Failure('usage', `there is no rule '${name}'`, { hint });
  }
}
