import type { Event, EventBody, EventHead } from '../../../src/model/event.ts';
import { Verbatim } from '../../../src/model/verbatim.ts';
import type { Key } from '../../../src/tui/keys/key.ts';
import { pressInTranscript, type TranscriptContext } from '../../../src/tui/transcript/press-in-transcript.ts';
import { Layouts } from '../../../src/tui/transcript/transcript-column.ts';
import type { TranscriptEffect } from '../../../src/tui/transcript/transcript-effect.ts';
import { pageOf, transcriptLines, widthOf } from '../../../src/tui/transcript/transcript-lines.ts';
import { TranscriptReader } from '../../../src/tui/transcript/transcript-reader.ts';
import type { TranscriptSource } from '../../../src/tui/transcript/transcript-source.ts';
import {
  found,
  isFull,
  openTranscript,
  settle,
  type TranscriptState,
} from '../../../src/tui/transcript/transcript-state.ts';
import { relaid, visibleRows } from '../../../src/tui/transcript/viewport.ts';
import { type Colours, noColours } from '../../../src/ui/colour.ts';
import { MemoryIo } from '../../support/memory-io.ts';

/** Writes the events of a session, numbered as they come. */
export class Script {
  readonly events: Event[] = [];
  #turn = 0;

  turn(text: string): this {
    this.#turn++;
    return this.add({ type: 'EventMsg', msg: { type: 'UserMessage', text } });
  }

  says(text: string): this {
    return this.add({ type: 'EventMsg', msg: { type: 'AgentMessage', text } });
  }

  thinks(text: string): this {
    return this.add({ type: 'EventMsg', msg: { type: 'AgentReasoning', text } });
  }

  runs(callId: string, command: string, output: string, exit_code = 0): this {
    return this.calls(callId, command).returns(callId, output, exit_code);
  }

  calls(callId: string, command: string): this {
    const args = new Verbatim(JSON.stringify({ cmd: command }));
    return this.add({
      type: 'ResponseItem',
      item: {
        type: 'tool_call',
        call_id: callId,
        name: 'exec_command',
        command: ['bash', '-lc', command],
        arguments: args,
      },
    });
  }

  returns(callId: string, output: string, exit_code = 0): this {
    return this.add({
      type: 'ResponseItem',
      item: {
        type: 'tool_result',
        call_id: callId,
        output,
        exit_code,
        status: exit_code === 0 ? 'completed' : 'failed',
      },
    });
  }

  patches(callId: string, path: string, lines: string): this {
    const patch = `*** Begin Patch\n*** Update File: ${path}\n@@\n${lines}\n*** End Patch`;
    return this.add({
      type: 'ResponseItem',
      item: { type: 'tool_call', call_id: callId, name: 'apply_patch', arguments_text: patch },
    });
  }

  add(body: EventBody, head: Partial<EventHead> = {}): this {
    const seq = this.events.length;
    const timestamp = new Date(Date.UTC(2026, 0, 1, 8, 0, seq)).toISOString();
    const schema = seq === 0 ? ({ schema: 'sessions.event/1' } as const) : {};
    this.events.push({ ...schema, thread_id: 'thread', seq, timestamp, turn: this.#turn, ...head, ...body } as Event);
    return this;
  }

  /** Gives a few events at a time. */
  source(): TranscriptSource & { reads: number } {
    const { events } = this;
    return {
      reads: 0,
      async *read(turns) {
        this.reads++;
        const wanted = events.filter(({ turn }) => !turns || (turn >= turns.from && turn <= turns.to));
        for (let at = 0; at < wanted.length; at += 7) yield wanted.slice(at, at + 7);
      },
    };
  }
}

export function lines(count: number, of = 'line'): string {
  return Array.from({ length: count }, (_, at) => `${of} ${at + 1}\n`).join('');
}

/** A transcript without a terminal: what the view does, step by step. */
export class Desk {
  state: TranscriptState;
  readonly effects: TranscriptEffect[] = [];
  readonly reader: TranscriptReader;
  columns: number;
  rows: number;
  readonly #layouts: Layouts;
  readonly #source: TranscriptSource;
  readonly #colours: Colours;

  constructor(
    source: TranscriptSource,
    options: { columns?: number; rows?: number; start?: 'begin' | 'end'; colours?: Colours } = {},
  ) {
    this.#source = source;
    this.columns = options.columns ?? 80;
    this.rows = options.rows ?? 24;
    this.#colours = options.colours ?? noColours;
    this.state = openTranscript(options.start ?? 'begin');
    this.reader = new TranscriptReader(source, new MemoryIo().clock, () => this.settle());
    this.#layouts = new Layouts(this.reader);
    this.reader.start();
  }

  /** Reads all that is to be read, what is shown in full too. */
  async read(): Promise<this> {
    for (let rounds = 0; rounds < 200; rounds++) {
      const column = this.column();
      const seen = visibleRows(this.state.view, column, this.page).map(({ block }) => block);
      this.reader.want(
        [...new Set(seen)].filter((block) => isFull(this.state, block) && this.reader.blocks.isCutAt(block)),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this;
  }

  get page(): number {
    return pageOf(this.rows);
  }

  column(state = this.state) {
    return this.#layouts.columnOf(state, widthOf(this.columns), this.#colours === noColours);
  }

  settle(): void {
    this.state = settle(this.state, this.column(), this.page);
  }

  async press(...keys: (string | Partial<Key>)[]): Promise<this> {
    for (const key of keys) {
      const named = typeof key === 'string' ? { name: 'text', text: key } : key;
      const [next, ...effects] = pressInTranscript(
        this.state,
        { name: '', text: '', ctrl: false, alt: false, shift: false, ...named },
        this.context(),
      );
      this.state = next;
      this.effects.push(...effects);
      for (const effect of effects) {
        if (effect.kind !== 'search' || !effect.needle) continue;
        const hits = await this.reader.search(effect.needle, this.#colours === noColours, new AbortController().signal);
        this.state = found(this.state, hits);
        this.settle();
      }
    }
    return this;
  }

  resize(columns: number, rows: number): void {
    const before = this.column();
    this.columns = columns;
    this.rows = rows;
    this.state = { ...this.state, view: relaid(this.state.view, before, this.column(), this.page) };
  }

  frame(): string[] {
    const { reader, columns, rows } = this;
    return transcriptLines(this.state, this.column(), {
      facts: {
        title: 'a title',
        turn: reader.blocks.turnAt(this.state.view.chosen),
        turns: reader.blocks.turnAt(reader.blocks.count - 1),
        isReading: reader.isReading,
        isGrowing: this.#source.onMore !== undefined,
        failure: reader.failure,
      },
      ...{ columns, rows, colours: this.#colours },
    });
  }

  /** What is seen of the session. */
  body(): string[] {
    return this.frame().slice(1, -1);
  }

  /** The row that is marked first, without its mark. */
  chosen(): string | undefined {
    return this.body()
      .find((row) => row.includes('▌'))
      ?.replace('▌', '');
  }

  private context(): TranscriptContext {
    const { blocks } = this.reader;
    return {
      columnOf: (state) => this.column(state),
      columns: this.columns,
      page: this.page,
      isReading: this.reader.isReading,
      kindAt: (block) => blocks.kindAt(block),
      isCutAt: (block) => blocks.isCutAt(block),
      joinsAt: (block) => blocks.get(block).joins,
    };
  }
}
