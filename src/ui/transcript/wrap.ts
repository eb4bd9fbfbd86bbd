import { displayWidth } from '../text-width.ts';

/**
 * Where a line is broken so that each row fits into `width` columns: pairs of offsets, start and end. Breaks at a space
 * where one stands in the second half of the row, else between two characters as a terminal draws them.
 * @param line escaped text without LF and TAB
 * @param width columns, at least 2; Infinity for one row
 */
export function breakLine(line: string, width: number): Row[] {
  if (printableAscii.test(line)) return breakAscii(line, width);
  return breakWide(line, width);
}

export type Row = readonly [start: number, end: number];

/** TABs become spaces up to the next multiple of 8 columns, counted from `column`. */
export function expandTabs(line: string, column = 0): string {
  if (!line.includes('\t')) return line;
  let expanded = '';
  let at = column;
  for (const [index, piece] of line.split('\t').entries()) {
    if (index > 0) {
      const gap = 8 - (at % 8);
      expanded += ' '.repeat(gap);
      at += gap;
    }
    expanded += piece;
    at += displayWidth(piece);
  }
  return expanded;
}

const printableAscii = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function breakAscii(line: string, width: number): Row[] {
  const rows: Row[] = [];
  let start = 0;
  while (line.length - start > width) {
    const space = line.slice(start, start + width + 1).lastIndexOf(' ');
    const atSpace = space > width / 2;
    const end = start + (atSpace ? space : width);
    rows.push([start, end]);
    start = atSpace ? end + 1 : end;
  }
  rows.push([start, line.length]);
  return rows;
}

function breakWide(line: string, width: number): Row[] {
  const rows: Row[] = [];
  let start = 0;
  let columns = 0;
  let space = -1;
  let columnsAtSpace = 0;
  const close = (index: number) => {
    const atSpace = columnsAtSpace > width / 2;
    const end = atSpace ? space : index;
    if (end > start) rows.push([start, end]);
    start = atSpace ? end + 1 : end;
    columns = atSpace ? columns - columnsAtSpace - 1 : 0;
    columnsAtSpace = 0;
  };
  for (const { segment, index } of graphemes.segment(line)) {
    const wide = displayWidth(segment);
    // One space may stand just past the margin: the break will swallow it.
    if (columns + wide > width && !(segment === ' ' && columns === width)) close(index);
    if (segment === ' ') {
      space = index;
      columnsAtSpace = columns;
    }
    columns += wide;
  }
  if (columns > width && columnsAtSpace === width) close(line.length);
  rows.push([start, line.length]);
  return rows;
}
