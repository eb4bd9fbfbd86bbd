import { count } from '../../base/amounts.ts';
import { escapeForTerminal } from '../../base/safe-text.ts';
import type { DiffTurn } from '../../engine/diff/turn-fold.ts';
import { breakLine } from '../../ui/transcript/wrap.ts';

/** The beginnings of two texts beside each other, over a few rows. */
export function messageRows(label: string, a: string | null, b: string | null, width: number): string[][] {
  const [left, right] = [wrap(a, width), wrap(b, width)];
  if (left.length + right.length === 0) return [];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
    row === 0 ? label : '',
    left[row] ?? '',
    right[row] ?? '',
  ]);
}

/** For each pair of turns, the first after the parting with the first and so on: what was asked, answered, and done. */
export function* turnRows(a: readonly DiffTurn[], b: readonly DiffTurn[], width: number): Generator<string[][]> {
  for (let place = 0; place < Math.max(a.length, b.length); place++) {
    const [left, right] = [a[place], b[place]];
    const numbers = [...new Set([left, right].flatMap((turn) => (turn ? [turn.turn] : [])))];
    yield [
      ...messageRows(`turn ${numbers.join('|')}`, marked('> ', left?.prompt), marked('> ', right?.prompt), width),
      ...messageRows('', marked('< ', left?.answer), marked('< ', right?.answer), width),
      ['', notes(left), notes(right)],
    ];
  }
}

function marked(mark: string, text: string | null | undefined): string | null {
  return text ? mark + text : null;
}

function notes(turn: DiffTurn | undefined): string {
  if (!turn) return '';
  const calls = turn.tool_calls > 0 ? [count(turn.tool_calls, 'call')] : [];
  return [...calls, turn.ended, ...(turn.rolled_back ? ['taken back'] : [])].join(', ');
}

function wrap(text: string | null, width: number): string[] {
  if (text === null) return [];
  const line = escapeForTerminal(text.slice(0, LONGEST_READ).replace(/\s+/g, ' ').trim());
  const rows = breakLine(line, width).map(([start, end]) => line.slice(start, end));
  const isCut = rows.length > MOST_ROWS || text.length > LONGEST_READ;
  const shown = rows.slice(0, MOST_ROWS);
  return isCut ? [...shown.slice(0, -1), `${(shown.at(-1) ?? '').trimEnd()}…`] : shown;
}

const MOST_ROWS = 4;
const LONGEST_READ = 2000;
