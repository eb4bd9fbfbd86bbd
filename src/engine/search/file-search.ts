import { formatTime, parseTime } from '../../base/time.ts';
import { decodeLine } from '../../format/decode-line.ts';
import { toEventBody } from '../../format/events/event-body.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { lineKind } from '../../format/line-kind.ts';
import { isObject, type Record, toRecord } from '../../format/record.ts';
import type { Event, EventBody } from '../../model/event.ts';
import type { Report } from '../problem.ts';
import { turnSignal } from '../turn-signal.ts';
import { undecodable } from '../undecodable.ts';
import type { Watch } from '../workers/protocol.ts';
import type { ByteFilter } from './byte-filter.ts';
import { excerpt, type SearchHit } from './hit.ts';
import { LineTurns, signalOfKind } from './line-turns.ts';
import type { Matcher } from './pattern.ts';
import { type FieldText, textsOf } from './texts.ts';

/** Finds a pattern in the content of one file, line by line; only lines that may match are decoded. */
export class FileSearch {
  /** What was found since it was last taken. Turns are right once `end` was called. */
  hits: SearchHit[] = [];
  /** The working directory that the file's first record names. */
  cwd: string | null = null;
  /** Whether the file goes on from another one, so that its turns do not begin at 1. */
  isContinued = false;
  readonly #options: FileSearchOptions;
  readonly #framer = new LineFramer(defaultLimits.lineBytes);
  readonly #turns = new LineTurns<SearchHit>();
  #lastTurn = 0;

  constructor(options: FileSearchOptions) {
    this.#options = options;
  }

  push(block: Buffer): void {
    for (const line of this.#framer.push(block)) this.#search(line);
  }

  end(): void {
    for (const line of this.#framer.end()) this.#search(line);
    this.#turns.finish();
  }

  /** Turns recorded in the file. */
  get turns(): number {
    return Math.max(this.#turns.count, this.#lastTurn);
  }

  #search(line: Line): void {
    const { matcher, filter, all } = this.#options;
    const { bytes, start, end } = line;
    const kind = line.terminated ? lineKind(bytes, start, end) : null;
    const signal = kind === null ? null : signalOfKind(kind, line);
    const isSearched = matcher.wantsCwd ? line.number === 1 : all || kind === null || spokenKinds.has(kind);
    const isCandidate = isSearched && (filter === null || filter.mayMatch(bytes, start, end));
    if (!isCandidate && signal !== null && line.number > 1) {
      this.#turns.observe(signal);
      return;
    }
    const decoded = decodeLine(line, defaultLimits);
    const record = decoded.ok ? toRecord(decoded) : null;
    const body = record
      ? bodyOf(record)
      : undecodable({ line, decoded, record }, this.#options.path, this.#options.report);
    if (line.number === 1 && record?.type === 'session_meta') this.#lookAt(record.payload);
    if (!body) return;
    if (record?.dialect === 'event') this.#lastTurn = (body as Event).turn;
    else this.#turns.observe(signal ?? turnSignal(body));
    if (isCandidate) this.#match(line, body, record);
  }

  #lookAt(meta: { [key: string]: unknown }): void {
    this.cwd = typeof meta.cwd === 'string' ? meta.cwd : null;
    this.isContinued = isObject(meta.history_base);
  }

  #match(line: Line, body: EventBody, record: Record | null): void {
    const { matcher, all, watch, path, threadId } = this.#options;
    const texts: FieldText[] = matcher.wantsCwd
      ? [{ field: 'cwd', text: this.cwd ?? '' }]
      : textsOf(body, all, record?.dialect === 'bare');
    for (const { field, text } of texts) {
      watch?.enter();
      const ranges = matcher.find(text, field);
      watch?.leave();
      if (ranges.length === 0) continue;
      const hit: SearchHit = {
        schema: 'sessions.search-hit/1',
        thread_id: threadId,
        turn: this.#lastTurn,
        timestamp: utc(record?.timestamp ?? null),
        field,
        ...excerpt(text, ranges),
        path,
        line: line.number,
        offset: line.offset,
      };
      this.hits.push(hit);
      if (record?.dialect !== 'event') this.#turns.add(hit);
    }
  }
}

export interface FileSearchOptions {
  matcher: Matcher;
  /** Rejects lines by their bytes; null to decode all. */
  filter: ByteFilter | null;
  /** Everything recorded, not only what was said and done. */
  all: boolean;
  path: string;
  threadId: string | null;
  watch: Watch | null;
  report: Report;
}

/** The kinds of lines that hold what was said and done. */
const spokenKinds: ReadonlySet<string> = new Set([
  'event_msg/user_message',
  'event_msg/agent_message',
  'event_msg/item_completed/UserMessage',
  'event_msg/item_completed/AgentMessage',
  'response_item/function_call',
  'response_item/custom_tool_call',
  'response_item/local_shell_call',
  'response_item/tool_search_call',
]);

/** An event of our own stream is a body already. */
function bodyOf(record: Record): EventBody {
  return record.dialect === 'event' ? (record.text().value as Event) : toEventBody(record);
}

function utc(timestamp: string | null): string | null {
  const ms = timestamp === null ? null : parseTime(timestamp);
  return ms === null ? null : formatTime(ms);
}
