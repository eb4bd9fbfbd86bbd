import { clockTime } from '../../../../base/amounts.ts';
import { formatTime, parseTime } from '../../../../base/time.ts';
import type { Event } from '../../../../model/event.ts';
import { numberOf, textOf } from '../../../../model/fields.ts';
import type { RecentCalls } from '../../../../model/recent-calls.ts';

/** What is remembered between the events of one session; its size does not grow with the session. */
export interface Memory {
  calls: RecentCalls<Call>;
  /** The folder that the session runs in, where its record was seen. */
  folder: string | null;
  /** The call that was shown last, while nothing else was. */
  lastCall: string | null;
  /** Which of the two records of a compaction has come, while the other has not. */
  compactionToldBy: 'record' | 'event' | null;
}

/** What is remembered of a tool call. */
export interface Call {
  /** One line that names it. */
  title: string;
  /** Size of the diff that was shown for it. */
  diff?: string;
  /** A record of the command was shown with its output, before any call. */
  outputShown?: boolean;
}

/** Opens an element that stands for an event, and can be pointed to. Classes are ours. */
export function openTag(event: Event, name: string, classes: string, attributes = ''): string {
  const anchor = anchorOf(event);
  const id = anchor === null ? '' : ` id="${anchor}"`;
  const gone = event.rolled_back === true ? ' gone' : '';
  return `<${name}${id} class="e ${classes}${gone}"${attributes}>`;
}

/** An article with its heading, which is HTML. */
export function article(event: Event, classes: string, heading: string, ...body: string[]): string[] {
  const anchor = anchorOf(event);
  const link = anchor === null ? '' : `<a class="n" href="#${anchor}">${anchor.slice(1)}</a>`;
  const head = `<header><h3>${heading}</h3>${timeOf(event)}${link}</header>\n`;
  return [openTag(event, 'article', classes), head, ...body, '</article>\n'];
}

/** Something that can be folded; the summary is HTML. */
export function folded(event: Event, classes: string, summary: string, isOpen: boolean, ...body: string[]): string[] {
  const anchor = anchorOf(event);
  const number = anchor === null ? '' : `<span class="n">${anchor.slice(1)}</span>`;
  const head = `<summary><span class="s">${summary}</span>${timeOf(event)}${number}</summary>\n`;
  return [openTag(event, 'details', classes, isOpen ? ' open' : ''), head, ...body, '</details>\n'];
}

/** A line, which is HTML. */
export function line(event: Event, classes: string, text: string): string[] {
  return [`${openTag(event, 'p', classes)}${text}</p>\n`];
}

/** Recorded numbers may be anything. */
function anchorOf(event: Event): string | null {
  const seq = numberOf(event.seq);
  return seq !== null && Number.isSafeInteger(seq) && seq >= 0 ? `e${seq}` : null;
}

export function timeOf(event: Event): string {
  const timestamp = textOf(event.timestamp);
  const time = timestamp === null ? null : parseTime(timestamp);
  const iso = time === null ? null : formatTime(time);
  return iso === null ? '' : `<time datetime="${iso}">${clockTime(iso, 0)}</time>`;
}
