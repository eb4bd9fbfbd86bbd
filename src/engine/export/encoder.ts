import type { Event } from '../../model/event.ts';
import type { FolderFile } from '../../store/folder-file.ts';
import type { Problem } from '../problem.ts';
import type { RecordCheck } from './record-check.ts';
import type { SessionFacts } from './session-facts.ts';

/**
 * Writes one session in one format: `header` once, `event` for each event in order, `end` once. It is synchronous, and what it
 * remembers does not grow with the session. Output depends on the session alone, never on the time or the machine.
 */
export interface Encoder {
  header(session: SessionHead): Chunks;
  event(event: Event): Chunks;
  end(result: SessionResult): Chunks;
  /** What the format could not carry of this session; asked for after `end`. */
  losses(): LossCount[];
}

/** Pieces of output in order. Text is written as UTF-8; bytes may be reused once the next call was made. */
export type Chunks = readonly (string | Uint8Array)[];

/** What is known of a session before it is read. With `--redact`, the texts are redacted already. */
export interface SessionHead {
  threadId: string | null;
  /** The name that its user gave it. */
  name: string | null;
  /** Path of the current file, as it was found; `-` for standard input. */
  path: string;
  archived: boolean;
  /** Bytes of its files as they are stored, which are what is exported: nothing that is added later is. */
  sizeBytes: number;
  /** 0-based position among the sessions of this export, and of this file: with `--split`, each file holds one. */
  index: number;
  indexInFile: number;
}

/** What is known of it when it was read. */
export interface SessionResult {
  /** Events that were written. */
  events: number;
  /** What could not be read or decoded, in order; the first hundred. */
  problems: readonly Problem[];
  /** How many there were of those that lost something. */
  lost: number;
  /** Somebody has added to its files since they were opened. */
  hasGrown: boolean;
}

/** How much of one kind a format left out, cut short, or put in another form, of a session. */
export interface LossCount {
  /** A kind of event (`TokenCount`, `tool_result`; see `kindOf`), or of content, in words: `encrypted reasoning`. */
  kind: string;
  effect: LossEffect;
  count: number;
}

export const lossEffects = ['omitted', 'shortened', 'altered'] as const;
export type LossEffect = (typeof lossEffects)[number];

/** What encoders of all formats may be told. Each looks at what concerns it. */
export interface EncoderOptions {
  /** For csv and tsv: what a row stands for. */
  table: Table;
  /** For csv and tsv: leave cells as they are that a spreadsheet takes for a formula. */
  rawCells: boolean;
  /** For otlp: carry what was said and answered, too. */
  hasContent: boolean;
  /** For text: the transcript as `show` prints it. */
  createTranscript: () => { write(event: Event): string; end(): string };
  /** Secrets were taken out of what is written. */
  isRedacted: boolean;
  /** Name and version of this program, for formats that name who made them. */
  producer: { name: string; version: string };
  /** Is shown every record besides the events, whose turn was before; null to write them unchecked. */
  check: RecordCheck | null;
}

export const tables = ['calls', 'turns', 'usage', 'sessions'] as const;
export type Table = (typeof tables)[number];

/** A format whose output is one stream, loaded. */
export interface StreamFormat {
  createEncoder(options: EncoderOptions): Encoder;
  /** What a file begins with, however many sessions it holds. */
  preamble?(options: EncoderOptions): Chunks;
  /** With `--split`, one more file that leads to the others. */
  createIndex?(options: EncoderOptions): IndexEncoder;
}

/** The file that leads to the others, written while they are: what it remembers does not grow with their number. */
export interface IndexEncoder {
  /** Its name in the folder: `index.html`. */
  name: string;
  header(): Chunks;
  session(entry: IndexEntry): Chunks;
  end(): Chunks;
}

export interface IndexEntry {
  head: SessionHead;
  result: SessionResult;
  facts: SessionFacts;
  /** Name of the session's file, beside the index. */
  file: string;
}

/** A format whose output is a folder of files, loaded. */
export interface DatasetFormat {
  openDataset(folder: DatasetFolder, options: EncoderOptions): Promise<DatasetWriter>;
}

/** The folder of a dataset, which holds no data at first. */
export interface DatasetFolder {
  /** Makes a file, with the folders on the way to it. */
  create(name: string): Promise<FolderFile>;
  /** Nothing more is written to the file. */
  complete(file: FolderFile): Promise<void>;
}

/** Sessions come one after the other: `begin`, `event` for each event, `end`; `close` once, behind the last. */
export interface DatasetWriter {
  begin(session: SessionHead): Promise<void>;
  /** Undefined when there is nothing to wait for. */
  event(event: Event): Promise<void> | undefined;
  end(result: SessionResult): Promise<void>;
  /** Writes what is left. */
  close(): Promise<void>;
  /** Called instead of `close` when the export failed: gives back what is open. */
  abandon(): Promise<void>;
  /** Of the session that has ended last. */
  losses(): LossCount[];
}
