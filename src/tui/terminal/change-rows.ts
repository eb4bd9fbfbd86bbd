import { displayWidth } from '../../ui/text-width.ts';

/** What stands on the screen from the cursor on. */
export interface Painted {
  rows: readonly string[];
}

/** What turns some rows into others. The cursor is at the beginning of the first row, before and after. */
export function changeRows(before: readonly string[], after: readonly string[], columns: number): string {
  let out = '';
  let at = 0;
  // Below the last row there may be no other: it is made by a line feed.
  let last = Math.max(0, before.length - 1);
  const goTo = (row: number) => {
    if (row > at) {
      const known = Math.min(row, last) - at;
      out += `${known > 0 ? `${ESC}[${known}B` : ''}${'\r\n'.repeat(Math.max(0, row - last))}`;
    }
    at = row;
    last = Math.max(last, row);
    out += '\r';
  };
  for (const [row, text] of after.entries()) {
    if (row < before.length && before[row] === text) continue;
    goTo(row);
    // Behind a full row the cursor is on its last character.
    out += displayWidth(text) < columns ? text + eraseLine : eraseLine + text;
  }
  if (after.length < before.length) {
    goTo(after.length);
    out += eraseFromHere;
  }
  if (out === '') return '';
  return `${out}${plain}${at > 0 ? `${ESC}[${at}A` : ''}\r`;
}

const ESC = '\u001b';
/**
 * Erases from the beginning of a row on. The row itself first, and what follows from its second column: a terminal that is asked to
 * erase all of itself at once, as tmux is from the first row on, keeps what stood there above it.
 */
export const eraseFromHere = `\r${ESC}[K${ESC}[C${ESC}[J\r`;
const eraseLine = `${ESC}[K`;
const plain = `${ESC}[0m`;
