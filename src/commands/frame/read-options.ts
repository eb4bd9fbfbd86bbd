import { Failure } from '../../base/failure.ts';
import type { OptionSpec } from '../command.ts';
import type { GivenValue } from './given-options.ts';
import { suggest } from './nearest.ts';

/**
 * Splits the arguments behind a command into options and operands, as POSIX and GNU have it: `--` ends the options, `-`
 * is an operand, `-q0` is `-q -0`, `--limit 3` is `--limit=3`. Every value stays the string that was typed.
 */
export function readOptions(
  argv: readonly string[],
  specs: readonly OptionSpec[],
): { given: [OptionSpec, GivenValue][]; operands: string[] } {
  const given: [OptionSpec, GivenValue][] = [];
  const operands: string[] = [];
  const queue = [...argv];
  for (let argument = queue.shift(); argument !== undefined; argument = queue.shift()) {
    if (argument === '--') {
      operands.push(...queue);
      break;
    }
    if (argument === '-' || !argument.startsWith('-')) operands.push(argument);
    else if (argument.startsWith('--')) given.push(readLong(argument, queue, specs));
    else given.push(...readShort(argument, queue, specs));
  }
  return { given, operands };
}

function readLong(argument: string, queue: string[], specs: readonly OptionSpec[]): [OptionSpec, GivenValue] {
  const equals = argument.indexOf('=');
  const name = equals === -1 ? argument.slice(2) : argument.slice(2, equals);
  const spec = specs.find(({ long }) => long === name);
  if (!spec) throw unknownOption(`--${name}`, suggest(name, longNames(specs), '--'));
  return [spec, takeValue(spec, `--${name}`, equals === -1 ? undefined : argument.slice(equals + 1), queue)];
}

function readShort(argument: string, queue: string[], specs: readonly OptionSpec[]): [OptionSpec, GivenValue][] {
  const given: [OptionSpec, GivenValue][] = [];
  let letters = argument.slice(1);
  while (letters !== '') {
    const letter = [...letters][0]!;
    letters = letters.slice(letter.length);
    const spec = specs.find(({ short }) => short === letter);
    if (!spec) throw unknownOption(`-${letter}`, suggest(argument.slice(1), longNames(specs), '--'));
    const attached = spec.value === undefined || letters === '' ? undefined : letters.replace(/^=/, '');
    given.push([spec, takeValue(spec, `-${letter}`, attached, queue)]);
    if (attached !== undefined) break;
  }
  return given;
}

function longNames(specs: readonly OptionSpec[]): string[] {
  return [...specs.map(({ long }) => long), 'help', 'version'];
}

function unknownOption(name: string, hint: string | undefined): Failure {
  return new Failure('usage', `there is no option ${name}`, { hint: hint ?? 'add --help for the options' });
}

/** @param attached the text behind `=`, if there is any */
function takeValue(spec: OptionSpec, name: string, attached: string | undefined, queue: string[]): GivenValue {
  if (spec.value === undefined) {
    if (attached !== undefined) throw new Failure('usage', `${name} takes no value`);
    return true;
  }
  if (attached === undefined && spec.valueOptional) return true;
  const value = attached ?? nextValue(spec, name, queue);
  // Nearly always an unset variable of a script, which must not widen a selection.
  if (value === '') throw new Failure('usage', `${name} needs ${spec.value}, not an empty text`);
  if (spec.values && !spec.values.includes(value)) {
    const hint = suggest(value, spec.values) ?? `one of: ${spec.values.join(', ')}`;
    throw new Failure('usage', `${name} does not take '${value}'`, { hint });
  }
  return value;
}

function nextValue(spec: OptionSpec, name: string, queue: string[]): string {
  const next = queue.shift();
  if (next === undefined) throw new Failure('usage', `${name} needs ${spec.value}`);
  if (next !== '-' && next.startsWith('-')) {
    const hint = next === '--' ? undefined : `if '${next}' is the value, write --${spec.long}=${next}`;
    throw new Failure('usage', `${name} needs ${spec.value}`, hint === undefined ? {} : { hint });
  }
  return next;
}
