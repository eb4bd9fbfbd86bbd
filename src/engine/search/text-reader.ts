import { formatTime, parseTime } from '../../base/time.ts';
import { decodeLine } from '../../format/decode-line.ts';
import { toEventBody } from '../../format/events/event-body.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { lineKind } from '../../format/line-kind.ts';
import { isObject, type Record, toRecord } from '../../format/record.ts';
import type { Event, EventBody } from '../../model/event.ts';
import type { TurnSignal, TurnState } from '../../model/turn-tracker.ts';
import type { Report } from '../problem.ts';
import { turnSignal } from '../turn-signal.ts';
import { undecodable } from '../undecodable.ts';
import { LineTurns, signalOfKind } from './line-turns.ts';
import { type HitField, textsOf } from './texts.ts';

/**
 * Reads the texts of one file, line by line; only lines that may hold a wanted one are decoded. Search and index both read
 * with it, so that they see the same texts.
 */
export class TextReader<Kept extends { turn: number }> {
  /** The working directory that the file's first record names. */
  cwd: string | null = null;
  /** Whether the file goes on from another one, so that its turns do not begin at 1. */
  isContinued = false;
  /** The memory mode that a session_meta of the thread gave last, of those that were decoded. */
  memoryMode: string | null = null;
  readonly #options: TextReaderOptions<Kept>;
  readonly #framer: LineFramer;
  readonly #turns: LineTurns<Kept>;
  #lastTurn: number;
  #offset: number;
  #lines: number;
  #isTorn = false;
  #mark: Place;

  /** @param from where an earlier reading ended */
  constructor(options: TextReaderOptions<Kept>, from: Place = beginning) {
    this.#options = options;
    this.#framer = new LineFramer(defaultLimits.lineBytes, from.offset, from.lines);
    this.#turns = new LineTurns(from.turns ?? undefined);
    this.#lastTurn = from.lastTurn;
    this.#offset = from.offset;
    this.#lines = from.lines;
    this.#mark = from;
  }

  push(block: Buffer): void {
    for (const line of this.#framer.push(block)) this.#read(line);
  }

  /** Nothing comes after what was pushed. Turns are right from now on. */
  end(): void {
    for (const line of this.#framer.end()) this.#read(line);
    this.#mark = this.place;
    this.#isTorn = true;
    this.#turns.finish();
  }

  /** The last place from which another reading can go on; texts of the lines after it are not final. */
  get place(): Place {
    return this.#isTorn || !this.#turns.settled ? this.#mark : this.#here(this.#offset, this.#lines);
  }

  #read(line: Line): void {
    if (!line.terminated) {
      if (this.#turns.settled) this.#mark = this.#here(line.offset, line.number - 1);
      this.#isTorn = true;
    }
    this.#decode(line);
    this.#offset = line.offset + line.length + 1;
    this.#lines = line.number;
  }

  #decode(line: Line): void {
    const { bytes, start, end } = line;
    const kind = line.terminated ? lineKind(bytes, start, end) : null;
    const signal = kind === null ? null : signalOfKind(kind, line);
    const isCandidate = this.#options.isCandidate(line, kind);
    if (!isCandidate && signal !== null && line.number > 1) {
      this.#observe(signal, line);
      return;
    }
    const decoded = decodeLine(line, defaultLimits);
    const record = decoded.ok ? toRecord(decoded) : null;
    const body = record
      ? bodyOf(record)
      : undecodable({ line, decoded, record }, this.#options.path, this.#options.report);
    if (record?.type === 'session_meta') this.#lookAt(record.payload, line.number);
    if (!body) return;
    if (record?.dialect === 'event') this.#lastTurn = (body as Event).turn;
    else this.#observe(signal ?? turnSignal(body), line);
    if (isCandidate) this.#give(line, body, record);
  }

  #lookAt(meta: { [key: string]: unknown }, number: number): void {
    if (number === 1) {
      this.cwd = typeof meta.cwd === 'string' ? meta.cwd : null;
      this.isContinued = isObject(meta.history_base);
    }
    // A fork holds its parent's, too.
    const isOwn = typeof meta.id === 'string' && meta.id.toLowerCase() === this.#options.threadId;
    if (isOwn && typeof meta.memory_mode === 'string') this.memoryMode = meta.memory_mode;
  }

  /** A start leaves the turn of what follows open; a later reading goes on before it. */
  #observe(signal: TurnSignal, line: Line): void {
    if (signal === 'start' && this.#turns.settled && !this.#isTorn) {
      this.#mark = this.#here(line.offset, line.number - 1);
    }
    this.#turns.observe(signal);
  }

  #here(offset: number, lines: number): Place {
    return { offset, lines, turns: this.#turns.state(), lastTurn: this.#lastTurn };
  }

  #give(line: Line, body: EventBody, record: Record | null): void {
    const { wants } = this.#options;
    const texts: { field: HitField; text: string }[] =
      wants.cwd && line.number === 1 ? [{ field: 'cwd', text: this.cwd ?? '' }] : [];
    if (wants.messages) texts.push(...textsOf(body, wants.all, record?.dialect === 'bare'));
    for (const text of texts) {
      const kept = this.#options.keep({
        ...text,
        turn: this.#lastTurn,
        timestamp: utc(record?.timestamp ?? null),
        line: line.number,
        offset: line.offset,
      });
      if (kept && record?.dialect !== 'event') this.#turns.add(kept);
    }
  }
}

export interface TextReaderOptions<Kept> {
  path: string;
  threadId: string | null;
  wants: {
    /** The working directory, as a text of the first line. */
    cwd: boolean;
    messages: boolean;
    /** Of messages, everything recorded, not only what was said and done. */
    all: boolean;
  };
  /** Whether a line may hold a wanted text. */
  isCandidate(line: Line, kind: string | null): boolean;
  /** Takes a text; what it returns gets its turn as soon as that is known. */
  keep(text: PlacedText): Kept | null;
  report: Report;
}

/** One message, command or other text, and where it stands. */
export interface PlacedText {
  field: HitField;
  text: string;
  /** 1-based recorded turn of the file; 0 before the first. */
  turn: number;
  /** RFC 3339 UTC, where it is recorded. */
  timestamp: string | null;
  /** 1-based. */
  line: number;
  /** Byte offset of the line in the decompressed file. */
  offset: number;
}

/** The end of a whole line, and all that reading on from there depends on. It can be written as JSON. */
export interface Place {
  offset: number;
  lines: number;
  /** Null at the beginning. */
  turns: TurnState | null;
  lastTurn: number;
}

/** The kinds of lines that hold what was said and done. */
export const spokenKinds: ReadonlySet<string> = new Set([
  'event_msg/user_message',
  'event_msg/agent_message',
  'event_msg/item_completed/UserMessage',
  'event_msg/item_completed/AgentMessage',
  'response_item/function_call',
  'response_item/custom_tool_call',
  'response_item/local_shell_call',
  'response_item/tool_search_call',
]);

const beginning: Place = { offset: 0, lines: 0, turns: null, lastTurn: 0 };

/** An event of our own stream is a body already. */
function bodyOf(record: Record): EventBody {
  return record.dialect === 'event' ? (record.text().value as Event) : toEventBody(record);
}

function utc(timestamp: string | null): string | null {
  const ms = timestamp === null ? null : parseTime(timestamp);
  return ms === null ? null : formatTime(ms);
}
