import type { Event } from '../../model/event.ts';
import { objectOf, textOf } from '../../model/fields.ts';
import type { LiveEvent } from '../../model/live-session.ts';
import { Verbatim } from '../../model/verbatim.ts';
import { type Colours, noColours } from '../../ui/colour.ts';
import { createPage } from '../../ui/transcript/page.ts';
import { leads, type Paragraph, paragraph, type Style, span } from '../../ui/transcript/paragraph.ts';
import { createTranscript, type Transcript } from '../../ui/transcript/transcript.ts';
import { Answer, answerRows } from './answer.ts';

export interface PrintingOptions {
  /** Whole lines that stay. */
  print(lines: string): void;
  /** Of the screen, now. */
  columns(): number;
  colours: Colours;
}

/** What a session leaves on the terminal: each thing once, when it is finished. */
export class Printing {
  readonly #options: PrintingOptions;
  readonly #page: ReturnType<typeof createPage>;
  #transcript: Transcript;
  #answer: Answer | null = null;
  /** Records that came while an answer did: they stand behind it. */
  #behind: Event[] = [];
  /** What waits until something before it is there. */
  #held: (() => void)[] | null = null;
  /** Who said what stands last; null when nothing does. */
  #last: 'own' | 'session' | null = null;
  /** Of the event that came last. */
  #turn = 0;

  constructor(options: PrintingOptions) {
    this.#options = options;
    this.#page = createPage(this.#look());
    this.#transcript = createTranscript(this.#look());
  }

  /** Another session begins. */
  begin(threadId: string, cwd: string): void {
    this.#answer = null;
    this.#behind = [];
    this.#turn = 0;
    this.#transcript = createTranscript(this.#look());
    // What the head of a transcript says is said already.
    const meta = new Verbatim(JSON.stringify({ id: threadId, cwd }));
    this.#transcript.write({ ...nowhere, thread_id: threadId, type: 'SessionMeta', meta });
  }

  take(event: LiveEvent): void {
    if (this.#held) return void this.#held.push(() => this.take(event));
    if (event.type === 'text') {
      this.#answer ??= new Answer(this.#options.columns, this.#options.colours);
      this.#answer.add(event.text);
    } else if (event.type === 'record') this.#record(event.event);
    else if (event.type === 'retry') this.#breakOff();
    else if (event.type === 'note') this.say(event.message);
  }

  /** The lines of records that were there before. */
  past(events: readonly Event[]): string {
    return events.map((event) => this.#linesOf(event)).join('');
  }

  /** @param lines from `past` */
  printPast(lines: string): void {
    this.#put(lines);
  }

  /** Lays out what has come. Returns the rows of the answer that may still change. */
  settle(): string[] {
    if (this.#held || !this.#answer) return [];
    const { hasBegun } = this.#answer;
    this.#print(hasBegun, this.#answer.settle());
    const pending = this.#answer.pending();
    return this.#answer.hasBegun || pending.length === 0 ? pending : ['', ...pending];
  }

  /** A turn has ended: nothing more is to come. */
  end(): void {
    if (this.#held) return void this.#held.push(() => this.end());
    this.#finishAnswer();
    this.#release();
  }

  /** A line of ours. */
  say(text: string, style: Style = 'dim'): void {
    this.tell([paragraph(style === 'red' ? leads.alarm : leads.note, span(text, style))]);
  }

  /**
   * Paragraphs of ours, set apart from what others said.
   *
   * @param isApart from what we said, too
   */
  tell(paragraphs: readonly Paragraph[], isApart = false): void {
    if (this.#held) return void this.#held.push(() => this.tell(paragraphs, isApart));
    if (paragraphs.length === 0) return;
    const isFirst = this.#last === null || (this.#last === 'own' && !isApart);
    const gap = isFirst ? '' : '\n';
    // What belongs to what stands above is named again. No turn ends with it: what comes next is not the first of one.
    this.#transcript.write({ ...nowhere, turn: this.#turn, type: 'EventMsg', msg: { type: 'Warning' } });
    this.#put(`${gap}${this.#page(paragraphs, false)}`, 'own');
  }

  /** Nothing is printed until the rest is done. */
  hold(): void {
    this.#held ??= [];
  }

  /** @param first is printed before all that waits */
  release(first: () => void): void {
    const held = this.#held ?? [];
    this.#held = null;
    first();
    for (const each of held) each();
  }

  #record(event: Event): void {
    if (isMessage(event)) this.#message(event);
    else if (isEnd(event)) {
      // What was said until then stands above how it ended.
      this.#finishAnswer();
      this.#release();
      this.#put(this.#linesOf(event));
    }
    // What was said is not torn apart.
    else if (this.#answer?.hasBegun) this.#behind.push(event);
    else this.#put(this.#linesOf(event));
  }

  #message(event: Event & { type: 'EventMsg' }): void {
    const answer = this.#answer;
    const text = textOf(objectOf(event.msg).text) ?? '';
    if (answer && (answer.hasBegun || answer.text === text) && text.startsWith(answer.text)) {
      answer.add(text.slice(answer.text.length));
      if (!answer.hasBegun) this.#put(this.#around(event));
      else this.#around(event);
      this.#finishAnswer();
    } else {
      this.#finishAnswer();
      this.#put(this.#linesOf(event));
    }
    this.#release();
  }

  /** The rows that are left of an answer. */
  #finishAnswer(): void {
    const answer = this.#answer;
    this.#answer = null;
    if (answer) this.#print(answer.hasBegun, answer.end());
  }

  #breakOff(): void {
    const hasBegun = this.#answer?.hasBegun;
    this.#answer = null;
    if (hasBegun) this.say('this was broken off, and begins again', 'yellow');
    this.#release();
  }

  #release(): void {
    const events = this.#behind;
    this.#behind = [];
    for (const event of events) this.#put(this.#linesOf(event));
  }

  #print(isGoingOn: boolean, rows: readonly string[]): void {
    if (rows.length > 0)
      this.#put(`${isGoingOn || this.#last === null ? '' : '\n'}${rows.map((row) => `${row}\n`).join('')}`);
  }

