import { createHash } from 'node:crypto';
import { Failure } from '../../base/failure.ts';
import { parseTime } from '../../base/time.ts';
import { isObject } from '../../format/record.ts';
import { timeOfId } from '../../model/new-id.ts';
import { isThreadId } from '../../store/locks.ts';
import { readEventStream, type StreamOptions } from './event-stream.ts';
import type { LineForm } from './line-form.ts';

/** What has to be known of a session before the first line of its files is written. */
export interface SessionSurvey {
  threadId: string;
  /** In the order in which their events come. */
  parts: PartSurvey[];
}

/** A file that events of a session were read from. */
export interface PartSurvey {
  rolloutId: string;
  /** The session that it is a file of, where that is another one: then only its beginning is here. */
  inheritedFrom: string | null;
  dialect: LineForm['dialect'];
  firstOrdinal: number;
  /** Milliseconds since the epoch. */
  begun: number | null;
  /** Where other files go on from it, by ordinals, ascending. */
  cuts: CutSurvey[];
}

/** A line that is the first one that does not belong to what goes on from a file, and the byte at which it has to begin. */
export interface CutSurvey {
  ordinal: number;
  byte: number;
}

/** @throws Failure `findings` for what is no stream of events of sessions */
export async function surveyEvents(path: string, options: StreamOptions): Promise<SessionSurvey[]> {
  const sessions: { threadId: string; parts: PartNotes[] }[] = [];
  for await (const { event, isFirst, isFirstOfPart, line, offset } of readEventStream(path, options)) {
    const place = { file: options.shownAs, line, offset };
    if (isFirst) {
      const { thread_id: id } = event.value;
      if (typeof id !== 'string' || !isThreadId(id)) {
        throw new Failure('findings', 'the event does not say which session it belongs to', place);
      }
      sessions.push({ threadId: id, parts: [] });
    }
    const { parts } = sessions.at(-1) as (typeof sessions)[number];
    if (isFirstOfPart) {
      const part = beginPart(event.value);
      if (!part || parts.some(({ base }) => base === part.base)) {
        throw new Failure('findings', 'the event does not say which file it was read from', place);
      }
      parts.push(part);
    }
    note(event.value, parts.at(-1) as PartNotes);
  }
  const cuts = cutsOf(sessions);
  return sessions.map((session) => {
    const { threadId, parts } = finish(session, basesOf(session.threadId, sessions));
    return { threadId, parts: parts.map((part) => ({ ...part, cuts: cuts.get(part.rolloutId) ?? [] })) };
  });
}

/** By the file that is gone on from. */
function cutsOf(sessions: readonly { parts: PartNotes[] }[]): Map<string, CutSurvey[]> {
  const cuts = new Map<string, CutSurvey[]>();
  for (const { goesOnFrom } of sessions.flatMap(({ parts }) => parts)) {
    if (goesOnFrom) cuts.set(goesOnFrom.rolloutId, [...(cuts.get(goesOnFrom.rolloutId) ?? []), goesOnFrom]);
  }
  for (const some of cuts.values()) some.sort((a, b) => a.ordinal - b.ordinal || a.byte - b.byte);
  return cuts;
}

interface PartNotes {
  base: string | null;
  inheritedFrom: string | null;
  dialect: LineForm['dialect'];
  firstOrdinal: number;
  begun: number | null;
  hasTimes: boolean;
  hasMade: boolean;
  records: number;
  head: string;
  goesOnFrom: (CutSurvey & { rolloutId: string }) | null;
}

type Value = { [key: string]: unknown };

function beginPart({ base_rollout: base = null, inherited_from: from, meta }: Value): PartNotes | null {
  if (base !== null && (typeof base !== 'string' || !isThreadId(base))) return null;
  return {
    base,
    // The copy of a parent's records in a file of its own begins behind its first record.
    inheritedFrom: base !== null && typeof from === 'string' ? from : null,
    ...{ dialect: 'envelope', firstOrdinal: 0, begun: null, hasTimes: false, hasMade: false, records: 0 },
    ...{ head: JSON.stringify(meta ?? null), goesOnFrom: null },
  };
}

function note({ type, timestamp, synthetic, meta }: Value, part: PartNotes): void {
  part.begun ??= typeof timestamp === 'string' ? parseTime(timestamp) : null;
  if (type === 'SessionMeta' && part.records === 0) readMeta(meta, part);
  else if (synthetic && type === 'EventMsg') part.hasMade = true;
  else if (!synthetic && type !== 'Unknown' && type !== 'SessionMeta' && timestamp !== null) part.hasTimes = true;
  if (!synthetic) part.records++;
}

function readMeta(meta: unknown, part: PartNotes): void {
  if (!isObject(meta) || meta.history_mode !== 'paginated') return;
  part.dialect = 'paginated';
  if (!isObject(meta.history_base)) return;
  const { thread_id: rolloutId, end_ordinal_exclusive: ordinal, end_byte_offset: byte } = meta.history_base;
  if (typeof ordinal !== 'number') return;
  part.firstOrdinal = ordinal;
  if (typeof rolloutId === 'string' && typeof byte === 'number') part.goesOnFrom = { rolloutId, ordinal, byte };
}

/** Files of a session that others go on from. */
function basesOf(threadId: string, sessions: readonly { parts: PartNotes[] }[]): Set<string> {
  const parts = sessions.flatMap((session) => session.parts);
  return new Set(
    parts.flatMap(({ base, inheritedFrom }) => (base !== null && inheritedFrom === threadId ? [base] : [])),
  );
}

function finish(
  { threadId, parts }: { threadId: string; parts: PartNotes[] },
  wanted: Set<string>,
): { threadId: string; parts: Omit<PartSurvey, 'cuts'>[] } {
  const bases = parts.flatMap(({ base, inheritedFrom }) => (base !== null && !inheritedFrom ? [base] : []));
  // The file that a thread was last written to is named by those only that go on from it.
  const [named, ...others] = [...wanted].filter((id) => !bases.includes(id));
  const nameCurrent = (part: PartNotes) => {
    if (named !== undefined && others.length === 0) return named;
    return bases.length === 0 ? threadId : segmentId(threadId, bases, part);
  };
  return {
    threadId,
    parts: parts.map((part) => {
      const { base, inheritedFrom, dialect, firstOrdinal, begun, hasMade, hasTimes, records } = part;
      const isBare = dialect !== 'paginated' && (hasMade || (!hasTimes && records > 1));
      return {
        rolloutId: base ?? nameCurrent(part),
        inheritedFrom,
        dialect: isBare ? 'bare' : dialect,
        firstOrdinal,
        begun,
      };
    }),
  };
}

/**
 * An id for the file that a thread was last written to, which events do not tell where nothing refers to it. The same events give
 * the same id, and it comes behind those of the files before.
 */
function segmentId(threadId: string, before: readonly string[], part: { begun: number | null; head: string }): string {
  const last = Math.max(0, ...before.map(timeOfId).filter(Number.isFinite));
  const time = Math.max(part.begun ?? 0, last + 1)
    .toString(16)
    .padStart(12, '0');
  const rest = createHash('sha256').update(`${threadId}\n${part.head}`).digest('hex');
  const variant = '89ab'[Number.parseInt(rest[3] as string, 16) % 4];
  const groups = [time.slice(0, 8), time.slice(8), `7${rest.slice(0, 3)}`, `${variant}${rest.slice(4, 7)}`];
  return [...groups, rest.slice(7, 19)].join('-');
}
