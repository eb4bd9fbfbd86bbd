import { parseTime, relativeAge } from '../../base/time.ts';
import type { Branch } from '../../engine/listing/arrange-tree.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { Printer } from '../../ui/printer.ts';
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
    if (table) await printer.text(table.rows([cells(branch, now)]));
    else await (printer.mode === 'json' ? printer.record(row) : printer.id(row.thread_id));
  }
  if (isFirst && table) await printer.text('no sessions\n');
}

async function openTable(printer: Printer) {
  const { createTable } = await import('../../ui/table.ts');
  return createTable(columns, printer.columns, printer.colours);
}

const columns: Column[] = [
  { title: 'ID', width: 36 },
  { title: 'UPDATED', width: 10 },
  { title: 'TURNS', width: 5, align: 'right' },
  { title: 'TOKENS', width: 8, align: 'right' },
  { title: 'SIZE', width: 8, align: 'right' },
  { title: 'MARKS', width: 6 },
  { title: 'NAME OR FIRST MESSAGE', width: 'rest' },
];

function cells(branch: Branch, now: number): Cell[] {
  const { row } = branch;
  const updated = row.updated_at === null ? null : parseTime(row.updated_at);
  return [
    row.thread_id,
    updated === null ? '-' : relativeAge(updated, now),
    String(row.turns),
    row.tokens_used === null ? '-' : shortCount(row.tokens_used),
    shortSize(row.size_bytes),
    marks(row),
    { indent: indentOf(branch), text: row.name ?? row.first_message ?? '' },
  ];
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

function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  return count < 10_000_000 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1_000_000)}M`;
}

function shortSize(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}${units[power]}`;
}
