import type { CommandSpec, Completes, OptionSpec } from '../command.ts';
import { allOptions, describeOption } from './common-options.ts';
import { findJunctions, type Junction, operandKind } from './completion-words.ts';

/** Completions for fish. */
export function renderFishCompletion(specs: readonly CommandSpec[]): string {
  const junctions = findJunctions(specs);
  const commands = junctions[0]?.followers.map(({ word }) => word).join(' ');
  return `# fish completion for sessions

# True when the words so far begin with this command.
function __sessions_is
    set -l words (commandline -opc)[2..]
    set -l count (count $argv)
    test (count $words) -ge $count; and test "$words[1..$count]" = "$argv"
end

# True when they are exactly these.
function __sessions_after
    set -l words (commandline -opc)[2..]
    test "$words" = "$argv"
end

# True when the current word is a path.
function __sessions_path
    string match -q -- '*/*' (commandline -ct)
end

# Ids with their names beside them, then the names.
function __sessions_list
    set -l found (sessions completion sessions 2>/dev/null)
    string join -- \\n $found
    string replace -rf -- '^[^\\t]*\\t(.+)' '$1' $found
end

complete -c sessions -f
${junctions.flatMap(renderJunction).join('\n')}
${specs.flatMap(renderCommand).join('\n')}
`.replaceAll('@commands@', commands ?? '');
}

function renderJunction({ before, followers }: Junction): string[] {
  return followers.map(({ word, summary }) => {
    return `complete -c sessions -n ${quote(`__sessions_after ${before}`.trim())} -a ${word} -d ${quote(summary)}`;
  });
}

function renderCommand(spec: CommandSpec): string[] {
  const head = `complete -c sessions -n ${quote(`__sessions_is ${spec.name}`)}`;
  const operand = operandKind(spec);
  return [
    ...allOptions(spec.options).map((option) => `${head} ${renderOption(option)}`),
    ...(operand === undefined ? [] : [`${head} ${offers[operand]}`]),
    ...(operand === 'session'
      ? [`complete -c sessions -n ${quote(`__sessions_is ${spec.name}; and __sessions_path`)} -F`]
      : []),
  ];
}

function renderOption(option: OptionSpec): string {
  const { long, short, value, values, offers: words = values, valueOptional, completes } = option;
  const names = short === undefined ? `-l ${long}` : `-l ${long} -s ${short}`;
  const offer = words ? `-a ${quote(words.join(' '))}` : completes === undefined ? '' : offers[completes];
  const argument = value === undefined ? '' : valueOptional ? offer : `-x ${offer}`;
  return [names, argument.trim(), `-d ${quote(describeOption(option).replaceAll('`', ''))}`].filter(Boolean).join(' ');
}

const offers: Record<Completes, string> = {
  session: "-a '(__sessions_list)'",
  file: "-a '(__fish_complete_path)'",
  folder: "-a '(__fish_complete_directories)'",
  schema: "-a '(sessions schema -q 2>/dev/null)'",
  command: "-a '@commands@'",
  shell: "-a 'bash zsh fish'",
};

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
