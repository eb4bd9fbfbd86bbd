import { oneLine } from '../../base/safe-text.ts';
import { displayWidth } from '../../ui/text-width.ts';
import { type Paragraph, paragraph, type Span, span } from '../../ui/transcript/paragraph.ts';
import { layOutRows } from '../../ui/transcript/rows.ts';

export interface Table {
  head: string[];
  /** `---`, `:--`, `--:`, `:-:` of each column. */
  marks: string[];
  rows: string[][];
  /** The first part of the same table, whose columns this one has or wider ones; null for the first. */
  like: Table | null;
}

/** The cells of a line; the bars at its ends are none. */
export function splitCells(line: string): string[] {
  const body = line.trim().replace(/^\|/, '');
  const cells: string[] = [''];
  for (let at = 0; at < body.length; at++) {
    const character = body[at] as string;
    if (character === '\\' && body[at + 1] === '|') {
      cells[cells.length - 1] += '|';
      at++;
    } else if (character === '|' && at === body.length - 1) break;
    else if (character === '|' && cells.length < mostCells) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells.map((cell) => cell.trim());
}

/** The line below the head of a table. */
export function isDelimiter(body: string): boolean {
  return body.includes('-') && /^[|:\- \t]+$/.test(body) && splitCells(body).every((cell) => /^:?-+:?$/.test(cell));
}

/** Adds a row. What is too much for the columns is not lost. */
export function addCells(table: Table, line: string): void {
  const cells = splitCells(line);
  const columns = table.head.length;
  const last = cells.slice(columns - 1).join(' | ');
  table.rows.push([...cells.slice(0, columns - 1), ...(cells.length >= columns ? [last] : [])]);
}

/**
 * A table in columns that fit; where there is no room for columns, each row as a list of its cells.
 * @param width columns, at least 2; Infinity for as much as it takes
 */
export function tableParagraphs(table: Table, width: number, inline: (text: string) => Span[]): Paragraph[] {
  const measured = [table.head, ...(table.like?.rows ?? []), ...table.rows];
  const natural = table.head.map((_, column) => {
    const cells = measured.map((row) => inline(oneLine(row[column] ?? '')));
    return Math.max(1, ...cells.map((cell) => displayWidth(textOf(cell))));
  });
  const columns = fitted(natural, width - 3 * (natural.length - 1));
  if (columns === null) return listed(table, inline);
  const line = (cells: readonly Span[][]) => rowParagraphs(cells, columns, table.marks);
  const cellsOf = (row: readonly string[]) => columns.map((_, column) => inline(oneLine(row[column] ?? '')));
  const head = cellsOf(table.head).map((cell) => cell.map(({ text }) => span(text, 'bold')));
  const rule = paragraph(none, span(columns.map((each) => '─'.repeat(each)).join('─┼─'), 'dim'));
  return [...(table.like ? [] : [...line(head), rule]), ...table.rows.flatMap((row) => line(cellsOf(row)))];
}

const none = { first: '', rest: '' };

/** The widest columns give way first. Null where even narrow ones have no room. */
function fitted(natural: readonly number[], room: number): number[] | null {
  const total = natural.reduce((sum, each) => sum + each, 0);
  if (total <= room) return [...natural];
  if (room < natural.length * narrowestCell) return null;
  let low = narrowestCell;
  let high = Math.max(...natural);
  const taken = (most: number) => natural.reduce((sum, each) => sum + Math.min(each, most), 0);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (taken(middle) <= room) low = middle;
    else high = middle - 1;
  }
  let left = room - taken(low);
  return natural.map((each) =>
    each > low && left > 0 ? Math.min(each, low + (left-- > 0 ? 1 : 0)) : Math.min(each, low),
  );
}

function rowParagraphs(cells: readonly Span[][], columns: readonly number[], marks: readonly string[]): Paragraph[] {
  const broken = cells.map((cell, at) => layOutRows(paragraph(none, ...cell), columns[at] as number));
  const height = Math.max(...broken.map((rows) => rows.length));
  return Array.from({ length: height }, (_, at) => {
    const spans = broken.flatMap((rows, column) => [
      ...(column === 0 ? [] : [span(' │ ', 'dim')]),
      ...padded(rows[at]?.spans ?? [], columns[column] as number, marks[column] ?? ''),
    ]);
    return paragraph(none, ...spans);
  });
}

function padded(spans: readonly Span[], width: number, mark: string): Span[] {
  const gap = Math.max(0, width - displayWidth(textOf(spans)));
  const isRight = mark.endsWith(':');
  const before = !isRight ? 0 : mark.startsWith(':') ? Math.floor(gap / 2) : gap;
  return [span(' '.repeat(before)), ...spans, span(' '.repeat(gap - before))];
}

function listed(table: Table, inline: (text: string) => Span[]): Paragraph[] {
  return table.rows.flatMap((row) =>
    row.map((cell, column) =>
      paragraph(
        { first: column === 0 ? '- ' : '  ', rest: '    ' },
        span(`${table.head[column] ?? ''}: `, 'bold'),
        ...inline(cell),
      ),
    ),
  );
}

function textOf(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join('');
}

const mostCells = 40;
const narrowestCell = 4;
