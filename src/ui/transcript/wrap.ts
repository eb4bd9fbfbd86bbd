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

/** TABs become spaces up to the next multiple of 8 columns, counted from the end of `before`. */
export function expandTabs(line: string, before: string): string {
  if (!line.includes('\t')) return line;
  let expanded = '';
  let at = widthOf(before);
  for (const [index, piece] of line.split('\t').entries()) {
    if (index > 0) {
      const gap = 8 - (at % 8);
      expanded += ' '.repeat(gap);
      at += gap;
    }
    expanded += piece;
    at += widthOf(piece);
  }
  return expanded;
}

const printableAscii = /^[\x20-\x7e]*$/;
/** Always the root locale: where a character ends must not depend on the user's language. */
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const windowLength = 1000;

/** Columns of a text of any length. */
function widthOf(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes(text)) columns += displayWidth(segment);
  return columns;
}

/** Through a window: the segmenter's time for a whole text grows with the square of its length. */
function* graphemes(text: string): Generator<{ segment: string; index: number }> {
  let start = 0;
  while (start < text.length) {
    const piece = text.slice(start, start + windowLength);
    const isLast = start + windowLength >= text.length;
    const segments = [...segmenter.segment(piece)];
    // The window may have cut its last character short; the next one begins there.
    if (!isLast && segments.length > 1) segments.pop();
    for (const { segment, index } of segments) yield { segment, index: start + index };
    const last = segments.at(-1)!;
    start += last.index + last.segment.length;
  }
}

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
  if (start < line.length || rows.length === 0) rows.push([start, line.length]);
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
  for (const { segment, index } of graphemes(line)) {
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
  if (start < line.length || rows.length === 0) rows.push([start, line.length]);
  return rows;
}
