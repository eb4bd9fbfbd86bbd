import { Failure } from '../../base/failure.ts';
import type { DatasetFormat, StreamFormat } from './encoder.ts';

/**
 * What sessions can be exported as; this one table feeds the export, help and completion. The modules are loaded when they are
 * needed.
 */
export const formats: readonly Format[] = [
  {
    name: 'ndjson',
    summary: 'the event stream, as `sessions show` prints it',
    ending: 'jsonl',
    kind: 'stream',
    content: 'json',
    isForMany: true,
    isLossy: false,
    load: async () => (await import('./ndjson.ts')).ndjson,
  },
  {
    name: 'raw',
    summary: 'the exact bytes of the current file, decompressed',
    ending: 'jsonl',
    kind: 'raw',
    content: 'binary',
    isForMany: false,
    isLossy: false,
  },
  {
    name: 'json',
    summary: 'one document for each session (schema `export-document`): what is known of it, its events, how it ended',
    ending: 'json',
    kind: 'stream',
    content: 'json',
    isForMany: true,
    isLossy: false,
    load: async () => (await import('./json.ts')).json,
  },
  {
    name: 'text',
    summary: 'the transcript, as `sessions show` prints it on a terminal, without colours',
    ending: 'txt',
    kind: 'stream',
    content: 'text',
    isForMany: true,
    isLossy: true,
    load: async () => (await import('./text.ts')).text,
  },
  {
    name: 'markdown',
    summary: 'a document to read and to file; nothing in it is loaded or run',
    ending: 'md',
    kind: 'stream',
    content: 'text',
    isForMany: true,
    isLossy: true,
    load: async () => (await import('./markdown.ts')).markdown,
  },
  {
    name: 'html',
    summary: 'a page for each session, to read, search and print; with --split, a page that leads to them',
    ending: 'html',
    kind: 'stream',
    content: 'text',
    isForMany: false,
    isLossy: true,
    load: async () => (await import('./html.ts')).html,
  },
  {
    name: 'csv',
    summary: 'a table for spreadsheets (RFC 4180): see `--table`',
    ending: 'csv',
    kind: 'stream',
    content: 'text',
    isForMany: true,
    isLossy: true,
    load: async () => (await import('./csv.ts')).csv,
  },
  {
    name: 'tsv',
    summary: 'the same with tabs between the cells',
    ending: 'tsv',
    kind: 'stream',
    content: 'text',
    isForMany: true,
    isLossy: true,
    load: async () => (await import('./csv.ts')).tsv,
  },
  {
    name: 'parquet',
    summary:
      'a folder of Parquet files, by day, for DuckDB, Spark, Trino and others: `events/date=…/` and `sessions/date=…/`; the underscore of `_manifest.jsonl` and `_losses.jsonl` keeps these readers from taking them for data',
    kind: 'dataset',
    load: async () => (await import('./parquet.ts')).parquet,
  },
  {
    name: 'otlp',
    summary:
      'OpenTelemetry spans (OTLP/JSON, schema `otlp-traces`): of a session, its turns, model requests and tool calls',
    ending: 'jsonl',
    kind: 'stream',
    content: 'json',
    isForMany: true,
    isLossy: true,
    load: async () => (await import('./otlp.ts')).otlp,
  },
  {
    name: 'bundle',
    summary:
      'for an auditor: a bag (BagIt, RFC 8493) of rollouts as stored, events, schemas, seals, custody record and journals, with a `verify.sh`; a folder, or an archive where the name ends in `.tar` or `.tar.zst`',
    kind: 'bundle',
  },
];

export type Format = StreamFormatRow | DatasetFormatRow | RawFormatRow | BundleFormatRow;

interface FormatRow {
  /** The word behind `--format`. */
  name: string;
  /** One line without a full stop. */
  summary: string;
}

export interface StreamFormatRow extends FormatRow {
  kind: 'stream';
  /** Of a session's file with `--split`, without the dot. */
  ending: string;
  /** What may go to a terminal: JSON and text with everything harmful escaped, anything else not at all. */
  content: 'json' | 'text' | 'binary';
  /** Whether several sessions may follow each other in one file; otherwise they need `--split`. */
  isForMany: boolean;
  /** Whether there is anything that it cannot carry. */
  isLossy: boolean;
  load(): Promise<StreamFormat>;
}

/** The bytes of the files: nothing is decoded. */
export interface RawFormatRow extends FormatRow {
  kind: 'raw';
  ending: string;
  content: 'binary';
  isForMany: false;
  isLossy: false;
}

/** Files and all that belongs to them; see `exportBundle`. */
export interface BundleFormatRow extends FormatRow {
  kind: 'bundle';
}

/** Always a folder, which `-o` has to name. */
export interface DatasetFormatRow extends FormatRow {
  kind: 'dataset';
  load(): Promise<DatasetFormat>;
}

/** @throws Failure `usage` where several sessions cannot go into one file */
export function checkSharing(format: Format, sessions: number, isSplit: boolean): void {
  if (!('isForMany' in format) || format.isForMany || sessions < 2 || isSplit) return;
  throw new Failure('usage', `${format.name} has one session in a file`, { hint: 'add --split -o FOLDER' });
}
