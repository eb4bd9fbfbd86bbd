import { parseTime, relativeAge } from '../../base/time.ts';
import type { Branch } from '../../engine/listing/arrange-tree.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Printer } from '../../ui/printer.ts';
import { shortSize } from '../../ui/short-size.ts';
import type { Cell, Column } from '../../ui/table.ts';

/**
 * Sessions as a table, as ids, or as rows of NDJSON, as they come.
 *
 * @param onFirst called before the first one is written
 */
export async function printRows(
  branches: AsyncIterable<Branch>,
  printer: Printer,
  now: number,
  onFirst: () => Promise<void>,
): Promise<void> {
  // Measuring text takes a while to load, and is needed on a terminal only.
  const table = printer.mode === 'human' ? await openTable(printer) : null;
  let isFirst = true;
  for await (const branch of branches) {
    const { row } = branch;
    if (isFirst) {
      await onFirst();
      if (table) await printer.text(table.header());
    }
    isFirst = false;
    if (table) await printer.text(table.row(branch, now));
    else await (printer.mode === 'json' ? printer.record(row) : printer.id(row.thread_id));
  }
  if (isFirst && table) await printer.text('no sessions\n');
}

async function openTable(printer: Printer) {
  const { createTable } = await import('../../ui/table.ts');
  const shown = columnsFor(printer.columns);
  const table = createTable(shown, printer.columns, printer.colours);
  return {
    header: () => table.header(),
    row: (branch: Branch, now: number) => table.rows([shown.map(({ cell }) => cell(branch, now))]),
  };
}

type ShownColumn = Column & { cell(branch: Branch, now: number): Cell };

/** What fits the terminal, and leaves the name some room. The beginning of an id names its session as well. */
function columnsFor(width: number): ShownColumn[] {
  const idWidth = width < 60 ? 13 : width < 100 ? 18 : 36;
  const amounts: ShownColumn[] = [
    { title: 'TOKENS', width: 8, align: 'right', cell: ({ row }) => shortCount(row.tokens_used) },
    { title: 'SIZE', width: 8, align: 'right', cell: ({ row }) => shortSize(row.size_bytes) },
  ];
  return [
    { title: 'ID', width: idWidth, cell: ({ row }) => row.thread_id.slice(0, idWidth) },
    { title: 'UPDATED', width: 10, cell: ({ row }, now) => ageOf(row, now) },
    ...(width < 60 ? [] : [turnsColumn]),
    ...(width < 100 ? [] : amounts),
    ...(width < 50 ? [] : [marksColumn]),
    {
      ...{ title: 'NAME OR FIRST MESSAGE', width: 'rest' },
      cell: (branch) => ({ indent: indentOf(branch), text: branch.row.name ?? branch.row.first_message ?? '' }),
    },
  ];
}

const turnsColumn: ShownColumn = { title: 'TURNS', width: 5, align: 'right', cell: ({ row }) => String(row.turns) };

const marksColumn: ShownColumn = { title: 'MARKS', width: 5, cell: ({ row }) => marks(row) };

function ageOf({ updated_at: at }: ThreadRow, now: number): string {
  const updated = at === null ? null : parseTime(at);
  return updated === null ? '-' : relativeAge(updated, now);
}

/** The lines of the tree before a row. */
export function indentOf({ above, hasNext, isRoot }: Omit<Branch, 'row'>): string {
  return isRoot ? '' : `${above.map((goesOn) => (goesOn ? '│ ' : '  ')).join('')}${hasNext ? '├─' : '└─'} `;
}

/** Live, archived, forked, sub-agent, damaged. */
function marks(row: ThreadRow): string {
  return [
    row.live ? 'L' : '',
    row.archived ? 'A' : '',
    row.forked_from_id ? 'F' : '',
    row.parent_thread_id ? 'S' : '',
    row.damage.length > 0 ? '!' : '',
  ].join('');
}

function shortCount(count: number | null): string {
  if (count === null) return '-';
  if (count < 10_000) return String(count);
  return count < 10_000_000 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1_000_000)}M`;
}
