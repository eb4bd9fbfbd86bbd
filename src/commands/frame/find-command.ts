import { Failure } from '../../base/failure.ts';
import type { CommandSpec } from '../command.ts';
import { suggest } from './nearest.ts';

export interface FoundCommand {
  spec: CommandSpec;
  /** The arguments behind the command. */
  rest: readonly string[];
}

/** The command at the head of the arguments: two words where there is such a command, else one. */
export function findCommand(argv: readonly string[], specs: readonly CommandSpec[]): FoundCommand {
  const [first = '', second] = argv;
  if (first.startsWith('-')) throw misplacedOption(first, specs);
  const two = specs.find(({ name }) => name === `${first} ${second}`);
  if (two) return { spec: two, rest: argv.slice(2) };
  const one = specs.find(({ name }) => name === first && !name.includes(' '));
  if (one) return { spec: one, rest: argv.slice(1) };
  throw unknownCommand(first, second, specs);
}

/** The commands of two words that begin with this one, where it is no command of its own. */
export function commandsUnder(words: readonly string[], specs: readonly CommandSpec[]): readonly CommandSpec[] {
  const [first, ...others] = words;
  if (others.length > 0 || specs.some(({ name }) => name === first)) return [];
  return specs.filter(({ name }) => name.startsWith(`${first} `));
}

function misplacedOption(argument: string, specs: readonly CommandSpec[]): Failure {
  const [name = ''] = argument.split('=');
  const known = specs.some(({ options }) =>
    options.some(({ long, short }) => name === `--${long}` || name === `-${short}`),
  );
  const hint = known ? `options stand behind the command: sessions COMMAND ${name}` : 'see sessions --help';
  return new Failure('usage', known ? `'${name}' stands before a command` : `'${name}' is not a command`, { hint });
}

function unknownCommand(first: string, second: string | undefined, specs: readonly CommandSpec[]): Failure {
  const names = specs.map(({ name }) => name);
  const under = names.filter((name) => name.startsWith(`${first} `));
  if (under.length > 0) {
    const message = second === undefined ? `'${first}' needs a second word` : `'${first} ${second}' is not a command`;
    return new Failure('usage', message, { hint: `one of: ${under.join(', ')}` });
  }
  const hint = suggest(first, names) ?? 'sessions help lists the commands';
  return new Failure('usage', `'${first}' is not a command`, { hint });
}
