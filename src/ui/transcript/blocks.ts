import type { Event } from '../../model/event.ts';
import { type Fields, numberOf, objectOf, textOf } from '../../model/fields.ts';
import { isBookkeeping } from '../../model/quiet-records.ts';
import { RecentCalls } from '../../model/recent-calls.ts';
import { SpokenInput } from '../../model/spoken-input.ts';
import { plain, stringify } from '../../model/verbatim.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import { compaction } from './compaction.ts';
import { eventMsgBlock } from './event-msgs.ts';
import { itemBlock } from './items.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { repeatedSession, sessionRows, sessionRule } from './session-header.ts';
import { tokenLine } from './tokens.ts';
import { turnRule } from './turn-rule.ts';
import { unknownRecord } from './unknown-record.ts';

export interface BlockOptions {
  /** The events are the effective history, which the header then says. */
  effective?: boolean;
  /** Everything in full, with reasoning, instructions, contexts and book-keeping; of some events alone, if it is asked for each. */
  showAll?: boolean | ((event: Event) => boolean);
  /** Minutes from UTC for the times; 0 when absent. */
  utcOffset?: number;
}

/** A part of a transcript that is not laid out yet. */
export interface PlacedBlock {
  /** What it shows, or stands before. It may have come some events ago: see `SpokenInput`. */
  event: Event;
  paragraphs: Paragraph[];
  /** `event` is what the event itself shows, the others are what stands before it. */
  origin: 'session' | 'turn' | 'tokens' | 'event';
  /** It belongs to the same thing as the block before it: no blank line stands between them. */
  joins: boolean;
  /** The call that it belongs to. */
  about: string | undefined;
  /** History that is no longer, or was never, this session's own. */
  isDimmed: boolean;
}

export interface Blocks {
  /** What the event adds; nothing for an event that shows nothing. */
  add(event: Event): PlacedBlock[];
  /** What is left to say after the last event. */
  end(): PlacedBlock[];
  /** What `end` would say now, of a session that may go on. */
  endSoFar(): PlacedBlock[];
}

/** Makes the blocks of transcripts from the events of sessions, as `createTranscript` says. */
export function createBlocks(options: BlockOptions): Blocks {
  const { showAll = false } = options;
  const base: View = {
    showAll: showAll === true,
    effective: options.effective ?? false,
    utcOffset: options.utcOffset ?? 0,
  };
  const viewOf = typeof showAll === 'function' ? (event: Event) => ({ ...base, showAll: showAll(event) }) : () => base;
  let session: Session | null = null;

  return {
    add(event) {
      const placed: PlacedBlock[] = [];
      if (session === null || isOther(event, session)) {
        if (session) finish(placed, session, session.input.end());
        session = newSession(event);
        place(placed, 'session', event, opening(event, session), session);
      }
      session.threadId ??= textOf(event.thread_id);
      session.last = event;
      for (const shown of session.input.add(event)) show(placed, shown, session);
      return placed;
    },
    end() {
      const placed: PlacedBlock[] = [];
      if (session) finish(placed, session, session.input.end());
      return placed;
    },
    endSoFar() {
      const placed: PlacedBlock[] = [];
      if (session) finish(placed, { ...session }, session.input.waiting);
      return placed;
    },
  };

  function show(placed: PlacedBlock[], event: Event, into: Session): void {
    const view = viewOf(event);
    const dimmed = event.rolled_back === true || event.inherited_from !== undefined;
    const turn = numberOf(event.turn) ?? 0;
    if (turn > 0 && turn !== into.turn) {
      place(placed, 'tokens', event, tokensOf(into, 'tokens so far'), into);
      into.turn = turn;
      place(placed, 'turn', event, block([turnRule(event, view.utcOffset)]), into, dimmed);
    }
    place(placed, 'event', event, eventBlock(event, into, view), into, dimmed);
  }

  function finish(placed: PlacedBlock[], of: Session, messages: readonly Event[]): void {
    for (const message of messages) show(placed, message, of);
    place(placed, 'tokens', of.last, tokensOf(of, 'tokens'), of);
  }

  function place(
    placed: PlacedBlock[],
    origin: PlacedBlock['origin'],
    event: Event,
    next: Block | null,
    into: Session,
    isDimmed = false,
  ): void {
    if (!next || next.paragraphs.length === 0) return;
    const { paragraphs, about } = next;
    const joins = about !== undefined && about === into.lastAbout;
    placed.push({ event, paragraphs, origin, joins, about, isDimmed });
    into.lastAbout = about;
  }
}

interface Session extends Memory {
  threadId: string | null;
  turn: number;
  input: SpokenInput;
  /** The event that came last. */
  last: Event;
  /** The line that names it has been shown. */
  isNamed: boolean;
  hasHeader: boolean;
  /** The last totals that have not been shown. */
  tokens: Fields | null;
}

function newSession(first: Event): Session {
  return {
    threadId: textOf(first.thread_id),
    turn: 0,
    input: new SpokenInput(),
    last: first,
    isNamed: false,
    hasHeader: false,
    tokens: null,
    calls: new RecentCalls(),
    folder: null,
    lastAbout: undefined,
    compactionToldBy: null,
  };
}

/** The first event of each session carries the schema's name; without it a session is known by its id. */
function isOther(event: Event, session: Session): boolean {
  if (event.schema !== undefined) return true;
  const threadId = textOf(event.thread_id);
  return threadId !== null && session.threadId !== null && threadId !== session.threadId;
}

/** A session whose own first record is not the first to come is at least named. */
function opening(event: Event, session: Session): Block | null {
  if (isOwnMeta(event) || session.threadId === null) return null;
  session.isNamed = true;
  return block([sessionRule(session.threadId)]);
}

function tokensOf(session: Session, label: string): Block | null {
  const { tokens } = session;
  session.tokens = null;
  return tokens && block([tokenLine(label, tokens)]);
}

function eventBlock(event: Event, session: Session, view: View): Block | null {
  switch (event.type) {
    case 'SessionMeta':
      return block(sessionParagraphs(event, objectOf(event.meta), session, view));
    case 'TurnContext':
      return view.showAll ? block([contextLine(event.context)]) : null;
    case 'EventMsg':
      rememberTokens(objectOf(event.msg), session);
      return eventMsgBlock(objectOf(event.msg), session, view);
    case 'ResponseItem':
      return itemBlock(event, objectOf(event.item), session, view);
    case 'Compacted':
      return compaction('record', textOf(objectOf(event.compacted).message), session, view);
    case 'Unknown':
      return isBookkeeping(event) && !view.showAll ? null : block(unknownRecord(event, view.showAll));
  }
}

function sessionParagraphs(event: Event, meta: Fields, session: Session, view: View): Paragraph[] {
  if (session.hasHeader || !isOwnMeta(event)) return repeatedSession(meta, session.threadId);
  session.hasHeader = true;
  session.folder = textOf(meta.cwd);
  return [...(session.isNamed ? [] : [sessionRule(textOf(meta.id))]), ...sessionRows(meta, view)];
}

function isOwnMeta(event: Event): boolean {
  return event.type === 'SessionMeta' && event.inherited_from === undefined;
}

function rememberTokens(msg: Fields, session: Session): void {
  const total = msg.type === 'TokenCount' ? plain(msg.total) : null;
  if (total) session.tokens = objectOf(total);
}

function contextLine(context: unknown): Paragraph {
  return paragraph(leads.note, span(`context ${stringify(context)}`, 'dim'));
}
