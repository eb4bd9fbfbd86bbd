import type { Io } from '../../base/io.ts';
import { parseTime, relativeAge } from '../../base/time.ts';
import type { TrashRow } from '../../engine/trash/trash-rows.ts';
import { shortSize } from '../../ui/short-size.ts';
import { type Column, createTable } from '../../ui/table.ts';
import type { Invocation } from '../command.ts';
import { withPrinter } from '../index/with-printer.ts';

/** `restore --list`. */
export async function printTrash(invocation: Invocation, io: Io): Promise<number> {
  const { listTrash } = await import('../../engine/trash/trash-rows.ts');
  const { homeOf } = await import('../../engine/listing/list-home.ts');
  const rows = listTrash(homeOf(io.env, io.cwd));
  await withPrinter(invocation, io, async (printer) => {
    const table = createTable(columns, printer.columns, printer.colours);
    let tx: string | null = null;
    for (const row of rows) {
      if (printer.mode === 'json') await printer.record(row);
      else if (printer.mode === 'ids') await printer.id(row.thread_id);
      else {
        // A transaction is what restore takes: whole and on a line of its own, since a row at 80 columns has no room for it.
        if (row.tx !== tx) await printer.text(`${tx === null ? '' : '\n'}${headOf(row, io.clock.now())}\n`);
        tx = row.tx;
        await printer.text(
          table.rows([[{ indent: '  ', text: row.thread_id }, shortSize(row.size_bytes), row.name ?? '']]),
        );
      }
    }
  });
  return 0;
}

const columns: Column[] = [
  { title: 'SESSION', width: 38 },
  { title: 'SIZE', width: 8, align: 'right' },
  { title: 'NAME', width: 'rest' },
];

function headOf({ tx, kind, trashed_at, purge_at }: TrashRow, now: number): string {
  const removed = trashed_at === null ? 'nothing tells when' : relativeAge(parseTime(trashed_at) as number, now);
  return `${tx}  ${kind}, ${removed}${purge_at === null ? '' : `, ${endOf(parseTime(purge_at) as number, now)}`}`;
}

function endOf(ms: number, now: number): string {
  return ms <= now ? 'the next prune may purge it' : `can be purged ${relativeAge(ms, now)}`;
}
