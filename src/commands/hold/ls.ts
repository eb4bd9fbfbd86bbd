import { count } from '../../base/amounts.ts';
import { oneLine } from '../../base/safe-text.ts';
import { relativeAge } from '../../base/time.ts';
import type { HoldRow } from '../../engine/holds/list-holds.ts';
import type { Command } from '../command.ts';
import { withPrinter } from '../index/with-printer.ts';
import { outputOptions } from '../options.ts';
import { aboutHolds } from './about-hold.ts';

export const holdLs: Command = {
  spec: {
    name: 'hold ls',
    group: 'keep',
    summary: 'list legal holds',
    synopsis: ['[options]'],
    description: ['Lists the holds in force, oldest first (schema `hold-row`). Nothing is written.', ...aboutHolds],
    operands: [],
    options: [{ long: 'all', description: 'Holds that were released, too.' }, ...outputOptions],
    examples: [{ run: 'sessions hold ls --all', explains: 'Every hold that there ever was.' }],
    exits: [
      { code: 0, when: 'Done, also when there is none.' },
      { code: 2, when: 'Wrong usage, or there is no home.' },
      { code: 4, when: 'The file of holds is damaged, holds are gone from it, or it cannot be read.' },
    ],
    seeAlso: ['sessions-hold-add(1)', 'sessions-hold-report(1)'],
  },
  async run(invocation, io) {
    const { listHolds } = await import('../../engine/holds/list-holds.ts');
    const { homeOf } = await import('../../engine/listing/list-home.ts');
    const rows = listHolds(homeOf(io.env, io.cwd), invocation.options.flag('all'));
    await withPrinter(invocation, io, async (printer) => {
      for (const row of rows) {
        if (printer.mode === 'json') await printer.record(row);
        else if (printer.mode === 'ids') await printer.id(row.hold_id);
        else await printer.text(describe(row, io.clock.now()));
      }
    });
    return 0;
  },
};

function describe(row: HoldRow, now: number): string {
  const what = row.query
    ? Object.entries(row.query).map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`)
    : ['by id'];
  const counts = `${count(row.sessions, 'session')}${row.ancestors ? `, ${count(row.ancestors, 'origin')}` : ''}`;
  const end = row.released
    ? `  released ${relativeAge(Date.parse(row.released.at), now)} by ${row.released.who}: ${row.released.reason}\n`
    : '';
  const text = `${row.hold_id}  ${relativeAge(Date.parse(row.at), now)}  ${row.who}  ${row.matter}`;
  return `${oneLine(text)}\n  ${oneLine(what.join(', ') || 'all sessions')}; ${counts}\n${end && `  ${oneLine(end.trim())}\n`}`;
}
