import type { Clock } from '../../base/io.ts';
import type { TokenUsage } from '../../model/event.ts';
import type { ModelItem } from '../../model/history.ts';
import { newId } from '../../model/new-id.ts';
import { type DialectRecords, type Entry, eventMsg, type Scene } from './dialect-records.ts';
import { envelopeRecords } from './envelope-records.ts';
import type { LineSink } from './line-sink.ts';
import { lineText, publishedBody } from './line-text.ts';
import { userItem } from './message-text.ts';
import { paginatedRecords } from './paginated-records.ts';
import type {
  Ack,
  RecordDialect,
  RecordedEvent,
  Recorder,
  RecordingEnd,
  TurnEnd,
  TurnSettings,
  TurnStart,
} from './recorder.ts';
import { turnContext } from './session-payloads.ts';

/** A recorder over any sink. Made by `openRecorder`. */
export class Recording implements Recorder {
  readonly threadId: string;
  readonly dialect: RecordDialect;
  readonly tail: Recorder['tail'];
  readonly #sink: LineSink;
  readonly #clock: Clock;
  readonly #onRecord: ((record: RecordedEvent) => void) | undefined;
  readonly #records: DialectRecords;
  /** session_meta of a new thread, until there is something to persist. */
  #opening: Entry | null;
  #ordinal: number | null;
  #line: number;
  #turn: { id: string; startedAt: number } | null = null;
  #lastTime = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(start: RecordingStart) {
    this.threadId = start.threadId;
    this.dialect = start.dialect;
    this.tail = start.tail;
    this.#sink = start.sink;
    this.#clock = start.clock;
    this.#onRecord = start.onRecord;
    this.#records = start.dialect === 'paginated' ? paginatedRecords : envelopeRecords;
    this.#opening = start.opening;
    this.#ordinal = start.nextOrdinal;
    this.#line = start.lines;
  }

  get path(): string | null {
    return this.#sink.path;
  }

  get failure() {
    return this.#sink.failure;
  }

  begin({ turnId, contextWindow }: TurnStart): Ack {
    const startedAt = this.#now();
    this.#turn = { id: turnId, startedAt };
    return this.#put([
      eventMsg('task_started', {
        turn_id: turnId,
        started_at: seconds(startedAt),
        model_context_window: contextWindow,
        collaboration_mode_kind: 'default',
      }),
    ]);
  }

  context(settings: TurnSettings): Ack {
    return this.#put([{ type: 'turn_context', payload: turnContext(this.#turn?.id ?? null, this.#now(), settings) }]);
  }

  userMessage(input: Parameters<Recorder['userMessage']>[0]): Ack {
    return this.#put(this.#records.userMessage(input, userItem(input), this.#scene()));
  }

  item(item: ModelItem): Ack {
    return this.#put(this.#records.item(item, this.#scene()));
  }

  command(command: Parameters<Recorder['command']>[0]): Ack {
    return this.#put(this.#records.command(command, this.#scene()));
  }

  fileChange(change: Parameters<Recorder['fileChange']>[0]): Ack {
    return this.#put(this.#records.fileChange(change, this.#scene()));
  }

  approval({ callId, decision, by, reason }: Parameters<Recorder['approval']>[0]): Ack {
    return this.#put([eventMsg('sessions_approval', { call_id: callId, decision, by, reason })]);
  }

  tokens({ total, last, contextWindow }: Parameters<Recorder['tokens']>[0]): Ack {
    const info = {
      total_token_usage: usage(total),
      last_token_usage: usage(last),
      model_context_window: contextWindow,
    };
    return this.#put([eventMsg('token_count', { info, rate_limits: null })]);
  }

  compacted({ message, items }: Parameters<Recorder['compacted']>[0]): Ack {
    return this.#put(this.#records.compacted(message, items, this.#scene()));
  }

  event(payload: Parameters<Recorder['event']>[0]): Ack {
    return this.#put([{ type: 'event_msg', payload }]);
  }

  endTurn(end: TurnEnd): Ack {
    const now = this.#now();
    const turn = this.#turn ?? { id: this.threadId, startedAt: now };
    const times = { completed_at: seconds(now), duration_ms: now - turn.startedAt };
    if (end.outcome === 'aborted') {
      return this.#put([eventMsg('turn_aborted', { turn_id: turn.id, reason: end.reason, ...times })]);
    }
    const error = end.error === undefined ? {} : { error: { message: end.error, codex_error_info: 'other' } };
    const fields = { turn_id: turn.id, last_agent_message: end.lastMessage, ...times, ...error };
    return this.#put([eventMsg('task_complete', fields)]);
  }

  inOrder(act: () => void): void {
    this.#written.then(act, act);
  }

  barrier(): Promise<void> {
    return this.#sink.barrier();
  }

  close(options: Parameters<Recorder['close']>[0]): Promise<RecordingEnd> {
    return this.#sink.close(options);
  }

  /** @returns what becomes of the last of them: the others come before it */
  #put(entries: Entry[]): Ack {
    let ack: Ack = { written: Promise.resolve(), durable: Promise.resolve() };
    const opening = this.#opening;
    this.#opening = null;
    for (const entry of opening ? [opening, ...entries] : entries) ack = this.#append(entry);
    return ack;
  }

  #append(entry: Entry): Ack {
    const timestamp = new Date(this.#now()).toISOString();
    const text = lineText(timestamp, this.#ordinal, entry);
    if (this.#ordinal !== null) this.#ordinal++;
    const line = ++this.#line;
    const ack = this.#sink.append(text);
    this.#written = ack.written;
    const tell = this.#onRecord;
    if (tell) {
      const { dialect } = this;
      // Told once it is there, so that nobody has seen what `show` will not.
      ack.written.then(
        () => tell({ body: publishedBody(text), dialect, timestamp, line, bytes: Buffer.byteLength(text) }),
        () => {},
      );
    }
    return ack;
  }

  #scene(): Scene {
    const now = this.#now();
    return { threadId: this.threadId, turnId: this.#turn?.id ?? this.threadId, now, newId: () => newId(now) };
  }

  /** Never earlier than before: a clock that is set back does not put the records of one run out of order. */
  #now(): number {
    this.#lastTime = Math.max(this.#lastTime, this.#clock.now());
    return this.#lastTime;
  }
}

export interface RecordingStart {
  threadId: string;
  dialect: RecordDialect;
  sink: LineSink;
  clock: Clock;
  onRecord: ((record: RecordedEvent) => void) | undefined;
  opening: Entry | null;
  nextOrdinal: number | null;
  /** Lines that are there. */
  lines: number;
  tail: Recorder['tail'];
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function usage(tokens: TokenUsage): object {
  return {
    input_tokens: Number(tokens.input_tokens),
    cached_input_tokens: Number(tokens.cached_input_tokens),
    output_tokens: Number(tokens.output_tokens),
    reasoning_output_tokens: Number(tokens.reasoning_output_tokens),
    total_tokens: Number(tokens.total_tokens),
  };
}
