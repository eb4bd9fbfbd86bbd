import type { OptionSpec } from '../command.ts';

/** What the frame itself answers, for every command. */
export const commonOptions: OptionSpec[] = [
  { long: 'help', short: 'h', description: 'Print the help of the command, and nothing else.' },
  { long: 'version', short: 'V', description: 'Print the version, and nothing else.' },
];

/** Every option of a command, as help, man page and completion list them. */
export function allOptions(options: readonly OptionSpec[]): OptionSpec[] {
  return [...options, ...commonOptions];
}

/** `-q`, `--limit=N`, `--archived[=only]`: the spellings of an option, short one first. */
export function spellings({ long, short, value, values, valueOptional }: OptionSpec): string[] {
  const shown = valueOptional && values ? values.join('|') : value;
  const suffix = shown === undefined ? '' : valueOptional ? `[=${shown}]` : ` ${shown}`;
  return [...(short === undefined ? [] : [`-${short}`]), `--${long}${suffix}`];
}

/** The description, with the allowed words where it does not show them by itself. */
export function describeOption({ description, values, valueOptional }: OptionSpec): string {
  return values && !valueOptional ? `${description} One of: ${values.join(', ')}.` : description;
}
