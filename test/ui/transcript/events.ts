import type { Event, EventBody, EventHead } from '../../../src/model/event.ts';
import { Verbatim } from '../../../src/model/verbatim.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { createTranscript, type TranscriptOptions } from '../../../src/ui/transcript/transcript.ts';

/** The transcript of some events, without colours and on a page of 80 columns unless told otherwise. */
export function transcriptOf(events: Event[], options: Partial<TranscriptOptions> = {}): string {
  const transcript = createTranscript({ colours: noColours, columns: 80, ...options });
  return events.map((event) => transcript.write(event)).join('') + transcript.end();
}

/** The same, as rows without the last LF. */
export function rowsOf(events: Event[], options: Partial<TranscriptOptions> = {}): string[] {
  return transcriptOf(events, options).split('\n').slice(0, -1);
}

/** An event of no particular session, before its first turn. */
export function event(body: EventBody, head: Partial<EventHead> = {}): Event {
  return { thread_id: null, seq: 0, timestamp: '2026-11-22T14:02:11.000Z', turn: 0, ...head, ...body };
}

export function msg(type: string, fields: object = {}, head: Partial<EventHead> = {}): Event {
  return event({ type: 'EventMsg', msg: { type, ...fields } }, head);
}

export function item(type: string, fields: object = {}, head: Partial<EventHead> = {}): Event {
  return event({ type: 'ResponseItem', item: { type, ...fields } }, head);
}

export function meta(fields: object = {}, head: Partial<EventHead> = {}): Event {
  return event({ type: 'SessionMeta', meta: new Verbatim(JSON.stringify(fields)) }, head);
}

export function call(name: string, args: object, fields: object = {}): Event {
  return item('tool_call', { call_id: 'c1', name, arguments: new Verbatim(JSON.stringify(args)), ...fields });
}

export function shell(script: string, fields: object = {}, args: object = {}): Event {
  return call('exec_command', { cmd: script, ...args }, { command: ['bash', '-lc', script], ...fields });
}

export function result(output: string, fields: object = {}): Event {
  return item('tool_result', { call_id: 'c1', output, status: 'completed', ...fields });
}

export function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');
}
