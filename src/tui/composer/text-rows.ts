import { escapeForTerminal } from '../../base/safe-text.ts';
import { displayWidth } from '../../ui/text-width.ts';
import { charactersOf } from './graphemes.ts';

/** A row of a text as it is shown. */
export interface TextRow {
  /** Safe for a terminal. */
  shown: string;
  /** Offsets of the text: of its first character, and behind its last. */
  start: number;
  end: number;
}

export interface LaidOut {
  rows: TextRow[];
  /** Where the cursor is. */
  row: number;
  column: number;
}

/** Breaks a text at the ends of its lines, and where they are longer than the width. The cursor always has a place. */
export function layOut(text: string, cursor: number, width: number): LaidOut {
  const rows: TextRow[] = [];
  const at = { row: 0, column: 0 };
  let start = 0;
  for (const line of text.split('\n')) {
    let row: TextRow = { shown: '', start, end: start };
    let columns = 0;
    rows.push(row);
    for (const { segment, index } of charactersOf(line)) {
      const shown = segment === '\t' ? '    ' : escapeForTerminal(segment);
      const wide = displayWidth(shown);
      if (columns + wide > width && row.end > row.start) {
        row = { shown: '', start: start + index, end: start + index };
        rows.push(row);
        columns = 0;
      }
      if (start + index <= cursor) Object.assign(at, { row: rows.length - 1, column: columns });
      row.shown += shown;
      row.end = start + index + segment.length;
      columns += wide;
    }
    if (cursor === start + line.length) {
      // Behind the last column there is no room for it.
      if (columns >= width) rows.push({ shown: '', start: cursor, end: cursor });
      Object.assign(at, { row: rows.length - 1, column: columns >= width ? 0 : columns });
    }
    start += line.length + 1;
  }
  return { rows, ...at };
}

/** The place in another row that is nearest to a column; null where there is no such row. */
export function offsetAt(text: string, rows: readonly TextRow[], row: number, column: number): number | null {
  const found = rows[row];
  if (!found) return null;
  let columns = 0;
  for (const { segment, index } of charactersOf(text.slice(found.start, found.end))) {
    columns += segment === '\t' ? 4 : displayWidth(escapeForTerminal(segment));
    if (columns > column) return found.start + index;
  }
  return found.end;
}
