import { basename, isAbsolute, relative } from 'node:path';
import { Stopped } from '../../base/abort.ts';
import { toFailure } from '../../base/failure.ts';
import { createLiveProbe } from '../../store/live.ts';
import type { EventFilter } from '../event-filter.ts';
import type { Problem, Report } from '../problem.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import { showEvents } from '../show.ts';
import { copyRaw } from './copy-raw.ts';
import type { Destination, SessionWriter } from './destination.ts';
import type { SessionHead, SessionResult } from './encoder.ts';
import { isUuid } from './file-names.ts';
import { LossCounter } from './loss-counter.ts';
import type { LossLog } from './loss-log.ts';
import type { FailedSession } from './manifest.ts';
import { type OpenSession, openSession } from './open-session.ts';
import type { RecordCheck } from './record-check.ts';

export interface ExportRequest {
  targets: readonly Target[];
  destination: Destination;
  /** Copies the files instead of reading events. */
  isRaw: boolean;
  filter: EventFilter;
  redactor: Redactor | null;
  /** Null to write events and lines unchecked. */
  check: RecordCheck | null;
  losses: LossLog;
  signal: AbortSignal;
  report: Report;
  /** One session could not be opened; the others are exported. */
  onFailure(error: unknown, target: Target): Promise<void>;
  onProgress(progress: ExportProgress): void;
}

export interface ExportProgress {
  /** Sessions that are done, and all there are. */
  done: number;
  of: number;
  /** Bytes of content that were read in all. */
  bytes: number;
}

/**
 * Exports sessions one after the other, each as it is when it is opened. Of memory it takes what one block of content does.
 * The destination is neither finished nor abandoned here.
 *
 * @returns how many events were written, or pieces of files
 * @throws Failure when the output cannot be written; the reason of the signal when it fires
 */
export async function exportSessions(sessions: SessionResolver, request: ExportRequest): Promise<number> {
  let bytes = 0;
  let written = 0;
  let index = 0;
  let isLive: ((threadId: string) => boolean | null) | null = null;
  for (const [done, target] of request.targets.entries()) {
    request.signal.throwIfAborted();
    const problems = new ProblemNotes(request.report);
    const onRead = (length: number) => {
      bytes += length;
      request.onProgress({ done, of: request.targets.length, bytes });
    };
    let opened: OpenSession;
    try {
      opened = await openSession(sessions, target, problems.report, onRead);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const { message } = toFailure(error);
      await request.destination.failed(failedSession(target, message, request));
      await request.onFailure(error, target);
      continue;
    }
    try {
      const head = { ...(await describe(sessions, target, opened, request)), index };
      if (target.kind === 'thread') isLive ??= createLiveProbe((await sessions.catalog()).home);
      written += await exportOne(opened, head, problems, request);
      const isOpen = target.kind === 'thread' && isLive?.(target.threadId) === true;
      if (isOpen || opened.hasGrown()) noteGrowth(head, opened, request);
      index++;
    } finally {
      await opened.close();
    }
  }
  return written;
}

async function exportOne(
  opened: OpenSession,
  head: Omit<SessionHead, 'indexInFile'>,
  problems: ProblemNotes,
  request: ExportRequest,
): Promise<number> {
  const writer = await request.destination.begin(head);
  const extra = new LossCounter();
  const removedBefore = request.redactor?.opaque.removed ?? 0;
  let events = 0;
  let pieces = 0;
  if (request.isRaw) {
    const { filter, redactor, check, signal } = request;
    const [report, losses] = [problems.report, extra];
    const write = (chunk: Uint8Array) => {
      pieces++;
      return writer.bytes(chunk);
    };
    await copyRaw(opened, { filter, redactor, check, signal, report, losses, write });
  } else events = await writeEvents(opened, writer, problems.report, request);
  extra.add('encrypted content', 'omitted', (request.redactor?.opaque.removed ?? 0) - removedBefore);
  const { first, lost } = problems;
  const result: SessionResult = { events, problems: first, lost, hasGrown: opened.hasGrown() };
  await request.losses.add(head.threadId, await writer.end(result, extra.counts()));
  return events + pieces;
}

async function writeEvents(
  { source }: OpenSession,
  writer: SessionWriter,
  report: Report,
  { filter, redactor, check, signal }: ExportRequest,
): Promise<number> {
  let count = 0;
  for await (const events of showEvents(source, { effective: false, follow: false, filter }, report)) {
    signal.throwIfAborted();
    for (const event of events) {
      const written = redactor ? redactor.event(event) : event;
      check?.event(written);
      const waiting = writer.event(written);
      if (waiting) await waiting;
      count++;
    }
  }
  return count;
}

async function describe(
  sessions: SessionResolver,
  target: Target,
  { source, current, archived, sizeBytes }: OpenSession,
  { redactor }: ExportRequest,
): Promise<Omit<SessionHead, 'indexInFile' | 'index'>> {
  const name = target.kind === 'thread' ? ((await sessions.names()).get(target.threadId) ?? null) : null;
  const safe = (text: string) => (redactor ? redactor.text(text) : text);
  const { threadId } = source;
  return {
    // What a file says that its id is may be anything.
    threadId: redactor && threadId !== null && !isUuid(threadId) ? null : threadId,
    name: name === null ? null : safe(name),
    path: redactor ? safe(await placeless(current.path, target, sessions)) : current.path,
    archived,
    sizeBytes,
  };
}

function failedSession(target: Target, message: string, { redactor }: ExportRequest): FailedSession {
  const safe = (text: string) => (redactor ? redactor.text(text) : text);
  const isThread = target.kind === 'thread';
  return {
    threadId: isThread ? target.threadId : null,
    path: isThread ? null : safe(redactor ? basename(target.path) : target.path),
    message: safe(message),
  };
}

/** In the home, without where that is; of another file, its name. */
async function placeless(path: string, target: Target, sessions: SessionResolver): Promise<string> {
  if (path === '-') return path;
  if (target.kind === 'file') return basename(path);
  const inside = relative((await sessions.catalog()).home.path, path);
  return inside.startsWith('..') || isAbsolute(inside) ? basename(path) : inside;
}

/** Says how much of a session was exported that somebody is writing to. */
function noteGrowth(
  { sizeBytes }: Omit<SessionHead, 'indexInFile'>,
  { current }: OpenSession,
  { report }: ExportRequest,
): void {
  const message = `is being written to: ${sizeBytes} bytes of it were exported, as they were when it was opened`;
  report({ rule: 'LIVE', weight: 'note', file: current.path, line: null, offset: null, message });
}

/** Passes problems on, and keeps the first ones for the session's own output. */
class ProblemNotes {
  readonly first: Problem[] = [];
  lost = 0;
  readonly report: Report;

  constructor(report: Report) {
    this.report = (problem) => {
      if (problem.weight === 'lost') this.lost++;
      if (this.first.length < MOST_KEPT) this.first.push(problem);
      report(problem);
    };
  }
}

const MOST_KEPT = 100;
