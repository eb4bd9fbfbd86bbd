import { escapeForTerminal, oneLine } from '../../base/safe-text.ts';
import type { Paragraph, Span } from '../../ui/transcript/paragraph.ts';

/** What is searched for: without regard to case, unless it has a capital. */
export interface Needle {
  text: string;
  isExact: boolean;
}

/** Null for nothing. */
export function needleOf(typed: string): Needle | null {
  const text = oneLine(typed);
  const isExact = text !== text.toLowerCase();
  return text === '' ? null : { text, isExact };
}

/** The paragraphs with each hit as a span of its own, counted from 0. */
export function markHits(paragraphs: readonly Paragraph[], needle: Needle): { paragraphs: Paragraph[]; count: number } {
  let count = 0;
  const marked = paragraphs.map((each) => {
    const spans = each.text.map((span) => ({ ...span, text: escapeForTerminal(span.text) }));
    const starts = hitsIn(textOf(spans), needle);
    const first = count;
    count += starts.length;
    return starts.length === 0 ? each : { ...each, text: split(spans, starts, needle.text.length, first) };
  });
  return { paragraphs: marked, count };
}

export function countHits(paragraphs: readonly Paragraph[], needle: Needle): number {
  return paragraphs.reduce((sum, { text }) => {
    const whole = escapeForTerminal(textOf(text));
    return sum + hitsIn(whole, needle).length;
  }, 0);
}

/** Where it begins. Of characters that a terminal draws as one, it is all or nothing. */
function hitsIn(text: string, needle: Needle): number[] {
  const searched = needle.isExact ? text : lowered(text);
  const starts: number[] = [];
  for (let at = searched.indexOf(needle.text); at >= 0; ) {
    const end = at + needle.text.length;
    const isTorn = joined.test(text.slice(end, end + 2)) || text[at - 1] === '\u200d';
    if (!isTorn) starts.push(at);
    at = searched.indexOf(needle.text, isTorn ? at + 1 : end);
  }
  return starts;
}

const joined = /^(?:\p{M}|\u200d|\ufe0f|[\u{1f3fb}-\u{1f3ff}])/u;

/** In lower case, of the same length. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return [...text]
    .map((letter) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter))
    .join('');
}

function split(spans: readonly Span[], starts: readonly number[], length: number, first: number): Span[] {
  const made: Span[] = [];
  let offset = 0;
  let next = 0;
  for (const span of spans) {
    const end = offset + span.text.length;
    let at = offset;
    while (next < starts.length && (starts[next] as number) < end) {
      const start = Math.max(starts[next] as number, offset);
      const stop = Math.min((starts[next] as number) + length, end);
      if (start > at) made.push({ ...span, text: span.text.slice(at - offset, start - offset) });
      made.push({ ...span, text: span.text.slice(start - offset, stop - offset), hit: first + next });
      at = stop;
      if ((starts[next] as number) + length > end) break;
      next++;
    }
    if (at < end) made.push({ ...span, text: span.text.slice(at - offset) });
    offset = end;
  }
  return made;
}

function textOf(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join('');
}
