import type { CommandSpec, Completes, OptionSpec } from '../command.ts';
import { allOptions, describeOption } from './common-options.ts';
import { lastWords, operandKind } from './completion-words.ts';

/** Completions for fish. */
export function renderFishCompletion(specs: readonly CommandSpec[]): string {
  return `# fish completion for sessions

# True when the words so far begin with this command.
function __sessions_is
    set -l words (commandline -opc)[2..]
    set -l count (count $argv)
    test (count $words) -ge $count; and test "$words[1..$count]" = "$argv"
end

function __sessions_needs_command
    test (count (commandline -opc)) -eq 1
end

# Ids with their names beside them, then the names.
function __sessions_list
    set -l found (sessions completion sessions 2>/dev/null)
    string join -- \\n $found
    string replace -rf -- '^[^\\t]*\\t(.+)' '$1' $found
end

complete -c sessions -f
${specs
  .filter(({ name }) => !name.includes(' '))
  .map(renderName)
  .join('\n')}
${specs.flatMap(renderCommand).join('\n')}
`.replace('@commands@', lastWords(specs, '').join(' '));
}

function renderName({ name, summary }: CommandSpec): string {
  return `complete -c sessions -n __sessions_needs_command -a ${name} -d ${quote(summary)}`;
}

function renderCommand(spec: CommandSpec): string[] {
  const head = `complete -c sessions -n ${quote(`__sessions_is ${spec.name}`)}`;
  const operand = operandKind(spec);
  return [
    ...allOptions(spec.options).map((option) => `${head} ${renderOption(option)}`),
    ...(operand === undefined ? [] : [`${head} ${offers[operand]}`]),
  ];
}

function renderOption(option: OptionSpec): string {
  const { long, short, value, values, valueOptional, completes } = option;
  const names = short === undefined ? `-l ${long}` : `-l ${long} -s ${short}`;
  const offer = values ? `-a ${quote(values.join(' '))}` : completes === undefined ? '' : offers[completes];
  const argument = value === undefined ? '' : valueOptional ? offer : `-r ${offer}`;
  return [names, argument.trim(), `-d ${quote(describeOption(option).replaceAll('`', ''))}`].filter(Boolean).join(' ');
}

const offers: Record<Completes, string> = {
  session: "-F -a '(__sessions_list)'",
  file: '-F',
  folder: "-a '(__fish_complete_directories)'",
  schema: "-a '(sessions schema -q 2>/dev/null)'",
  command: "-a '@commands@'",
  shell: "-a 'bash zsh fish'",
};

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
