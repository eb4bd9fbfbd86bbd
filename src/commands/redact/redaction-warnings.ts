import { count } from '../../base/amounts.ts';
import type { Redactor } from '../../engine/redact/redactor.ts';
import { personalRules } from '../../engine/redact/rules/personal-rules.ts';

/**
 * What there is to say of a redacted export: what was taken out, and what was not looked at.
 *
 * @param hasPictures whether the format holds pictures at all
 */
export function redactionWarnings(redactor: Redactor, hasPictures = true): string[] {
  const rules = Object.entries(redactor.byRule()).filter(([rule]) => personal.has(rule));
  const persons = rules.reduce((sum, [, found]) => sum + found, 0);
  const secrets = redactor.count - redactor.opaque.removed - persons;
  const parts = [
    ...(secrets > 0 ? [count(secrets, 'secret')] : []),
    ...(persons > 0 ? [count(persons, 'personal detail')] : []),
  ];
  const replaced = secrets + persons === 1 ? 'was replaced by a mark' : 'were replaced by marks';
  const said = parts.length === 0 ? [] : [`${parts.join(' and ')} ${replaced}`];
  return [...said, ...contentWarnings(redactor, hasPictures)];
}

const personal = new Set(personalRules.filter(({ severity }) => severity === 'low').map(({ id }) => id));

/** What whoever gets a redacted copy has to know of its content, one sentence each. */
export function contentWarnings({ pictures, opaque }: Redactor, hasPictures = true): string[] {
  const warnings: string[] = [];
  const others = opaque.removed - opaque.compactions;
  if (others > 0) {
    const what = others === 1 ? '1 encrypted content was' : `${others} encrypted contents were`;
    warnings.push(
      `${what} taken out, such as reasoning, which only the provider can read (--keep-encrypted leaves it)`,
    );
  }
  if (opaque.compactions > 0) {
    warnings.push(
      'a compaction of the provider was taken out, which only the provider can read: what came before it is lost to the model (--keep-encrypted leaves it)',
    );
  }
  if (pictures > 0 && hasPictures) {
    const what = pictures === 1 ? '1 picture or sound was' : `${pictures} pictures or sounds were`;
    warnings.push(`${what} copied without being looked at`);
  }
  return warnings;
}
