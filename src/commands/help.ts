import { Failure } from '../base/failure.ts';
import { chooseColours } from '../ui/colour.ts';
import type { Command, CommandSpec } from './command.ts';
import { commandsUnder, findCommand } from './frame/find-command.ts';
import { renderCommandHelp, renderHelpUnder, renderOverview } from './frame/render-help.ts';

/** @param specs asked for when the command runs, because help is itself one of them */
export function createHelp(specs: () => readonly CommandSpec[]): Command {
  return {
    spec: {
      name: 'help',
      group: 'other',
      summary: 'explain the program or one command',
      synopsis: ['[COMMAND]'],
      description: ['Without COMMAND, lists the commands. `sessions COMMAND --help` prints the same text.'],
      operands: [{ name: 'COMMAND', min: 0, max: 2, completes: 'command' }],
      options: [],
      examples: [{ run: 'sessions help ls', explains: 'All about sessions ls.' }],
      exits: [
        { code: 0, when: 'The help was printed.' },
        { code: 2, when: 'There is no such command.' },
      ],
      seeAlso: [],
    },
    async run({ operands }, io) {
      const style = { colours: await chooseColours(io, true), columns: io.stdout.columns };
      if (operands.length === 0) {
        await io.stdout.write(renderOverview(specs(), style));
        return 0;
      }
      const under = commandsUnder(operands, specs());
      if (under.length > 0) {
        await io.stdout.write(renderHelpUnder(under, style));
        return 0;
      }
      const { spec, rest } = findCommand(operands, specs());
      if (rest.length > 0) throw new Failure('usage', `'${operands.join(' ')}' is not a command`);
      await io.stdout.write(renderCommandHelp(spec, style));
      return 0;
    },
  };
}
