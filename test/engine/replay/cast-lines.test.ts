import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CastHeader } from '../../../src/engine/replay/asciicast.ts';
import { castLines } from '../../../src/engine/replay/cast-lines.ts';
import { type Telling, toFrames } from '../../../src/engine/replay/frames.ts';
import type { Pace } from '../../../src/engine/replay/schedule.ts';
import type { Event } from '../../../src/model/event.ts';
import { loadColours, noColours } from '../../../src/ui/colour.ts';
import { createTranscript } from '../../../src/ui/transcript/transcript.ts';
import { meta, msg } from '../../ui/transcript/events.ts';
import { actingCharacters, type CastContent, readCast } from './cast-reader.ts';

const pace: Pace = { speed: 1, idleLimitMs: Number.POSITIVE_INFINITY };
const header = { columns: 80, rows: 24, title: null, command: null, idleLimitMs: null };
const plain = () => createTranscript({ colours: noColours, columns: 80 });

async function cast(
  events: Event[],
  given: Partial<CastHeader> = {},
  telling: Telling = plain(),
  chosen = pace,
): Promise<CastContent> {
  return readCast(await castText(events, given, telling, chosen));
}

async function castText(events: Event[], given: Partial<CastHeader>, telling: Telling, chosen = pace): Promise<string> {
  async function* batches() {
    yield events;
  }
  let text = '';
  const lines = castLines(toFrames(batches(), chosen, telling), { ...header, version: 3, ...given }, () => 0);
  for await (const line of lines) {
    expect(line).not.toContain('\n');
    text += `${line}\n`;
  }
  return text;
}

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

function prompt(turn: number, seconds: number, text: string): Event {
  return msg('UserMessage', { text }, { turn, timestamp: at(seconds) });
}

const session = [
  meta({ id: '0199' }, { timestamp: at(0) }),
  msg('TurnStarted', {}, { turn: 1, timestamp: at(10) }),
  prompt(1, 10.25, 'fix the  parser\nplease'),
  msg('AgentMessage', { text: 'done' }, { turn: 1, timestamp: at(12) }),
  prompt(2, 3600, 'x'.repeat(100)),
  msg('TurnAborted', {}, { turn: 3, timestamp: at(3601) }),
];

describe.each([2, 3] as const)('an asciicast of version %s', (version) => {
  it('shows what a transcript shows, each part at its time', async () => {
    const { output, ...rest } = await cast(session, { version });
    const telling = plain();
    const expected = session
      .map((event) => telling.write(event).replaceAll('\n', '\r\n'))
      .filter((text) => text !== '');
    expect(output.map(({ text }) => text)).toEqual(expected);
    expect(output.map((part) => part.at)).toEqual([0, 10, 10.25, 12, 3600, 3601]);
    expect(rest).toMatchObject({ version, columns: 80, rows: 24, exit: version === 3 ? '0' : null });
    expect(rest.header.timestamp).toBe(Date.UTC(2026, 0, 1) / 1000);
  });

  it('has a marker before each turn, with the beginning of its prompt', async () => {
    const { markers } = await cast(session, { version });
    expect(markers).toEqual([
      { at: 10, label: 'turn 1: fix the parser please' },
      { at: 3600, label: `turn 2: ${'x'.repeat(59)}…` },
      { at: 3601, label: 'turn 3' },
    ]);
  });

  it('keeps to a faster pace', async () => {
    const { output } = await cast(session, { version }, plain(), { speed: 2, idleLimitMs: 4000 });
    expect(output.map((part) => part.at)).toEqual([0, 2, 2.125, 3, 5, 5.5]);
  });

  it('says in its header what it was given', async () => {
    const given = {
      version,
      columns: 100,
      rows: 30,
      title: 'the parser',
      command: 'sessions replay 0199',
      idleLimitMs: 2000,
    };
    expect((await cast(session, given)).header).toMatchObject({
      ...(version === 3 ? { term: { cols: 100, rows: 30 } } : { width: 100, height: 30 }),
      ...{ title: 'the parser', command: 'sessions replay 0199', idle_time_limit: 2 },
    });
  });

  it('is whole without any event, and without any time', async () => {
    expect(await cast([], { version })).toMatchObject({ version, output: [], markers: [] });
    const { header: first, output } = await cast([msg('AgentMessage', { text: 'a' }, { timestamp: null })], {
      version,
    });
    expect([first.timestamp, output.length]).toEqual([undefined, 1]);
    const old = await cast([msg('AgentMessage', { text: 'a' }, { timestamp: '1969-01-01T00:00:00Z' })], { version });
    expect(old.header.timestamp).toBeUndefined();
  });

  it('sends nothing that acts on a terminal, whatever was recorded', async () => {
    const colours = await loadColours();
    await fc.assert(
      fc.asyncProperty(fc.array(hostileEvent, { maxLength: 6 }), async (events) => {
        const text = await castText(events, { version }, createTranscript({ colours, columns: 80 }));
        // In the file itself there are no control characters, but for the ends of its lines.
        expect(actingCharacters(text.replaceAll('\n', ''))).toEqual([]);
        const { output, markers } = readCast(text);
        for (const part of output) expect(actingCharacters(part.text)).toEqual([]);
        for (const { label } of markers) expect(actingCharacters(label)).toEqual([]);
      }),
    );
  });

  it('never goes back in time, whatever times were recorded', async () => {
    const time = fc.oneof(
      fc.integer({ min: -6e13, max: 2.5e14 }).map((ms) => new Date(ms).toISOString()),
      fc.constantFrom(null, '2016-12-31T23:59:60Z', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'),
    );
    const speed = fc.constantFrom(1e-9, 1 / 3, 1, 7, 1e9);
    await fc.assert(
      fc.asyncProperty(fc.array(time), speed, async (times, chosen) => {
        const events = times.map((timestamp, turn) => msg('AgentMessage', { text: 'a' }, { turn, timestamp }));
        const { output } = await cast(events, { version }, plain(), { ...pace, speed: chosen });
        expect(output.length).toBe(times.length);
      }),
    );
  });
});

it('has the same time line in both versions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 1e9 })), fc.constantFrom(0.7, 1, 3), async (moments, speed) => {
      const events = moments.map((ms) => prompt(1, ms / 1000, 'a'));
      const [two, three] = await Promise.all(
        ([2, 3] as const).map((version) => cast(events, { version }, plain(), { ...pace, speed })),
      );
      for (const [index, { at: seconds }] of (two as CastContent).output.entries()) {
        expect((three as CastContent).output[index]?.at).toBeCloseTo(seconds, 6);
      }
    }),
  );
});

const pieces = [
  '\x1b[2J\x1b[H',
  '\x1b]0;owned\x07',
  '\x1b]8;;http://evil\x1b\\link',
  '\x1b]52;c;ZXZpbA==\x07',
  '\x1bP+q544e\x1b\\',
  '\x9b31m',
  '\x90q',
  '\x7f\b\r',
  '\x85',
  '\u202edesrever\u2066',
  '\u200f\u200b\u00ad',
  '\u{e0068}\u{e0069}',
  'lone\ud83d',
  '\u2028\ufeff',
  '\r\n\t',
  '👩‍👩‍👧',
  'word ',
];
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 })
  .map((parts) => parts.join(''));
const hostileEvent = fc
  .record({
    text: hostileText,
    type: fc.constantFrom('UserMessage', 'AgentMessage', 'Error', 'TurnStarted'),
    turn: fc.nat({ max: 3 }),
    id: hostileText,
  })
  .map(({ text, type, turn, id }) => msg(type, { text, message: text }, { turn, thread_id: id }));
