import { parseTime, relativeAge } from '../../base/time.ts';
import type { LineageRow, Relative } from '../../engine/lineage/read-lineage.ts';
import type { Printer } from '../../ui/printer.ts';
import type { Cell, Column } from '../../ui/table.ts';
import { indentOf } from '../ls/print-rows.ts';

/**
 * A family as a tree, as ids, or as rows of NDJSON.
 *
 * @param known ids of all sessions: as much of an id is shown as names one of them
 */
export async function printLineage(
  relatives: readonly Relative[],
  known: Iterable<string>,
  printer: Printer,
  now: number,
): Promise<void> {
  if (printer.mode !== 'human') {
    for (const { row } of relatives)
      await (printer.mode === 'json' ? printer.record(row) : row.missing || printer.id(row.thread_id));
    return;
  }
  const { createTable } = await import('../../ui/table.ts');
  const shorten = shortIds([...known, ...relatives.map(({ row }) => row.thread_id)]);
  const idWidth = Math.max(...relatives.map(({ row }) => shorten(row.thread_id).length));
  const table = createTable(columnsOf(idWidth), printer.columns, printer.colours);
  await printer.text(table.header());
  for (const relative of relatives) {
    const line = table.rows([cells(relative, shorten, now)]);
    const isSelf = relative.row.relation === 'self';
    await printer.text(isSelf ? `${printer.colours.bold(line.slice(0, -1))}\n` : line);
  }
}

function columnsOf(idWidth: number): Column[] {
  return [
    { title: '', width: 1 },
    { title: 'ID', width: idWidth },
    { title: 'ORIGIN', width: 15 },
    { title: 'UPDATED', width: 9 },
    { title: 'STATE', width: 8 },
    { title: 'NAME OR FIRST MESSAGE', width: 'rest' },
  ];
}

function cells({ row, place }: Relative, shorten: (id: string) => string, now: number): Cell[] {
  const updated = row.updated_at === null ? null : parseTime(row.updated_at);
  const indent = indentOf({ above: place.above, hasNext: place.hasNext, isRoot: place.depth === 0 });
  return [
    row.relation === 'self' ? '>' : '',
    shorten(row.thread_id),
    describeOrigin(row),
    updated === null ? '-' : relativeAge(updated, now),
    describeState(row),
    { indent, text: row.name ?? row.first_message ?? '' },
  ];
}

/** `turn 3, copy`, `turn 2, ref`, `sub-agent`, `review`; empty for the first. */
function describeOrigin({ origin, method, forked_at_turn: turn }: LineageRow): string {
  if (origin === 'review') return 'review';
  if (origin === 'sub_agent') return 'sub-agent';
  if (origin === null) return '';
  const how = method === 'reference' ? 'ref' : method;
  const where = turn === null ? 'fork' : `turn ${turn}`;
  return how === null ? where : `${where}, ${how}`;
}

function describeState(row: LineageRow): string {
  if (row.missing) return 'missing';
  if (row.live) return 'live';
  if (row.archived) return 'archived';
  return row.damage.length > 0 ? 'damaged' : '';
}

/** The beginning of each id that no other one shares; all of them are as long as those of the same moment need. */
function shortIds(ids: readonly string[]): (id: string) => string {
  const sorted = [...new Set(ids)].sort();
  const places = new Map(sorted.map((id, place) => [id, place]));
  return (id) => {
    const place = places.get(id) ?? 0;
    const shared = [sorted[place - 1], sorted[place + 1]].map((other) => sharedLength(id, other ?? ''));
    return id.slice(0, Math.max(SHORTEST, ...shared.map((length) => length + 1)));
  };
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

const SHORTEST = 8;
