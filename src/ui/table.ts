import CliTable from 'cli-table3';
import { escapeForTerminal } from '../base/safe-text.ts';
import type { Colours } from './colour.ts';
import { displayWidth, truncate } from './text-width.ts';
import { breakLine } from './transcript/wrap.ts';

export interface Column {
  title: string;
  /** Columns of the terminal; the `rest` columns share what the others leave. */
  width: number | 'rest';
  align?: 'left' | 'right';
  /** What does not fit goes on below, for so many lines at most; 1 when absent. */
  lines?: number;
}

/** A table whose widths follow from its columns alone, so that rows can be written as they come. */
export interface Table {
  /** The line of titles, with its LF. */
  header(): string;
  /** One line a row, or as many as its longest cell may take, each with its LF. Cells are made safe and cut with a `…`. */
  rows(cells: Cell[][]): string;
}

/** Text, or text behind an indent that is kept as it is. */
export type Cell = string | { indent: string; text: string };

export function createTable(columns: Column[], width: number, colours: Colours): Table {
  const widths = shareWidth(columns, width);
  const linesOf = (cell: Cell, index: number) => {
    const { indent, text } = typeof cell === 'string' ? { indent: '', text: cell } : cell;
    const { align = 'left', lines = 1 } = columns[index]!;
    const width = widths[index]!;
    return breakAt(indent + flatten(text), width, lines).map((line) => fill(line, width, align));
  };
  const row = (cells: Cell[]) => {
    const broken = cells.map(linesOf);
    const height = Math.max(...broken.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      layOut(broken.map((lines, index) => lines[line] ?? ' '.repeat(widths[index]!))),
    ).join('');
  };
  return {
    header: () => layOut(columns.map(({ title }, index) => colours.bold(linesOf(title, index)[0]!))),
    rows: (cells) => cells.map(row).join(''),
  };
}

/** The last line has a `…` where there is more. */
function breakAt(text: string, width: number, most: number): string[] {
  const rows = most === 1 ? [] : breakLine(text, width).slice(0, most - 1);
  const lines = rows.map(([start, end]) => text.slice(start, end));
  const rest = text.slice(rows.at(-1)?.[1] ?? 0).trimStart();
  return rest === '' && lines.length > 0 ? lines : [...lines, truncate(most === 1 ? text : rest, width)];
}

const gap = '  ';
const narrowest = 8;

function shareWidth(columns: Column[], width: number): number[] {
  const rest = columns.filter((column) => column.width === 'rest').length;
  const taken = columns.reduce((sum, column) => sum + (column.width === 'rest' ? 0 : column.width), 0);
  const share = Math.floor((width - taken - gap.length * (columns.length - 1)) / Math.max(rest, 1));
  return columns.map((column) => (column.width === 'rest' ? Math.max(share, narrowest) : column.width));
}

function flatten(text: string): string {
  return escapeForTerminal(
    text
      .slice(0, longestRead)
      .replace(/[\r\n\t ]+/g, ' ')
      .trim(),
  );
}

/** A message may be megabytes long; no more of it than this is looked at for its one line. */
const longestRead = 16_384;

function fill(text: string, width: number, align: 'left' | 'right'): string {
  const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? padding + text : text + padding;
}

/**
 * One row at a time, with cells that are already as wide as they are to be: cli-table3 measures newer emoji as narrow,
 * so it must not have to even out a column.
 */
function layOut(cells: string[]): string {
  const table = new CliTable({ chars: noBorders, style: noStyle });
  table.push(cells);
  return `${table.toString().trimEnd()}\n`;
}

/** Its defaults colour heads and borders, in pipes as well. */
const noStyle = { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true };
const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: gap,
};
