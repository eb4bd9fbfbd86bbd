import type { Event } from '../../model/event.ts';
import type { Colours } from '../colour.ts';
import { createBlocks, type PlacedBlock } from './blocks.ts';
import { createPage } from './page.ts';

export interface TranscriptOptions {
  colours: Colours;
  /** Width of the terminal; Infinity for rows of any length. */
  columns: number;
  /** The events are the effective history, which the header then says. */
  effective?: boolean;
  /** Everything in full, with reasoning, instructions, contexts and book-keeping. */
  showAll?: boolean;
  /** Minutes from UTC for the times; 0 when absent. */
  utcOffset?: number;
}

export interface Transcript {
  /** What the event adds, in whole lines; empty for an event that shows nothing. */
  write(event: Event): string;
  /** What is left to say after the last event. */
  end(): string;
}

/**
 * Writes sessions for people to read: what was said, what was run and with which outcome, what changed in which file.
 *
 * Events go in one by one, of one session after the other, and the stream may begin or break off anywhere; each call gives
 * the text to print, which may be empty. What is remembered does not grow with the session. The text is safe for a
 * terminal: see `rows.ts`.
 */
export function createTranscript(options: TranscriptOptions): Transcript {
  const page = createPage(options);
  const blocks = createBlocks(options);
  let isEmpty = true;
  const print = (placed: readonly PlacedBlock[]) => {
    let text = '';
    for (const { paragraphs, joins, isDimmed } of placed) {
      text += (isEmpty || joins ? '' : '\n') + page(paragraphs, isDimmed);
      isEmpty = false;
    }
    return text;
  };
  return { write: (event) => print(blocks.add(event)), end: () => print(blocks.end()) };
}
