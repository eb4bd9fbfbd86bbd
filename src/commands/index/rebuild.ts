import { warn } from '../../base/warn.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Command } from '../command.ts';
import { outputOptions } from '../options.ts';
import { aboutIndex } from './about-index.ts';
import { withPrinter } from './with-printer.ts';

export const indexRebuild: Command = {
  spec: {
    name: 'index rebuild',
    group: 'keep',
    summary: 'throw the index away and make it anew from the files',
    synopsis: ['[options]'],
    description: [aboutIndex],
    operands: [],
    options: outputOptions,
    examples: [{ run: 'sessions index rebuild', explains: 'Read every session once more.' }],
    exits: [
      { code: 0, when: 'Done.' },
      { code: 2, when: 'There is no home, or no index can be made in it.' },
    ],
    seeAlso: ['sessions-index-status(1)', 'sessions-index-check(1)'],
  },
  async run(invocation, io) {
    const { indexStatus: status, rebuildIndex } = await import('../../engine/listing/index-status.ts');
    const { homeOf } = await import('../../engine/listing/list-home.ts');
    const home = homeOf(io.env, io.cwd);
    const replaced: string[] = [];
    const onReplaced = (message: string) => replaced.push(message);
    const progress = startProgress(io);
    try {
      await rebuildIndex(home, {
        onReplaced,
        now: io.clock.now(),
        signal: io.signal,
        onProgress: (done, of) => progress.show(`reading sessions: ${done} of ${of}`),
      });
    } finally {
      await progress.stop();
    }
    const found = await status(home, onReplaced);
    await withPrinter(invocation, io, async (printer) => {
      if (printer.mode === 'json') await printer.record(found);
      else if (printer.mode === 'human') await printer.text(`${found.threads} sessions\n`);
    });
    for (const message of replaced) await warn(io, message);
    return 0;
  },
};
