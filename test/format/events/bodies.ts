import { decodeLine } from '../../../src/format/decode-line.ts';
import { toEventBody } from '../../../src/format/events/event-body.ts';
import { defaultLimits } from '../../../src/format/limits.ts';
import { toRecord } from '../../../src/format/record.ts';
import type { EventBody, EventMsg, Item } from '../../../src/model/event.ts';
import { stringify } from '../../../src/model/verbatim.ts';
import { lineOf } from '../lines-of.ts';

/** What a line becomes; given as text where its exact form counts. */
export function bodyOf(line: object | string): EventBody {
  const decoded = decodeLine(lineOf(typeof line === 'string' ? line : JSON.stringify(line)), defaultLimits);
  const record = decoded.ok ? toRecord(decoded) : null;
  if (!record) throw new Error('not a record');
  return toEventBody(record);
}

/** What it is printed as. */
export function printed(line: object | string): string {
  return stringify(bodyOf(line));
}

/** The parsed item of a response_item with this payload. */
export function itemOf(payload: object | string): Item {
  const body = JSON.parse(printed(envelopeOf('response_item', payload)));
  if (body.type !== 'ResponseItem') throw new Error(`became ${JSON.stringify(body)}`);
  return body.item;
}

/** The parsed message of an event_msg with this payload. */
export function msgOf(payload: object | string): EventMsg {
  const body = JSON.parse(printed(envelopeOf('event_msg', payload)));
  if (body.type !== 'EventMsg') throw new Error(`became ${JSON.stringify(body)}`);
  return body.msg;
}

export function envelopeOf(type: string, payload: object | string): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return `{"timestamp":"2026-01-02T03:04:05.000Z","type":"${type}","payload":${text}}`;
}
