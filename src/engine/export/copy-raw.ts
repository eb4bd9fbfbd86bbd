import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import type { EventFilter } from '../event-filter.ts';
import type { Report } from '../problem.ts';
import { rawChunks } from '../raw.ts';
import { redactedLine } from '../redact/redacted-line.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { LossCounter } from './loss-counter.ts';
import type { OpenSession } from './open-session.ts';
import type { RecordCheck } from './record-check.ts';

export interface RawCopy {
  filter: EventFilter;
  redactor: Redactor | null;
  /** Null to copy lines unchecked. */
  check: RecordCheck | null;
  report: Report;
  losses: LossCounter;
  write(chunk: Uint8Array): Promise<void> | undefined;
  signal: AbortSignal;
}

/** Copies the current file of a session, or the lines of it that are wanted. */
export async function copyRaw(session: OpenSession, copy: RawCopy): Promise<void> {
  copy.losses.add('other files of the session', 'omitted', session.files - 1);
  const chunks = rawChunks(session.current, copy.filter, async () => session.source, copy.report);
  const check = copy.check && (await openLineCheck(session.current.path, copy.check, copy.report));
  for await (const chunk of copy.redactor ? redactLines(chunks, copy.redactor, session, copy) : chunks) {
    copy.signal.throwIfAborted();
    check?.add(chunk);
    await copy.write(chunk);
  }
  check?.end();
}

/** Loaded when it is needed, with the validators of all dialects. */
async function openLineCheck(path: string, check: RecordCheck, report: Report) {
  const { LineCheck } = await import('./line-check.ts');
  return new LineCheck(path, check, report);
}

/** A line that is too long to be looked through is left out: nothing leaves unseen. */
async function* redactLines(
  chunks: AsyncIterable<Buffer>,
  redactor: Redactor,
  { current }: OpenSession,
  { report, losses }: RawCopy,
): AsyncGenerator<Uint8Array> {
  const framer = new LineFramer(defaultLimits.lineBytes);
  const redact = (line: Line) => {
    const clean = redactedLine(line, { redactor, file: current.path, report });
    if (clean === null) losses.add('lines too long to redact', 'omitted');
    return clean;
  };
  for await (const chunk of chunks) {
    for (const line of framer.push(chunk)) yield* ended(redact(line), line);
  }
  for (const line of framer.end()) yield* ended(redact(line), line);
}

function* ended(bytes: Uint8Array | null, { terminated }: Line): Generator<Uint8Array> {
  if (bytes) yield terminated ? Buffer.concat([bytes, LF]) : bytes;
}

const LF = Buffer.from('\n');
