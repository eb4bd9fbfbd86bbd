import { cac } from 'cac';
import type { CommandSpec, Invocation, OptionSpec } from '../command.ts';
import { checkOperands } from './check-operands.ts';
import { commandsUnder, findCommand } from './find-command.ts';
import { GivenOptions, type GivenValue } from './given-options.ts';
import { readOptions } from './read-options.ts';

/** What a command line asks for. */
export type Request =
  | { kind: 'nothing' }
  | { kind: 'version' }
  | { kind: 'help'; spec?: CommandSpec }
  | { kind: 'help-under'; specs: readonly CommandSpec[] }
  | { kind: 'run'; spec: CommandSpec; invocation: Invocation };

/**
 * Reads the arguments after the program's name. Everything that is wrong with them is a usage failure.
 *
 * cac holds the commands and collects the values, but it takes `1e3` for 1000, eats the operand after a flag, knows no
 * `-` and exits 0 on an unknown command. So it is only given arguments that leave it nothing to guess: one word for the
 * command, every option as `--long` or `--long=value` with a value that cannot be a number, operands behind `--`.
 */
export function parseArgv(argv: readonly string[], specs: readonly CommandSpec[]): Request {
  if (argv.length === 0) return { kind: 'nothing' };
  const beforeDashes = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  if (beforeDashes.includes('--help') || beforeDashes.includes('-h')) return askHelp(beforeDashes, specs);
  if (beforeDashes.includes('--version') || beforeDashes.includes('-V')) return { kind: 'version' };
  const { spec, rest } = findCommand(argv, specs);
  const { given, operands } = readOptions(rest, spec.options);
  checkOperands(operands, spec);
  return { kind: 'run', spec, invocation: throughCac(spec, given, operands) };
}

function askHelp(argv: readonly string[], specs: readonly CommandSpec[]): Request {
  const words = argv.filter((argument) => !argument.startsWith('-'));
  if (words.length === 0) return { kind: 'help' };
  const under = commandsUnder(words, specs);
  if (under.length > 0) return { kind: 'help-under', specs: under };
  return { kind: 'help', spec: findCommand(words, specs).spec };
}

/** Put before every value: no argument can hold it, and with it no value looks like a number. */
const mark = '\0';

function throughCac(spec: CommandSpec, given: [OptionSpec, GivenValue][], operands: string[]): Invocation {
  const cli = cac('sessions');
  const command = cli.command(spec.name, spec.summary, { ignoreOptionDefaultValue: true });
  for (const option of spec.options)
    command.option(`--${cacName(option.long)}${placeholder(option)}`, option.description);
  const options = given.map(([{ long }, value]) =>
    value === true ? `--${cacName(long)}` : `--${cacName(long)}=${mark}${value}`,
  );
  const parsed = cli.parse(['node', 'sessions', spec.name, ...options, '--', ...operands], { run: false }).options;
  const collected = new Map<string, GivenValue[]>();
  for (const [index, { long }] of spec.options.entries()) {
    const values: unknown = parsed[command.options[index]!.name];
    if (values !== undefined) collected.set(long, [values].flat().map(unmark));
  }
  return { operands: parsed['--'], options: new GivenOptions(spec.options, collected) };
}

function placeholder({ value, valueOptional }: OptionSpec): string {
  if (value === undefined) return '';
  return valueOptional ? ` [${value}]` : ` <${value}>`;
}

/** A name that starts with `no-` is the absence of the rest to cac; here, both may be options of one command. */
function cacName(long: string): string {
  return long.replace(/^no-/, 'without-');
}

/** A flag is `true`. */
function unmark(value: unknown): GivenValue {
  return typeof value === 'string' ? value.slice(mark.length) : true;
}
