import { packageVersion } from '../base/package-files.ts';
import type { Command } from './command.ts';

export const version: Command = {
  spec: {
    name: 'version',
    group: 'other',
    summary: 'print the version',
    synopsis: [''],
    description: ['Prints the name of the program and its version on one line.'],
    operands: [],
    options: [],
    examples: [],
    exits: [
      { code: 0, when: 'The version was printed.' },
      { code: 2, when: 'A wrong option or argument.' },
    ],
    seeAlso: [],
  },
  async run(_invocation, io) {
    await io.stdout.write(`sessions ${packageVersion()}\n`);
    return 0;
  },
};
