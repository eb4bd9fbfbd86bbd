import { displayWidth } from '../text-width.ts';

/**
 * Where a line is broken so that each row fits into `width` columns: pairs of offsets, start and end. Breaks at a space
 * where one stands in the second half of the row, else between two characters as a terminal draws them.
 * @param line escaped text without LF and TAB
 * @param width columns, at least 2; Infinity for one row
 */
export function breakLine(line: string, width: number): Row[] {
  if (!Number.isFinite(width)) return [[0, line.length]];
  if (narrow.test(line)) return breakNarrow(line, width);
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

/**
 * Lines of characters that each take one column and never join: ASCII, Latin, Greek, Cyrillic, punctuation, arrows, box
 * drawing. By far the most lines are such, and need no measuring.
 */
const narrow =
  /^[\x20-\x7E\u00A0-\u00AC\u00AE-\u02FF\u0370-\u0482\u048A-\u052F\u1E00-\u1FFF\u2010-\u2027\u2030-\u205E\u20A0-\u20BF\u2190-\u21FF\u2500-\u259F]*$/;
/** Always the root locale: where a character ends must not depend on the user's language. */
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const windowLength = 1000;

/** Columns of a text of any length. */
function widthOf(text: string): number {
  if (narrow.test(text)) return text.length;
  let columns = 0;
  for (const { width } of cells(text)) columns += width;
  return columns;
}

interface Cell {
  text: string;
  index: number;
  width: number;
}

/** What a terminal draws as one. Marks without end on one letter are taken apart, because a row must be able to hold it. */
function* cells(text: string): Generator<Cell> {
  for (const { segment, index } of graphemes(text)) {
    const width = displayWidth(segment);
    if (width <= 2) {
      yield { text: segment, index, width };
      continue;
    }
    let at = index;
    for (const character of segment) {
      yield { text: character, index: at, width: displayWidth(character) };
      at += character.length;
    }
  }
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

function breakNarrow(line: string, width: number): Row[] {
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
  for (const cell of cells(line)) {
    // One space may stand just past the margin: the break will swallow it.
    if (columns + cell.width > width && !(cell.text === ' ' && columns === width)) close(cell.index);
    if (cell.text === ' ') {
      space = cell.index;
      columnsAtSpace = columns;
    }
    columns += cell.width;
  }
  if (columns > width && columnsAtSpace === width) close(line.length);
  if (start < line.length || rows.length === 0) rows.push([start, line.length]);
  return rows;
}
