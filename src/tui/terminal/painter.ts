import type { Clock, Screen } from '../../base/io.ts';
import { changeRows, eraseFromHere, type Painted } from './change-rows.ts';
import { createPace } from './pace.ts';

/**
 * Draws frames below what was printed. A frame is drawn over the one before, of which only rows that differ are written; the
 * cursor rests, unseen, at the beginning of its first row. So wherever a terminal puts rows when it gets another width, what
 * stands from the cursor on is the frame, and what stands above is not touched.
 */
export interface Painter {
  /** Rows that fit, without an LF at the end. */
  draw(frame: string): void;
  /** Whole lines that stay above the frame. While the other screen is shown, they wait. */
  print(lines: string): void;
  /** Shows the other screen that terminals have, which has nothing printed, or the one from before. */
  toOther(isOther: boolean): void;
  /** The screen is another one: all is drawn anew. */
  redraw(): void;
  /** Takes the frame away, prints what waits and shows the cursor. */
  close(): void;
}

export interface PaintOptions {
  screen: Pick<Screen, 'columns' | 'rows' | 'write'>;
  clock: Clock;
  /** The other screen is shown from the beginning, and at the end. */
  isOther: boolean;
  /** Without colours: bold and faint text, too, are as any other. */
  isPlain: boolean;
}

export function createPainter({ screen, clock, isOther: isOtherAlways, isPlain }: PaintOptions): Painter {
  let isOther = isOtherAlways;
  let wanted: readonly string[] = [];
  let painted: Painted | null = null;
  let waiting: string[] = [];
  let isClosed = false;
  const pace = createPace(clock, paint);
  screen.write(hideCursor);

  function paint(): void {
    const rows = wanted.slice(-screen.rows);
    const lines = isOther ? '' : waiting.join('');
    if (!isOther) waiting = [];
    const begin = painted && lines === '' ? '' : `${isOther ? home : ''}${eraseFromHere}${lines}`;
    const from = begin === '' ? painted : null;
    const change = changeRows(from?.rows ?? [], rows, screen.columns);
    painted = { rows };
    if (begin + change !== '') screen.write(`${beginUpdate}${begin}${noWrap}${change}${wrap}${endUpdate}`);
  }

  function takeAway(): void {
    const lines = isOther ? [] : waiting;
    if (!isOther) waiting = [];
    screen.write(`${isOther ? home : ''}${eraseFromHere}${lines.join('')}`);
    painted = null;
  }

  return {
    draw(frame) {
      if (isClosed) return;
      wanted = frame === '' ? [] : (isPlain ? withoutStyle(frame) : frame).split('\n');
      pace.ask();
    },
    print(lines) {
      if (isClosed || lines === '') return;
      waiting.push(lines.replaceAll('\n', '\r\n'));
      if (isOther && waiting.length > mostWaiting) waiting.splice(0, waiting.length - mostWaiting, leftOut);
      if (!isOther) pace.ask();
    },
    toOther(other) {
      if (isClosed || isOtherAlways || other === isOther) return;
      takeAway();
      isOther = other;
      screen.write(other ? enterOther : leaveOther);
      wanted = [];
      pace.ask();
    },
    redraw() {
      painted = null;
      if (!isClosed) pace.ask();
    },
    close() {
      if (isClosed) return;
      if (isOther && !isOtherAlways) {
        screen.write(leaveOther);
        isOther = false;
      }
      takeAway();
      screen.write(showCursor);
      isClosed = true;
      pace.close();
    },
  };
}

/** But for the block that stands for the cursor. */
function withoutStyle(frame: string): string {
  return frame.replace(style, (sequence, codes: string) => (codes === '7' || codes === '27' ? sequence : ''));
}

const ESC = '\u001b';
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a sequence.
const style = /\u001b\[([\d;]*)m/g;
const beginUpdate = `${ESC}[?2026h`;
const endUpdate = `${ESC}[?2026l`;
/** A row of a frame that a terminal takes for wider than it is does not become two. */
const noWrap = `${ESC}[?7l`;
const wrap = `${ESC}[?7h`;
const hideCursor = `${ESC}[?25l`;
const showCursor = `${ESC}[?25h`;
const home = `${ESC}[H`;
const enterOther = `${ESC}[?1049h`;
/** Shows what the terminal showed before. */
export const leaveOther = `${ESC}[?1049l`;
const mostWaiting = 2000;
const leftOut = '… what was left out here is in the transcript: Ctrl-T\r\n';
