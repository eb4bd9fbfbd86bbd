import { type FileHandle, open } from 'node:fs/promises';
import { isObject } from '../../format/record.ts';
import { writeWhole } from '../../store/writer/file-steps.ts';
import type { CutSurvey, PartSurvey } from './event-survey.ts';
import type { Incoming } from './incoming.ts';
import type { EventLine, LineForm } from './line-form.ts';
import { lineOfEvent } from './line-of-event.ts';

/**
 * Makes a rollout of the events that were read from it.
 *
 * Other files go on from it at bytes that they tell. A line that was made again is shorter where its event does not hold all that
 * stood there, so the one before such a place is filled up with blanks, which mean nothing.
 */
export class RolloutMaker {
  readonly #threadId: string;
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #part: PartSurvey;
  readonly #form: LineForm;
  readonly #altered: NonNullable<Incoming['altered']> = { count: 0, lines: [] };
  readonly #cuts: CutSurvey[];
  #buffered: Buffer[] = [];
  #bytes = 0;
  #written = 0;
  #lines = 0;
  #lastSeq: number;

  private constructor(file: string, handle: FileHandle, threadId: string, part: PartSurvey, firstSeq: number) {
    this.#threadId = threadId;
    this.#file = file;
    this.#handle = handle;
    this.#part = part;
    this.#lastSeq = firstSeq - 1;
    this.#cuts = [...part.cuts];
    this.#form = { threadId, dialect: part.dialect, calls: new Map(), nextOrdinal: part.firstOrdinal };
  }

  /** @param firstSeq of the first event that was read from it */
  static async open(file: string, threadId: string, part: PartSurvey, firstSeq: number): Promise<RolloutMaker> {
    return new RolloutMaker(file, await open(file, 'wx', 0o600), threadId, part, firstSeq);
  }

  async add(event: EventLine): Promise<void> {
    const { seq, line, synthetic, raw } = event.value;
    const isNext = seq === this.#lastSeq + 1;
    this.#lastSeq = typeof seq === 'number' ? seq : Number.NaN;
    if (synthetic === true) return;
    if (isNext && typeof line === 'number') {
      const empty = Math.min(line - this.#lines - 1, MOST_EMPTY);
      for (let count = 0; count < empty; count++) await this.#write(Buffer.alloc(0));
    }
    const ownOrdinal = isObject(raw) && typeof raw.ordinal === 'number' ? raw.ordinal : null;
    if (event.value.type !== 'Unknown' || ownOrdinal !== null) this.#fill(ownOrdinal ?? this.#form.nextOrdinal);
    if (this.#form.dialect === 'paginated' && ownOrdinal !== null) this.#form.nextOrdinal = ownOrdinal + 1;
    const made = lineOfEvent(event, this.#form);
    if (!made?.isSame) {
      this.#altered.count++;
      if (this.#altered.lines.length < MOST_TOLD) this.#altered.lines.push(this.#lines + 1);
    }
    await this.#write(made?.bytes ?? Buffer.alloc(0));
  }

  async end(): Promise<Incoming> {
    this.#fill(this.#form.nextOrdinal);
    await this.#flush();
    await this.#handle.close();
    const { rolloutId, begun } = this.#part;
    return {
      ...{ threadId: this.#threadId, rolloutId, file: this.#file, sha256: null, damage: null },
      ...{ place: null, archived: false, begun, name: null, lines: this.#lines, altered: this.#altered },
    };
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  /** Before the line of this ordinal. */
  #fill(ordinal: number): void {
    let last: CutSurvey | undefined;
    while (this.#cuts[0] && this.#cuts[0].ordinal <= ordinal) last = this.#cuts.shift();
    const blanks = last ? last.byte - this.#written - this.#bytes : 0;
    // Whether the place is right, a reading of all of it will tell.
    if (blanks <= 0 || blanks > MOST_BLANKS || this.#buffered.length === 0) return;
    this.#buffered.splice(-1, 0, Buffer.alloc(blanks, ' '));
    this.#bytes += blanks;
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#lines++;
    // The last line stays here until the next one comes.
    if (this.#bytes >= BUFFER_BYTES) await this.#flush();
    this.#buffered.push(bytes, LF);
    this.#bytes += bytes.length + 1;
  }

  async #flush(): Promise<void> {
    await writeWhole(this.#handle, Buffer.concat(this.#buffered));
    this.#buffered = [];
    this.#written += this.#bytes;
    this.#bytes = 0;
  }
}

const LF = Buffer.from('\n');
const MOST_EMPTY = 10_000;
const MOST_TOLD = 100;
/** Less than a line may have, and far more than what events leave out of the lines of a session. */
const MOST_BLANKS = 16 * 1024 * 1024;
const BUFFER_BYTES = 1 << 20;
