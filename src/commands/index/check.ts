import { exitCodes } from '../../base/failure.ts';
import { warn } from '../../base/warn.ts';
import type { Finding } from '../../model/finding.ts';
import type { Printer } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Command } from '../command.ts';
import { outputOptions } from '../options.ts';
import { trustInIndex } from './about-index.ts';
import { withPrinter } from './with-printer.ts';

export const indexCheck: Command = {
  spec: {
    name: 'index check',
    group: 'keep',
    summary: 'compare every row of the index with the files',
    synopsis: ['[options]'],
    description: [
      'Makes every row anew from the files and prints each difference as a finding (schema `finding`). Nothing is mended: ' +
        '`sessions index rebuild` does that.',
      ...trustInIndex,
    ],
    operands: [],
    options: outputOptions,
    examples: [{ run: 'sessions index check', explains: 'Is the index right?' }],
    exits: [
      { code: 0, when: 'Every row is what the files say.' },
      { code: 1, when: 'Some are not.' },
      { code: 2, when: 'There is no home, or no index can be made in it.' },
    ],
    seeAlso: ['sessions-index-rebuild(1)', 'sessions-index-status(1)'],
  },
  async run(invocation, io) {
    const { checkIndex } = await import('../../engine/listing/check-index.ts');
    const { homeOf } = await import('../../engine/listing/list-home.ts');
    const progress = startProgress(io);
    const replaced: string[] = [];
    let findings = 0;
    await withPrinter(invocation, io, async (printer) => {
      const checks = checkIndex(homeOf(io.env, io.cwd), {
        now: io.clock.now(),
        signal: io.signal,
        onProgress: (done, of) => progress.show(`checking sessions: ${done} of ${of}`),
        onReplaced: (message) => replaced.push(message),
      });
      for await (const found of checks) {
        findings++;
        await progress.stop();
        await printFinding(found, printer);
      }
      await progress.stop();
      if (findings === 0 && printer.mode === 'human') await printer.text('the index agrees with the files\n');
    });
    for (const message of replaced) await warn(io, message);
    return findings > 0 ? exitCodes.findings : 0;
  },
};

async function printFinding(found: Finding, printer: Printer): Promise<void> {
  const { oneLine } = await import('../../base/safe-text.ts');
  if (printer.mode === 'json') await printer.record(found);
  else if (printer.mode === 'ids') await printer.id(found.thread_id ?? '-');
  else await printer.text(`${found.rule}  ${found.thread_id ?? ''}${found.pointer ?? ''}  ${oneLine(found.message)}\n`);
}
