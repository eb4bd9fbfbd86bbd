import { oneLine } from '../../base/safe-text.ts';
import { parseTime } from '../../base/time.ts';
import type { Event } from '../../model/event.ts';
import { type Cast, type CastHeader, createCast } from './asciicast.ts';
import { type Frame, timeOf } from './frames.ts';

/**
 * The lines of an asciicast, without LF, with a marker before each turn that names it by the beginning of its prompt.
 *
 * @param exit asked once all frames are read: what the command that prints them returns
 */
export async function* castLines(
  frames: AsyncIterable<Frame>,
  header: Omit<CastHeader, 'startMs'>,
  exit: () => number,
): AsyncGenerator<string> {
  let cast: Cast | undefined;
  // The first frame of a turn, which is the rule above it, waits for the one that tells what to call it.
  let opening: Frame | null = null;
  let chapter = -1;
  for await (const frame of frames) {
    if (!cast) {
      cast = createCast({ ...header, startMs: startOf(frame) });
      yield cast.header();
    }
    if (opening) {
      const prompt = frame.chapter === opening.chapter ? frame : null;
      yield* openTurn(cast, opening, prompt);
      opening = null;
    }
    if (frame.chapter !== chapter && turnOf(frame) > 0) opening = frame;
    else yield cast.output(frame.delayMs, frame.text);
    chapter = frame.chapter;
  }
  if (!cast) {
    cast = createCast({ ...header, startMs: null });
    yield cast.header();
  }
  if (opening) yield* openTurn(cast, opening, null);
  const end = cast.end(exit());
  if (end !== null) yield end;
}

function* openTurn(cast: Cast, opening: Frame, next: Frame | null): Generator<string> {
  const words = promptOf(opening.event) ?? promptOf(next?.event ?? null);
  yield cast.marker(opening.delayMs, `turn ${turnOf(opening)}${words ? `: ${words}` : ''}`);
  yield cast.output(0, opening.text);
}

function startOf({ event }: Frame): number | null {
  const time = event && timeOf(event);
  return time === null ? null : parseTime(time);
}

function turnOf({ event }: Frame): number {
  return typeof event?.turn === 'number' ? event.turn : 0;
}

/** The beginning of what the user said, on one line; null where the event is something else. */
function promptOf(event: Event | null): string | null {
  if (event?.type !== 'EventMsg' || event.msg?.type !== 'UserMessage') return null;
  const { text } = event.msg;
  if (typeof text !== 'string') return null;
  const words = text.slice(0, 2000).trim().replace(/\s+/g, ' ');
  const characters = [...words];
  const isCut = characters.length > longestLabel || text.length > 2000;
  return oneLine(isCut ? `${characters.slice(0, longestLabel - 1).join('')}…` : words);
}

const longestLabel = 60;
