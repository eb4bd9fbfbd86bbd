import { ruleTable } from '../../engine/redact/rule-set.ts';

const kinds = new Map(
  ruleTable().map(({ id, text }) => [
    id,
    text.split(/[,;]| that | in PEM| in place | of a command| such as /)[0] ?? text,
  ]),
);

/** What a rule finds, in a few words: `token of GitHub`. */
export function kindOf(rule: string): string {
  return (
    kinds.get(rule) ??
    (rule.startsWith('secretlint-') ? rule.slice('secretlint-'.length).replaceAll('-', ' ') : 'of a rule of your own')
  );
}
