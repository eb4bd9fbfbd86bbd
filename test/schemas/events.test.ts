import { describe, expect, it } from 'vitest';
import { decodeLine } from '../../src/format/decode-line.ts';
import { validateEvent } from '../../src/format/event-schema.ts';
import { toEventBody } from '../../src/format/events/event-body.ts';
import { defaultLimits } from '../../src/format/limits.ts';
import { LineFramer } from '../../src/format/line-framer.ts';
import { toRecord } from '../../src/format/record.ts';
import { stringify } from '../../src/model/verbatim.ts';
import { corpusLines, differentLines, type Line, sampleLines } from './lines.ts';
import { rareLines } from './rare-lines.ts';

const corpus = process.env.SESSIONS_CORPUS;

/** The line as an event, as it is printed and read again. */
function printedEvent(value: unknown): unknown {
  const framer = new LineFramer(defaultLimits.lineBytes);
  const [line] = framer.push(Buffer.from(`${JSON.stringify(value)}\n`));
  if (!line) throw new Error('no line');
  const decoded = decodeLine(line, defaultLimits);
  const record = decoded.ok ? toRecord(decoded) : null;
  if (!record) throw new Error('no record');
  const head = { thread_id: 't', seq: 0, timestamp: record.timestamp, turn: 0, line: 1 };
  return JSON.parse(stringify({ ...head, ...toEventBody(record) }));
}

function faultsOf(lines: Line[]): unknown[] {
  return lines.flatMap(({ version, place, value }) => {
    const event = printedEvent(value);
    const verdict = validateEvent(event);
    return verdict.ok && verdict.unknown === null ? [] : [{ version, place, event, verdict }];
  });
}

describe('every event that a recorded line becomes', () => {
  it('is one that the event schema knows and accepts', () => {
    const lines = [...sampleLines(), ...rareLines()];
    expect(lines.length).toBeGreaterThan(250);
    expect(faultsOf(lines)).toEqual([]);
  });

  it.skipIf(!corpus)('is so on the corpus as well', () => {
    expect(faultsOf(differentLines(corpusLines(corpus as string)))).toEqual([]);
  });
});
