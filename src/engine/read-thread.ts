import { formatTime, parseTime } from '../base/time.ts';
import { toEventBody } from '../format/events/event-body.ts';
import type { Event } from '../model/event.ts';
import { withText } from '../model/verbatim.ts';
import { openRollout } from '../store/rollout-file.ts';
import { Assembler, type Origin } from './assemble.ts';
import type { CopiedPrefix } from './copied-prefix.ts';
import type { Report } from './problem.ts';
import { type Content, type DecodedLine, readLineBlocks } from './read-records.ts';
import { type Cut, isWithin, type Part, whole } from './thread-parts.ts';
import { undecodable } from './undecodable.ts';

/**
 * The recorded events of a thread, file by file, with what was reverted marked, in batches of about a block of content each.
 * Rollbacks are marked by `readRecorded`, which needs to have seen the whole thread.
 */
export async function* readPartBatches(
  source: ThreadSource,
  report: Report,
  assembler: Assembler = new Assembler(source.threadId),
): EventBatches {
  for (const part of source.parts) {
    const content = await (part.open ?? openRollout)(part.path);
    try {
      yield* readPart(content, part, source, assembler, report);
    } finally {
      await content.close();
    }
  }
  yield assembler.finish();
}

/** The same, event by event. */
export async function* readParts(source: ThreadSource, report: Report): AsyncGenerator<Event> {
  for await (const events of readPartBatches(source, report)) yield* events;
}

/** Events in order; a batch may be empty. */
export type EventBatches = AsyncGenerator<Event[]>;

export interface ThreadSource {
  threadId: string | null;
  parts: Part[];
  /** For a fork that copied its parent's records: who it came from, and how to tell what was copied. */
  openPrefix: { parentId: string; open: (report: Report) => Promise<CopiedPrefix | null> } | null;
}

/** One file, taken for the whole of its thread. */
export function fileAlone(path: string): Part {
  return { path, rolloutId: '', recorded: whole, effective: whole, isCurrent: true, inheritedFrom: null };
}

async function* readPart(
  content: Content,
  part: Part,
  source: ThreadSource,
  assembler: Assembler,
  report: Report,
): EventBatches {
  const isFirstOwn = part.inheritedFrom === null && part === source.parts.find((other) => !other.inheritedFrom);
  const prefix = isFirstOwn && source.openPrefix ? await source.openPrefix.open(report) : null;
  try {
    for await (const lines of readLineBlocks(content)) {
      let events: Event[] = [];
      let isOver = false;
      for (const line of lines) {
        isOver = !isWithin(part.recorded, line.line.offset, line.record?.ordinal ?? null);
        if (isOver) break;
        if (line.record?.dialect === 'event') {
          events.push(...assembler.finish(), publishedEvent(line));
          continue;
        }
        const origin = originOf(line, part);
        if (prefix && (await prefix.includes(line))) origin.inheritedFrom = source.openPrefix?.parentId;
        const body = line.record ? toEventBody(line.record) : undecodable(line, content.path, report);
        if (body) events.push(...assembler.add(body, origin));
        // A block may hold half a million lines.
        if (events.length >= MOST_BATCHED) {
          yield events;
          events = [];
        }
      }
      yield events;
      if (isOver) break;
    }
  } finally {
    await prefix?.close();
  }
  if (content.damage) {
    const { rule, message, offset } = content.damage;
    report({ rule, weight: 'lost', file: content.path, line: null, offset, message });
  }
}

const MOST_BATCHED = 4096;

/** A line of our own stream is passed on as it stands; it has its place and its marks already. */
function publishedEvent({ line, record }: DecodedLine): Event {
  const text = record?.text();
  const event = withText(text?.value as Event, text?.text as string);
  return Object.defineProperty(event, publishedAt, { value: line.number });
}

/** The line that a published event was read back from. */
const publishedAt = Symbol('line of the published event');

/** Whether the event was read back from our own stream. */
export function isPublished(event: Event): boolean {
  return publishedAt in event;
}

/** The line of the thread's current file that an event was read from; null when it stands in another one, or in none. */
export function lineInFile(event: Event): number | null {
  if (isPublished(event)) return (event as Event & { [publishedAt]: number })[publishedAt];
  return event.synthetic || event.base_rollout ? null : (event.line ?? null);
}

function originOf(line: DecodedLine, part: Part): Origin {
  const ordinal = line.record?.ordinal ?? null;
  const origin: Origin = {
    dialect: line.record?.dialect ?? null,
    timestamp: utc(line.record?.timestamp ?? null),
    line: line.line.number,
    bytes: line.line.length,
  };
  if (!part.isCurrent) origin.baseRollout = part.rolloutId;
  if (part.inheritedFrom) origin.inheritedFrom = part.inheritedFrom;
  if (!isInEffect(part.effective, line.line.offset, ordinal)) origin.rolledBack = true;
  return origin;
}

function isInEffect(cut: Cut, offset: number, ordinal: number | null): boolean {
  return cut === whole || isWithin(cut, offset, ordinal);
}

/** As Codex writes it, except for days that a month may not have: those are parsed. */
const usualTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** RFC 3339 UTC, as recorded where it is that already; null for what is no time. */
function utc(timestamp: string | null): string | null {
  if (timestamp === null || usualTime.test(timestamp)) return timestamp;
  const ms = parseTime(timestamp);
  if (ms === null) return null;
  return timestamp.endsWith('Z') ? timestamp : formatTime(ms);
}
