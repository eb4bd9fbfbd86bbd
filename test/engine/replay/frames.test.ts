import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, type Place, toFrames } from '../../../src/engine/replay/frames.ts';
import type { Event } from '../../../src/model/event.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { createTranscript } from '../../../src/ui/transcript/transcript.ts';
import { meta, msg } from '../../ui/transcript/events.ts';

const pace = { speed: 1, idleLimitMs: Number.POSITIVE_INFINITY };

/** The frames of events in batches of three, and where their chapters begin. */
async function framesOf(events: Event[], from?: Place): Promise<{ frames: Frame[]; places: Place[] }> {
  async function* batches() {
    for (let at = 0; at < events.length; at += 3) yield events.slice(at, at + 3);
  }
  const places: Place[] = [];
  const telling = createTranscript({ colours: noColours, columns: 80 });
  const frames: Frame[] = [];
  const onChapter = (place: Place) => void places.push(place);
  for await (const frame of toFrames(batches(), pace, telling, from, onChapter)) frames.push(frame);
  return { frames, places };
}

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

const said = (turn: number, seconds: number, text = 'a') =>
  msg('AgentMessage', { text }, { turn, timestamp: at(seconds) });
const silent = (turn: number, seconds: number) => msg('TokenCount', {}, { turn, timestamp: at(seconds) });

describe('the frames of a replay', () => {
  it('are what is seen, and take the time from one to the next', async () => {
    const { frames } = await framesOf([said(1, 0), silent(1, 5), silent(1, 7), said(1, 9)]);
    expect(frames.map(({ delayMs, event }) => [delayMs, event?.timestamp])).toEqual([
      [0, at(0)],
      [9000, at(9)],
    ]);
  });

  it('count the turns as they come', async () => {
    const events = [meta({ id: 'one' }), said(1, 1), said(1, 2), said(4, 3), silent(5, 4), said(1, 5)];
    expect((await framesOf(events)).frames.map(({ chapter }) => chapter)).toEqual([0, 1, 1, 2, 3, 4]);
  });

  it('tell a session from the next one', async () => {
    const of = (thread_id: string) => ({ ...said(1, 1), thread_id });
    expect((await framesOf([of('one'), of('two')])).frames.map(({ chapter }) => chapter)).toEqual([0, 1]);
  });

  it('have no wait before what is said at the end', async () => {
    const total = { input_tokens: 1, cached_input_tokens: 0, output_tokens: 1, total_tokens: 2 };
    const { frames } = await framesOf([said(1, 1), msg('TokenCount', { total }, { turn: 1, timestamp: at(9) })]);
    expect(frames.at(-1)).toMatchObject({
      text: expect.stringContaining('tokens'),
      delayMs: 0,
      chapter: 0,
      event: null,
    });
  });

  it('can begin at any turn, and go on from there as from the beginning', async () => {
    const turns = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(turns, async (steps) => {
        let turn = 0;
        const events = [meta({ id: 'one' }, { thread_id: 'one' })];
        for (const [index, [more, isSilent]] of steps.entries()) {
          turn += more === 0 ? 1 : 0;
          const event = isSilent ? silent(turn, index) : said(turn, index, `said ${index}`);
          events.push({ ...event, thread_id: 'one' });
        }
        const whole = await framesOf(events);
        for (const place of whole.places) {
          const rest = await framesOf(events, place);
          const expected = whole.frames.filter(({ chapter }) => chapter >= place.chapter);
          expect(rest.frames.map(seen)).toEqual(expected.map(seen));
          expect(rest.places).toEqual(whole.places.slice(place.chapter));
          expect(rest.frames[0]?.delayMs).toBe(0);
          if (place.chapter > 0) expect(rest.frames.map(({ text }) => text).join('')).not.toContain('session one');
        }
      }),
    );
  });
});

function seen({ chapter, event }: Frame) {
  return { chapter, seq: event?.seq, timestamp: event?.timestamp };
}