  #linesOf(event: Event): string {
    this.#turn = event.turn;
    if (!isMessage(event)) return isShown(event) ? this.#transcript.write(shortened(withoutSchema(event))) : '';
    const { columns, colours } = this.#options;
    const text = textOf(objectOf(event.msg).text) ?? '';
    const isDimmed = event.rolled_back === true || event.inherited_from !== undefined;
    const rows = isDimmed
      ? answerRows(text, columns(), noColours).map((row) => colours.dim(row))
      : answerRows(text, columns(), colours);
    const before = this.#around(event);
    return rows.length === 0 ? before : `${before}\n${rows.map((row) => `${row}\n`).join('')}`;
  }

  /** What a transcript says before a message; it does not say the message itself, but knows that it stands there. */
  #around(event: Event & { type: 'EventMsg' }): string {
    this.#turn = event.turn;
    const before = this.#transcript.write({ ...withoutSchema(event), type: 'EventMsg', msg: { type: 'TokenCount' } });
    this.#transcript.write(withoutSchema(event));
    return before;
  }

  #put(lines: string, by: 'own' | 'session' = 'session'): void {
    if (lines === '') return;
    this.#last = by;
    this.#options.print(lines);
  }

  #look() {
    const { columns, colours } = this.#options;
    return {
      get columns() {
        return columns();
      },
      colours,
    };
  }
}

/** What the screen says elsewhere is left out. */
function isShown(event: Event): boolean {
  if (event.type === 'SessionMeta') return event.inherited_from !== undefined;
  return event.type !== 'EventMsg' || event.msg.type !== 'TokenCount';
}

function isMessage(event: Event): event is Event & { type: 'EventMsg' } {
  return event.type === 'EventMsg' && event.msg.type === 'AgentMessage';
}

/** Of a turn: no more is said in it. */
function isEnd(event: Event): boolean {
  return event.type === 'EventMsg' && ends.has(event.msg.type);
}

/** Who pasted much has seen it, and what was said before is not to be pushed away by it. */
function shortened(event: Event): Event {
  if (event.type !== 'EventMsg' || event.msg.type !== 'UserMessage') return event;
  const msg = objectOf(event.msg);
  const text = textOf(msg.text) ?? '';
  const lines = text.split('\n', mostLines + 1);
  if (lines.length <= mostLines && text.length <= mostLetters) return event;
  const head = lines
    .slice(0, mostLines - 1)
    .join('\n')
    .slice(0, mostLetters)
    .replace(/[\ud800-\udbff]$/, '');
  return { ...event, msg: { ...event.msg, text: `${head}\n… the rest: Ctrl-T` } } as Event;
}

/** With it, another session would begin. */
function withoutSchema(event: Event): Event {
  const { schema: _, ...rest } = event;
  return rest;
}

const ends: ReadonlySet<unknown> = new Set(['TurnComplete', 'TurnAborted', 'Error']);
const mostLines = 40;
const mostLetters = 4000;
const nowhere = { thread_id: null, seq: 0, timestamp: null, turn: 0 } as const;
