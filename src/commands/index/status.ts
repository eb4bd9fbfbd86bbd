import { warn } from '../../base/warn.ts';
import type { Command } from '../command.ts';
import { outputOptions } from '../options.ts';
import { aboutIndex, trustInIndex } from './about-index.ts';
import { withPrinter } from './with-printer.ts';

export const indexStatus: Command = {
  spec: {
    name: 'index status',
    group: 'keep',
    summary: 'tell what the index holds',
    synopsis: ['[options]'],
    description: [aboutIndex, ...trustInIndex],
    operands: [],
    options: outputOptions,
    examples: [
      {
        run: 'sessions index status',
        explains: 'How many sessions the index holds, and when all files were last looked at.',
      },
    ],
    exits: [
      { code: 0, when: 'Done.' },
      { code: 2, when: 'There is no home, or no index can be made in it.' },
    ],
    seeAlso: ['sessions-index-check(1)', 'sessions-index-rebuild(1)', 'sessions-ls(1)'],
  },
  async run(invocation, io) {
    const { indexStatus: status } = await import('../../engine/listing/index-status.ts');
    const { homeOf } = await import('../../engine/listing/list-home.ts');
    const replaced: string[] = [];
    const found = await status(homeOf(io.env, io.cwd), (message) => replaced.push(message));
    await withPrinter(invocation, io, async (printer) => {
      if (printer.mode === 'json') await printer.record(found);
      else if (printer.mode === 'ids') await printer.id(found.path);
      else
        for (const [key, value] of Object.entries(found).slice(1))
          await printer.text(`${key.replaceAll('_', ' ').padEnd(18)}${value ?? '-'}\n`);
    });
    for (const message of replaced) await warn(io, message);
    return 0;
  },
};
