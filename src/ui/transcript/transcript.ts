import type { Event } from '../../model/event.ts';
import { plain, stringify } from '../../model/verbatim.ts';
import type { Colours } from '../colour.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import { rememberCalls } from './calls.ts';
import { compaction } from './compaction.ts';
import { eventMsgBlock } from './event-msgs.ts';
import { type Fields, numberOf, objectOf, textOf } from './fields.ts';
import { itemBlock } from './items.ts';
import { createPage } from './page.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { repeatedSession, sessionRows, sessionRule } from './session-header.ts';
import { tokenLine } from './tokens.ts';
import { turnRule } from './turn-rule.ts';
import { isBookkeeping, unknownRecord } from './unknown-record.ts';

export interface TranscriptOptions {
  colours: Colours;
  /** Width of the terminal; Infinity for rows of any length. */
  columns: number;
  /** The events are the effective history, which the header then says. */
  effective?: boolean;
  /** Everything in full, with reasoning, instructions, contexts and book-keeping. */
  showAll?: boolean;
  /** Minutes from UTC for the times; 0 when absent. */
  utcOffset?: number;
}

/**
 * Writes sessions for people to read: what was said, what was run and with which outcome, what changed in which file.
 *
 * Events go in one by one, of one session after the other, and the stream may begin or break off anywhere; each call gives
 * the text to print, which may be empty. What is remembered does not grow with the session. The text is safe for a
 * terminal: see `page.ts`.
 */
export function createTranscript(options: TranscriptOptions): Transcript {
  const page = createPage(options);
  const view: View = {
    showAll: options.showAll ?? false,
    effective: options.effective ?? false,
    utcOffset: options.utcOffset ?? 0,
  };
  let session: Session | null = null;
  let isEmpty = true;

  return {
    write(event) {
      let text = '';
      if (session === null || isOther(event, session)) {
        text += print(closing(session));
        session = newSession(textOf(event.thread_id));
        text += print(opening(event, session));
      }
      session.threadId ??= textOf(event.thread_id);
      const dimmed = event.rolled_back === true || event.inherited_from !== undefined;
      const turn = numberOf(event.turn) ?? 0;
      if (turn > 0 && turn !== session.turn) {
        text += print(tokensOf(session, 'tokens so far'));
        session.turn = turn;
        text += print(block([turnRule(event, view.utcOffset)]), dimmed);
      }
      return text + print(eventBlock(event, session, view), dimmed);
    },
    end: () => print(closing(session)),
  };

  function print(next: Block | null, dimmed = false): string {
    if (!session || !next || next.paragraphs.length === 0) return '';
    const joins = next.about !== undefined && next.about === session.lastAbout;
    const gap = isEmpty || joins ? '' : '\n';
    session.lastAbout = next.about;
    isEmpty = false;
    return gap + page(next.paragraphs, dimmed);
  }
}

export interface Transcript {
  /** What the event adds, in whole lines; empty for an event that shows nothing. */
  write(event: Event): string;
  /** What is left to say after the last event. */
  end(): string;
}

interface Session extends Memory {
  threadId: string | null;
  turn: number;
  /** The line that names it has been shown. */
  isNamed: boolean;
  hasHeader: boolean;
  /** The last totals that have not been shown. */
  tokens: Fields | null;
}

function newSession(threadId: string | null): Session {
  return {
    threadId,
    turn: 0,
    isNamed: false,
    hasHeader: false,
    tokens: null,
    calls: rememberCalls(),
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

function closing(session: Session | null): Block | null {
  return session && tokensOf(session, 'tokens');
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
