import { exitCodes, type Failure, worstExit } from '../../base/failure.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { HoldReportRow } from '../../engine/holds/report-holds.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Command } from '../command.ts';
import { withPrinter } from '../index/with-printer.ts';
import { outputOptions } from '../options.ts';
import { aboutHolds } from './about-hold.ts';
import { reportDoubts } from './change-holds.ts';

export const holdReport: Command = {
  spec: {
    name: 'hold report',
    group: 'keep',
    summary: 'tell where every held session is',
    synopsis: ['[options] [HOLD]'],
    description: [
      'Lists each session that a hold covers, why, and where it is (schema `hold-report`): present, in the trash, purged, or missing. ' +
        'Missing is what was named, or was seen to match, and was removed by something else. `hold add`, `hold release` and ' +
        '`prune` note what matches; what came and went in between nobody has seen. Nothing is written.',
      ...aboutHolds,
    ],
    operands: [{ name: 'HOLD', min: 0, max: 1 }],
    options: [
      { long: 'hash', description: 'Read all files, and add the SHA-256 of what is stored.' },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions hold report', explains: 'Is everything there that is held?' },
      { run: 'sessions hold report --hash 01a203d8 > evidence.ndjson', explains: 'A list with checksums.' },
    ],
    exits: [
      { code: 0, when: 'All that is held is there.' },
      { code: 1, when: 'Some of it is missing, or was purged.' },
      { code: 2, when: 'Wrong usage, no such hold, or trouble.' },
      { code: 3, when: 'Some sessions could not be looked at.' },
      { code: 4, when: 'The file of holds is damaged, or holds are gone from it.' },
    ],
    seeAlso: ['sessions-hold-add(1)', 'sessions-hold-ls(1)', 'sessions-prune(1)'],
  },
  async run(invocation, io) {
    const { openSessions } = await import('../../engine/resolve-session.ts');
    const { reportHolds } = await import('../../engine/holds/report-holds.ts');
    const catalog = await openSessions(io.env, io.cwd).catalog();
    const progress = startProgress(io);
    const doubts: Failure[] = [];
    const rows = reportHolds(catalog, invocation.operands[0] ?? null, {
      hash: invocation.options.flag('hash'),
      now: io.clock.now(),
      signal: io.signal,
      onDoubt: (doubt) => void doubts.push(doubt),
      onProgress: (done, of) => progress.show(`looking at sessions: ${done} of ${of}`),
    });
    let exit = 0;
    try {
      await withPrinter(invocation, io, async (printer) => {
        for await (const row of rows) {
          await progress.stop();
          if (row.state === 'missing' || row.state === 'purged') exit = exitCodes.findings;
          if (printer.mode === 'json') await printer.record(row);
          else if (printer.mode === 'ids') await printer.id(row.thread_id);
          else await printer.text(describe(row));
        }
      });
    } finally {
      await progress.stop();
    }
    return worstExit(exit, await reportDoubts(doubts, io));
  },
};

function describe({ hold_id, thread_id, covered, through, state, files }: HoldReportRow): string {
  const isGone = state === 'missing' || state === 'purged';
  const why = covered === 'ancestor' ? (through ? `origin of ${through}` : 'origin') : `by ${covered}`;
  const lines = files.map(({ path, sha256 }) => `  ${oneLine(path)}${sha256 === null ? '' : `\n  sha256 ${sha256}`}\n`);
  return `${isGone ? state.toUpperCase() : state.padEnd(7)}  ${thread_id}  ${why}  (hold ${hold_id})\n${lines.join('')}`;
}
