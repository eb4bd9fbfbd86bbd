import type { CommandSpec, Completes, OptionSpec } from '../command.ts';
import { allOptions } from './common-options.ts';
import { findJunctions, type Junction, operandKind } from './completion-words.ts';

/**
 * A completion function for bash 3.2 and later. Names of sessions come from outside, so they never pass through
 * `compgen -W`, which would run a `$(…)` in them; each is matched as text and quoted.
 */
export function renderBashCompletion(specs: readonly CommandSpec[]): string {
  const junctions = findJunctions(specs);
  return `# bash completion for sessions

# Offers the lines of standard input that begin with the current word.
_sessions_offer() {
  local line quoted
  while IFS= read -r line; do
    [[ -n $line && $line == "$cur"* ]] || continue
    printf -v quoted %q "$line"
    COMPREPLY+=("$quoted")
  done
}

_sessions_files() {
  local line
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$cur")
}

_sessions_complete() {
  case $1 in
    session)
      _sessions_offer < <("\${COMP_WORDS[0]}" completion sessions 2>/dev/null | tr '\\t' '\\n')
      [[ \${#COMPREPLY[@]} -gt 0 ]] || _sessions_files -f
      ;;
    file) _sessions_files -f ;;
    folder) _sessions_files -d ;;
    schema) _sessions_offer < <("\${COMP_WORDS[0]}" schema -q 2>/dev/null) ;;
    command) ${offerFollowers(junctions[0]!)} ;;
    shell) _sessions_offer <<< ${lines(['bash', 'zsh', 'fish'])} ;;
  esac
}

_sessions() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} equals='' command='' word
  COMPREPLY=()
  # bash cuts --name=value into three words.
  if [[ $cur == = ]]; then equals='=' cur=''
  elif [[ $before == = ]]; then equals='=' before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $command/$word in
      /-*) ;;
${specs.map(renderStep).join('\n')}
    esac
  done
  case $command$equals$before in
${specs.flatMap((spec) => spec.options.flatMap((option) => renderValue(spec, option))).join('\n')}
  esac
  [[ -z $equals ]] || return
  case $command in
${specs.map(renderCommand).join('\n')}
  esac
  [[ $cur == -* || \${COMP_WORDS[COMP_CWORD-1]} == -* ]] || case $command in
${junctions.map(renderJunction).join('\n')}
  esac
}

complete -F _sessions sessions
`;
}

/** How the words so far lead to a command: \`hold\`, then \`hold add\`. */
function renderStep({ name }: CommandSpec): string {
  const words = name.split(' ');
  const steps = words.map((word, index) => {
    return `      ${quote(`${words.slice(0, index).join(' ')}/${word}`)}) command=${quote(words.slice(0, index + 1).join(' '))} ;;`;
  });
  return steps.join('\n');
}

function renderValue(
  { name }: CommandSpec,
  { long, short, value, values, offers = values, valueOptional, completes }: OptionSpec,
): string[] {
  if (value === undefined) return [];
  const spellings = [
    ...(valueOptional ? [] : [`--${long}`]),
    `=--${long}`,
    ...(short && !valueOptional ? [`-${short}`] : []),
  ];
  const pattern = spellings.map((spelling) => quote(name + spelling)).join('|');
  return [`    ${pattern}) ${offers ? `_sessions_offer <<< ${lines(offers)}` : offer(completes)}; return ;;`];
}

function renderCommand(spec: CommandSpec): string {
  const options = allOptions(spec.options).map(({ long }) => `--${long}`);
  return `    ${quote(spec.name)})
      if [[ $cur == -* ]]; then _sessions_offer <<< ${lines(options)}
      else ${offer(operandKind(spec))}
      fi
      ;;`;
}

function renderJunction({ before, followers }: Junction): string {
  return `    ${quote(before)}) ${offerFollowers({ before, followers })} ;;`;
}

function offerFollowers({ followers }: Junction): string {
  return `_sessions_offer <<< ${lines(followers.map(({ word }) => word))}`;
}

function offer(kind: Completes | undefined): string {
  return kind === undefined ? ':' : `_sessions_complete ${kind}`;
}

function lines(words: readonly string[]): string {
  return `$${quote(words.join('\\n'))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
