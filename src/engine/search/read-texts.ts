import { crc32 } from 'node:zlib';
import { Failure } from '../../base/failure.ts';
import type { FileRow } from '../../index/file-table.ts';
import type { TextFile } from '../../index/text-file.ts';
import { TEXTS_A_FILE } from '../../index/text-row.ts';
import type { MadeTexts } from '../../index/text-table.ts';
import { blocksAtOnce } from '../../store/read-at-once.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { type Place, type PlacedText, spokenKinds, TextReader, type TextReaderOptions } from './text-reader.ts';
import { wordsOf } from './words.ts';

/**
 * Reads the texts of some files for the index, each from where an earlier reading ended if the file has only grown since. Of
 * a file with very much text a part is read: asked again, the reading goes on.
 */
export async function* readTexts({ files }: TextJob): AsyncGenerator<MadeTexts> {
  for (const file of files) yield await readFile(file);
}

/** Work for one thread of the program. */
export interface TextJob {
  files: UnreadFile[];
}

export interface UnreadFile {
  file: FileRow;
  /** What is known of its texts. */
  known: TextFile | null;
  /** Where the earlier reading ended. */
  state: TextState | null;
}

/** Where a reading ended. It can be written as JSON. */
export interface TextState extends Place {
  /** How many texts stand before that place. */
  texts: number;
  /** Checksum of the file's beginning: a file that was written anew in place has another. */
  headSum: number;
}

async function readFile(unread: UnreadFile): Promise<MadeTexts> {
  return (unread.state === null ? readAtOnce(unread) : null) ?? (await readCarefully(unread));
}

/** Null when there is something wrong with the file. */
function readAtOnce(unread: UnreadFile): MadeTexts | null {
  const reading = new Reading(unread, null, null);
  const blocks = blocksAtOnce(unread.file.path);
  for (;;) {
    const next = blocks.next();
    if (next.done) return next.value && reading.result(true);
    reading.push(next.value);
    if (reading.isEnough) {
      blocks.return(null);
      return reading.result(false);
    }
  }
}

async function readCarefully(unread: UnreadFile): Promise<MadeTexts> {
  let reading = new Reading(unread, null, null);
  try {
    const rollout = await openRollout(unread.file.path);
    try {
      const head = rollout.content === 'plain' ? await rollout.stored(0, HEAD_BYTES) : null;
      const from = continues(rollout, head, unread) ? unread.state : null;
      reading = new Reading(unread, from, head);
      for await (const block of rollout.blocks(from?.offset)) {
        reading.push(block);
        if (reading.isEnough) return reading.result(false);
      }
      return rollout.damage ? reading.unsoundResult() : reading.result(true);
    } finally {
      await rollout.close();
    }
  } catch (error) {
    if (!(error instanceof Failure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    return reading.unsoundResult();
  }
}

/** Whether the file is what it was where the earlier reading ended. */
function continues(rollout: RolloutFile, head: Buffer | null, { known, state }: UnreadFile): boolean {
  if (!state || !known) return false;
  const { dev, ino, size } = rollout.identity;
  if (String(dev) !== known.dev || String(ino) !== known.ino) return false;
  // What is compressed never grows: there is more to read of it, or nothing.
  if (!head) return size === known.size;
  return size >= state.offset && sumOfHead(head, state) === state.headSum;
}

class Reading {
  readonly #unread: UnreadFile;
  readonly #from: TextState | null;
  readonly #reader: TextReader<PlacedText>;
  readonly #texts: PlacedText[] = [];
  #head: Buffer | null;
  #length = 0;
  #problems = 0;

  constructor(unread: UnreadFile, from: TextState | null, head: Buffer | null) {
    const { path, thread_id: threadId } = unread.file;
    this.#unread = unread;
    this.#from = from;
    this.#head = head;
    const options: TextReaderOptions<PlacedText> = {
      path,
      threadId,
      wants: { cwd: true, messages: true, all: false },
      isCandidate: (_line, kind) => kind === null || kind === 'session_meta' || spokenKinds.has(kind),
      keep: (text) => this.#keep(text),
      report: () => void this.#problems++,
    };
    this.#reader = new TextReader(options, from ?? undefined);
  }

  push(block: Buffer): void {
    if (!this.#from) this.#head ??= Buffer.from(block.subarray(0, HEAD_BYTES));
    this.#reader.push(block);
  }

  /** Whether as much was read as is stored at once, and another reading can go on from there. */
  get isEnough(): boolean {
    if (this.#length <= MOST_LENGTH || this.#memoryMode === OFF || this.#problems > 0) return false;
    return this.#reader.place.offset > (this.#from?.offset ?? 0);
  }

  /** @param isWhole whether the end of the file was reached */
  result(isWhole: boolean): MadeTexts {
    if (isWhole) this.#reader.end();
    const before = this.#from?.texts ?? 0;
    if (this.#problems > 0 || before + this.#texts.length > TEXTS_A_FILE) return this.unsoundResult();
    if (this.#memoryMode === OFF) return { ...this.#nothing(), status: 'withheld' };
    const place = this.#reader.place;
    const final = this.#texts.filter(({ line }) => line <= place.lines);
    const known = this.#from ? this.#unread.known : null;
    return {
      ...this.#nothing(),
      status: 'indexed',
      cwd: known ? known.cwd : this.#reader.cwd,
      isContinued: known ? known.continued === 1 : this.#reader.isContinued,
      from: before,
      texts: (isWhole ? this.#texts : final).map((text) => ({ ...text, words: wordsOf(text.text) })),
      state: { ...place, texts: before + final.length, headSum: sumOfHead(this.#head, place) },
      isWhole,
    };
  }

  /** Such a file is left to a search that tells what is wrong with it. */
  unsoundResult(): MadeTexts {
    return this.#nothing();
  }

  #nothing(): MadeTexts {
    const { file, known } = this.#unread;
    const facts = { status: 'unsound', memoryMode: this.#memoryMode, cwd: null, isContinued: false } as const;
    return { file, known, ...facts, from: 0, texts: [], state: null, isWhole: true };
  }

  get #memoryMode(): string | null {
    return this.#reader.memoryMode ?? (this.#from ? (this.#unread.known?.memory_mode ?? null) : null);
  }

  #keep(text: PlacedText): PlacedText | null {
    if (text.text === '') return null;
    this.#texts.push(text);
    this.#length += text.text.length;
    return text;
  }
}

function sumOfHead(head: Buffer | null, { offset }: Place): number {
  return head ? crc32(head.subarray(0, Math.min(HEAD_BYTES, offset))) : 0;
}

/** The session_meta of a rollout lies in it, with the thread's id and time. */
const HEAD_BYTES = 1024;
/** Characters of text after which a reading may end: that much is stored at once. */
const MOST_LENGTH = 4 * 1024 * 1024;
const OFF = 'disabled';
