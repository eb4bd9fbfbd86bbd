import { Failure } from '../../base/failure.ts';
import type { Output } from '../../base/io.ts';
import { openNewFile } from '../../store/new-file.ts';
import type { Report } from '../problem.ts';
import { isDirect, openDirect } from './direct-output.ts';
import type { Chunks, EncoderOptions, LossCount, SessionHead, SessionResult, StreamFormat } from './encoder.ts';
import type { RawFormatRow, StreamFormatRow } from './formats.ts';
import type { FailedSession } from './manifest.ts';
import type { SessionFacts } from './session-facts.ts';
import { createSink, type Sink, terminalText } from './sink.ts';
import { openSplitOutput } from './split-output.ts';

/** Where the sessions of an export go as streams. One of `finish`, `leavePartial` and `abandon` ends it. */
export interface ExportOutput {
  /** Whether the facts of each session are wanted. */
  hasIndex: boolean;
  /** Where the next session goes. */
  begin(session: { threadId: string | null }): Promise<{ sink: Sink; indexInFile: number }>;
  /** The session that was begun is written. */
  end(session: EndedSession): Promise<void>;
  /** A session that was asked for could not be opened. */
  failed(session: FailedSession): Promise<void>;
  /** No session follows: everything that is left is written. */
  complete(): Promise<void>;
  /** Gives what is complete its name. */
  finish(): Promise<void>;
  /** Something in it is not as it should be: it keeps a name that ends in `.partial`, which is returned; null for none. */
  leavePartial(): Promise<string | null>;
  /** Removes what was written, where it is ours to remove. */
  abandon(): Promise<void>;
}

export interface EndedSession {
  head: SessionHead;
  result: SessionResult;
  facts: SessionFacts | null;
  losses: readonly LossCount[];
}

export interface OutputRequest {
  /** Absolute; null for standard output. */
  path: string | null;
  isSplit: boolean;
  /** Replace what is there, and write what may harm it to a terminal. */
  force: boolean;
  stdout: Output;
  encoding: EncoderOptions;
  /** What is worth a word besides. */
  report: Report;
}

/**
 * Opens the output of a format that is a stream.
 *
 * @param format null for `raw`, which encodes nothing
 * @throws Failure `usage` when something is there already, `refused` for a terminal that could be harmed
 */
export async function openOutput(
  row: StreamFormatRow | RawFormatRow,
  format: StreamFormat | null,
  request: OutputRequest,
): Promise<ExportOutput> {
  const { path, encoding, force, report } = request;
  const preamble = format?.preamble?.(encoding) ?? [];
  if (request.isSplit) {
    if (path === null) throw new Failure('usage', '--split needs a folder to write to', { hint: 'add -o FOLDER' });
    const index = format?.createIndex?.(encoding) ?? null;
    return openSplitOutput(path, { format: row.name, ending: row.ending, preamble, index, force, encoding, report });
  }
  if (path === null) return streamTo(stdoutSink(row, request), preamble, null);
  const file = (await isDirect(path)) ? await openDirect(path) : await openNewFile(path, force);
  return streamTo(createSink(file), preamble, file);
}

function stdoutSink({ name, content }: StreamFormatRow | RawFormatRow, { stdout, force }: OutputRequest): Sink {
  if (!stdout.isTTY) return createSink(stdout);
  if (content !== 'binary') return createSink(stdout, terminalText[content]);
  if (force) return createSink(stdout);
  throw new Failure('refused', `${name} can change how the terminal behaves`, {
    hint: 'send it to a file or a pipe, or add --force',
  });
}

/** All sessions in one stream. */
function streamTo(sink: Sink, preamble: Chunks, file: Ending | null): ExportOutput {
  let sessions = 0;
  let hasBegun = false;
  const begin = async () => {
    if (!hasBegun) await sink.addAll(preamble);
    hasBegun = true;
  };
  return {
    hasIndex: false,
    async begin() {
      await begin();
      return { sink, indexInFile: sessions++ };
    },
    async end() {},
    // Those who read one stream are told on standard error.
    async failed() {},
    async complete() {
      await begin();
      await sink.flush();
      await file?.complete();
    },
    async finish() {
      await file?.finish();
    },
    async leavePartial() {
      await file?.leavePartial();
      return file?.partial ?? null;
    },
    async abandon() {
      await file?.abandon();
    },
  };
}

interface Ending {
  /** Null for what has its name at once. */
  partial: string | null;
  complete(): Promise<void>;
  finish(): Promise<void>;
  leavePartial(): Promise<void>;
  abandon(): Promise<void>;
}
