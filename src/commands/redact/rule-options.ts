import { resolve } from 'node:path';
import type { Io } from '../../base/io.ts';
import type { RedactorOptions } from '../../engine/redact/open-redactor.ts';
import type { Redactor } from '../../engine/redact/redactor.ts';
import { ruleTable } from '../../engine/redact/rule-set.ts';
import type { OptionSpec, Section } from '../command.ts';
import type { GivenOptions } from '../frame/given-options.ts';
import { suggest } from '../frame/nearest.ts';

const choiceOptions: OptionSpec[] = [
  {
    long: 'rule',
    value: 'NAME',
    repeatable: true,
    offers: ruleTable().map(({ id }) => id),
    description: 'Only what this rule finds. May be repeated; commas separate.',
  },
  {
    long: 'ignore',
    value: 'NAME',
    repeatable: true,
    offers: ruleTable().map(({ id }) => id),
    description: 'Nothing that this rule finds. May be repeated; commas separate.',
  },
];

/** What counts as a secret; `secrets` and `redact` take these. */
export const ruleOptions: OptionSpec[] = [
  ...choiceOptions,
  {
    long: 'rules',
    value: 'FILE',
    completes: 'file',
    description:
      'Rules of your own beside these, and values that are no secrets: JSON or YAML, schema `redaction-rules`.',
  },
];

/** What takes the place of secrets; `redact` takes these, and so does an export. */
export const markOptions: OptionSpec[] = [
  {
    long: 'redact-key',
    value: 'FILE',
    completes: 'file',
    description:
      'Make the marks of the secrets by HMAC with the bytes of FILE, so that they are the same in every copy and export with it.',
  },
  { long: 'keep-encrypted', description: 'Leave what is encrypted for the provider of the model.' },
];

/** Redaction as a part of something else: each of these asks for it. */
export const redactionOptions: OptionSpec[] = [
  {
    long: 'redact',
    description: 'Take out secrets, and put marks in their place; `sessions secrets` shows what is found.',
  },
  {
    long: 'redact-rules',
    value: 'FILE',
    completes: 'file',
    description: 'Rules of your own for what is a secret (schema `redaction-rules`). Implies `--redact`.',
  },
  ...[...choiceOptions, ...markOptions].map((option) => ({
    ...option,
    description: `${option.description} Implies \`--redact\`.`,
  })),
];

/** The rules, for help. */
export const ruleSection: Section = {
  title: 'Rules',
  entries: ruleTable().map(({ id, severity, text }) => ({ term: id, text: `(${severity}) ${text}` })),
};

/** @param file the value of the option that names rules of the user's */
export function readRuleOptions(options: GivenOptions, io: Io, file: string | undefined): RedactorOptions {
  const names = (long: string) =>
    options
      .texts(long)
      .flatMap((value) => value.split(','))
      .filter((name) => name !== '');
  return {
    only: names('rule'),
    without: names('ignore'),
    rulesFile: file === undefined ? undefined : resolve(io.cwd, file),
    suggest: (name, all) => suggest(name, all),
  };
}

/** Whether the options of an export ask for redaction. */
export function isRedacting(options: GivenOptions): boolean {
  return redactionOptions.some(({ long }) => options.has(long));
}

/**
 * The redactor that the options of `redact`, or of an export, ask for.
 *
 * @param rulesFile the value of the option that names rules of the user's
 * @throws Failure `usage` for a rule that there is not, a file of rules that is none, and a key that is too short
 */
export async function openChosenRedactor(
  options: GivenOptions,
  io: Io,
  rulesFile: string | undefined,
): Promise<Redactor> {
  const { openRedactor } = await import('../../engine/redact/open-redactor.ts');
  const { readMarkKey } = await import('../../engine/redact/mark-key.ts');
  const key = options.text('redact-key');
  return openRedactor({
    ...readRuleOptions(options, io, rulesFile),
    key: key === undefined ? null : readMarkKey(resolve(io.cwd, key)),
    keepsOpaque: options.flag('keep-encrypted'),
  });
}
