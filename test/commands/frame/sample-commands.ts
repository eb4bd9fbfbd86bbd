import type { Command, CommandSpec, Invocation, OptionSpec } from '../../../src/commands/command.ts';
import { outputOptions, selectorOptions } from '../../../src/commands/options.ts';

const options: OptionSpec[] = [
  ...outputOptions,
  ...selectorOptions,
  { long: 'turn', short: 't', value: 'A..B', description: 'Turns.' },
  { long: 'type', value: 'TYPE', repeatable: true, description: 'Types.' },
];

function specOf(name: string, changed: Partial<CommandSpec> = {}): CommandSpec {
  return {
    name,
    group: 'look',
    summary: `do ${name}`,
    synopsis: ['[options] [SESSION...]'],
    description: ["Does `it`. Don't ask."],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options,
    examples: [],
    exits: [{ code: 0, when: 'Done.' }],
    seeAlso: [],
    ...changed,
  };
}

/** Commands of every shape: many operands, exactly one, two words beside one of the same first word, two words only. */
export const sampleSpecs: CommandSpec[] = [
  specOf('ls'),
  specOf('show', { operands: [{ name: 'SESSION', min: 1, max: 1, completes: 'session' }], synopsis: ['SESSION'] }),
  specOf('exec'),
  specOf('exec resume'),
  specOf('hold add'),
  specOf('hold list'),
];

export function sampleCommand(run: (invocation: Invocation) => number | Promise<number>): Command {
  return { spec: sampleSpecs[0]!, run: async (invocation) => run(invocation) };
}
