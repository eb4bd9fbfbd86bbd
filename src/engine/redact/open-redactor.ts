import type { SecretFinding } from './finding.ts';
import { Marks } from './marks.ts';
import { type OwnRules, readOwnRules } from './own-rules.ts';
import { PointerNames } from './pointer-names.ts';
import { Redactor } from './redactor.ts';
import { builtinRules, checkRuleNames, isChosen, type RuleChoice } from './rule-set.ts';
import { TextScanner } from './scan-text.ts';
import { loadLintRules } from './secretlint.ts';

export interface RedactorOptions extends Partial<RuleChoice> {
  /** Rules of the user's; schema `redaction-rules`. */
  rulesFile?: string | undefined;
  /** For marks that are the same in every export; null to number them. */
  key?: Uint8Array | null;
  /** Leave what is encrypted for the provider, which cannot be looked into. */
  keepsOpaque?: boolean;
  onFinding?: (finding: SecretFinding) => void;
  /** Which of these the name of a rule that there is not may have meant, in words. */
  suggest?: (name: string, all: readonly string[]) => string | undefined;
}

/**
 * Makes a redactor; everything that it needs is loaded now. Without options it takes out all that any rule finds, and what is
 * encrypted.
 *
 * @throws Failure `usage` for a rule that there is not, and a file of rules that is none
 */
export async function openRedactor(options: RedactorOptions = {}): Promise<Redactor> {
  const own = options.rulesFile === undefined ? null : await readOwnRules(options.rulesFile);
  const choice: RuleChoice = {
    only: options.only ?? [],
    without: options.without ?? [],
    severity: options.severity ?? 'low',
  };
  checkRuleNames([...choice.only, ...choice.without], own?.ids ?? [], options.suggest);
  const scanner = await openScanner(own, choice);
  const isWhole = choice.severity === 'low' && choice.only.length + choice.without.length === 0;
  return new Redactor({
    scanner,
    marks: new Marks(options.key ?? null),
    // No pointer shows what another rule would have found.
    pointers: new PointerNames(isWhole ? scanner : await openScanner(own, everything)),
    hasRule: (id) => builtinRules.some((rule) => rule.id === id && isChosen(choice, rule)),
    dropsOpaque: options.keepsOpaque !== true && isChosen(choice, { id: 'opaque', severity: 'medium' }),
    kept: own?.kept ?? new Map(),
    ignored: new Set(own?.ignored),
    onFinding: options.onFinding,
  });
}

async function openScanner(own: OwnRules | null, choice: RuleChoice): Promise<TextScanner> {
  return new TextScanner({
    rules: builtinRules.filter((rule) => isChosen(choice, rule)),
    lint: isChosen(choice, { id: 'secretlint', severity: 'high' }) ? await loadLintRules() : null,
    own: own && ownScan(own, choice),
  });
}

const everything: RuleChoice = { only: [], without: [], severity: 'low' };

function ownScan(own: OwnRules, choice: RuleChoice): (text: string) => ReturnType<OwnRules['scan']> {
  return (text) => own.scan(text, (rule) => isChosen(choice, rule));
}
