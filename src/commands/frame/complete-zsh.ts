import type { CommandSpec, Completes, OptionSpec } from '../command.ts';
import { allOptions, describeOption } from './common-options.ts';
import { findJunctions, type Junction, operandKind } from './completion-words.ts';

/** A completion function for zsh; it may be sourced or autoloaded. */
export function renderZshCompletion(specs: readonly CommandSpec[]): string {
  const [commands, ...seconds] = findJunctions(specs);
  return `#compdef sessions

_sessions_sessions() {
  local -a ids names
  local id name
  while IFS=$'\\t' read -r id name; do
    ids+=("$id:\${name//:/\\\\:}")
    [[ -n $name ]] && names+=("$name")
  done < <(sessions completion sessions 2>/dev/null)
  _describe -V session ids
  compadd -X name -a names
  _files -g '*.jsonl(|.zst)'
}

_sessions_schemas() {
  local -a names
  names=(\${(f)"$(sessions schema -q 2>/dev/null)"})
  _describe schema names
}

_sessions_commands() {
  local -a commands
${describe(commands!)}
}

_sessions() {
  if (( CURRENT == 2 )); then
    _sessions_commands
    return
  fi
  if (( CURRENT == 3 )); then
    local -a commands
    case $words[2] in
${seconds.map((junction) => `      ${quote(junction.before)})\n${describe(junction)}\n        ;;`).join('\n')}
    esac
  fi
  local command="$words[2]"
  local -i size=1
  case "$words[2] $words[3]" in
${twoWordNames(specs)}  esac
  words=("$command" "\${(@)words[size + 2, -1]}")
  (( CURRENT -= size ))
  case $command in
${specs.map(renderCommand).join('\n')}
  esac
}

if [[ $funcstack[1] == _sessions ]]; then
  _sessions "$@"
else
  compdef _sessions sessions
fi
`;
}

function describe({ followers }: Junction): string {
  const entries = followers.map(({ word, summary }) => `    ${quote(`${word}:${escapeColon(summary)}`)}`);
  return ['  commands=(', ...entries, '  )', '  _describe command commands'].join('\n');
}

function twoWordNames(specs: readonly CommandSpec[]): string {
  const names = specs.map(({ name }) => name).filter((name) => name.includes(' '));
  return names.map((name) => `    ${quote(name)}) command=${quote(name)} size=2 ;;\n`).join('');
}

function renderCommand(spec: CommandSpec): string {
  const operand = actions[operandKind(spec) ?? 'nothing'];
  const lines = [...allOptions(spec.options).map(renderOption), ...(operand ? [quote(`*:${operand}`)] : [])];
  return [
    `    ${quote(spec.name)})`,
    '      _arguments -s -S : \\',
    `        ${lines.join(' \\\n        ')}`,
    '      ;;',
  ].join('\n');
}

function renderOption(option: OptionSpec): string {
  const { long, short, value, values, offers = values, valueOptional, completes } = option;
  const explains = `[${escapeColon(describeOption(option).replaceAll('`', '')).replace(/[[\]]/g, '\\$&')}]`;
  const action = offers ? `(${offers.join(' ')})` : (actions[completes ?? 'nothing']?.replace(/^[^:]*:/, '') ?? ' ');
  const argument = value === undefined ? '' : `${valueOptional ? '::' : ':'}${value}:${action}`;
  const equals = value === undefined ? '' : valueOptional ? '=-' : '=';
  if (short === undefined) return quote(`--${long}${equals}${explains}${argument}`);
  const both = `'(-${short} --${long})'{-${short}${value === undefined ? '' : '+'},--${long}${equals}}`;
  return both + quote(explains + argument);
}

/** `message:action` of _arguments. */
const actions: Record<Completes | 'nothing', string | undefined> = {
  session: 'session:_sessions_sessions',
  file: 'file:_files',
  folder: 'folder:_files -/',
  schema: 'schema:_sessions_schemas',
  command: 'command:_sessions_commands',
  shell: 'shell:(bash zsh fish)',
  nothing: undefined,
};

function escapeColon(text: string): string {
  return text.replaceAll(':', '\\:');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
