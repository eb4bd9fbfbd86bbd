import { Failure, toFailure } from '../../base/failure.ts';
import { parseTime } from '../../base/time.ts';
import { toEventBody } from '../../format/events/event-body.ts';
import type { Line } from '../../format/line-framer.ts';
import { isObject, type Record } from '../../format/record.ts';
import type { Event, EventBody } from '../../model/event.ts';
import { blocksAtOnce, type SoundFile } from '../../store/read-at-once.ts';
import { openRollout, RolloutFile } from '../../store/rollout-file.ts';
import type { CopiedPrefix } from '../copied-prefix.ts';
import type { Problem, Report } from '../problem.ts';
import { readHead } from '../read-head.ts';
import { type Content, type DecodedLine, readLineBlocks } from '../read-records.ts';
import type { ThreadSource } from '../read-thread.ts';
import { Summary } from '../summary.ts';
import { isWithin, type Part, whole } from '../thread-parts.ts';
import { undecodable } from '../undecodable.ts';
import { foldEvent } from './fold-event.ts';
import { glance } from './glance.ts';
import { TellingLines } from './telling-lines.ts';
import { UsageFold, type UsageGroup } from './usage-fold.ts';

/** What a session used, and what selects it. It can be sent between threads of the program. */
export interface ThreadUsage {
  facts: UsageFacts;
  groups: UsageGroup[];
  /** When the first record of its own was written, in milliseconds since the epoch. */
  first: number | null;
  /** It is not known what it inherited. */
  isUnknown: boolean;
  problems: Problem[];
}

export interface UsageFacts {
  cwd: string | null;
  git_branch: string | null;
  model: string | null;
  source: string | null;
  created_at: string | null;
  /** Of the last record, as recorded; null for the bare dialect. */
  lastTime: string | null;
  size: number;
  mtimeMs: number;
}

/**
 * What a session used, from its one file, read at once.
 *
 * @returns null when it takes more than that: it was forked, or the file is not sound
 */
export function readPlainUsage(path: string): ThreadUsage | null {
  const reading = new Reading();
  const problems: Problem[] = [];
  let isPlain = true;
  let records = 0;
  const look = (kind: string, line: Line) => records > 1 && glance(reading.fold, kind, line, false);
  const lines = new TellingLines(look, (line) => {
    if (line.record && records < 2) isPlain &&= !mayInherit(line.record, ++records);
    if (isPlain) reading.add(line, false, path, (problem) => problems.push(problem));
    return isPlain;
  });
  const blocks = blocksAtOnce(path);
  let next = blocks.next();
  while (!next.done && lines.push(next.value)) next = blocks.next();
  // What is left open of a generator is closed by this.
  if (!next.done) blocks.return(null);
  const file = next.done ? next.value : null;
  if (!file) return null;
  lines.end();
  reading.passed(lines.passedAt);
  return isPlain ? reading.finish(file, problems) : null;
}

/**
 * The same for any session, from all its files.
 *
 * @param problems found while its files were looked for
 */
export async function readUsage(source: ThreadSource, problems: Problem[] = []): Promise<ThreadUsage> {
  const reading = new Reading();
  const report: Report = (problem) => problems.push(problem);
  let file: SoundFile = { size: 0, mtimeMs: 0 };
  for (const part of source.parts) {
    try {
      if (part === source.parts[0]) await reading.lookBehind(source);
      else reading.fold.meter.beginFile();
      file = await readPart(source, part, reading, report);
    } catch (error) {
      if (!(error instanceof Failure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
      const { message } = toFailure(error);
      report({ rule: 'UNREADABLE', weight: 'lost', file: part.path, line: null, offset: null, message });
    }
  }
  return reading.finish(file, problems);
}

async function readPart(source: ThreadSource, part: Part, reading: Reading, report: Report): Promise<SoundFile> {
  const isFirstOwn = part.inheritedFrom === null && part === source.parts.find((other) => !other.inheritedFrom);
  const content = await (part.open ?? openRollout)(part.path);
  try {
    if (isFirstOwn && source.openPrefix) await readCopy(content, source.openPrefix.open, reading, report);
    else await readOwn(content, part, reading, report);
    if (content.damage) {
      const { rule, message, offset } = content.damage;
      report({ rule, weight: 'lost', file: content.path, line: null, offset, message });
    }
    return content instanceof RolloutFile
      ? { size: content.identity.size, mtimeMs: Number(content.identity.mtimeNs / 1_000_000n) }
      : { size: 0, mtimeMs: 0 };
  } finally {
    await content.close();
  }
}

async function readOwn(content: Content, part: Part, reading: Reading, report: Report): Promise<void> {
  const inherited = part.inheritedFrom !== null;
  const belongs = (offset: number, ordinal: number | null) => {
    if (!isWithin(part.recorded, offset, ordinal)) return false;
    if (!isWithin(part.effective, offset, ordinal)) reading.fold.meter.markCut();
    return true;
  };
  // Where only an ordinal says what belongs, each line must be decoded for it.
  const isByOffset = [part.recorded, part.effective].every((cut) => cut === whole || Number.isFinite(cut.endByte));
  const look = (kind: string, line: Line) =>
    isByOffset && (!belongs(line.offset, null) || glance(reading.fold, kind, line, inherited));
  const lines = new TellingLines(look, (line) => {
    if (!belongs(line.line.offset, line.record?.ordinal ?? null)) return false;
    reading.add(line, inherited, content.path, report);
    return true;
  });
  for await (const block of content.blocks()) if (!lines.push(block)) break;
  lines.end();
  if (!inherited) reading.passed(lines.passedAt);
}

/** Of a fork that copied its parent's records, every line is looked at: how many are copies shows in their content. */
async function readCopy(
  content: Content,
  openPrefix: (report: Report) => Promise<CopiedPrefix | null>,
  reading: Reading,
  report: Report,
): Promise<void> {
  const prefix = await openPrefix(report);
  if (!prefix) reading.isUnknown = true;
  try {
    for await (const lines of readLineBlocks(content)) {
      for (const line of lines) {
        const isCopy = prefix !== null && (await prefix.includes(line));
        reading.add(line, isCopy, content.path, report);
      }
    }
  } finally {
    await prefix?.close();
  }
}

class Reading {
  readonly fold = new UsageFold();
  isUnknown = false;
  readonly #summary = new Summary();
  #lastTime: string | null = null;
  #isBare = false;

  /** Whether something stood before the first file that is not there. */
  async lookBehind({ threadId, parts, openPrefix }: ThreadSource): Promise<void> {
    const first = parts[0] as Part;
    const head = first.inheritedFrom ? null : await readHead(first.path);
    const isCopy = head?.forkedFrom && head.forkedFrom !== threadId && !openPrefix;
    this.isUnknown = Boolean(head?.base || isCopy);
    if (head?.base) this.fold.meter.beginFile();
  }

  add(line: DecodedLine, isCopy: boolean, file: string, report: Report): void {
    const { record } = line;
    const body = record ? bodyOf(record) : undecodable(line, file, report);
    if (!body) return;
    const timestamp = record?.timestamp ?? null;
    const inherited = isCopy || 'inherited_from' in body;
    if (timestamp !== null && !inherited) this.#lastTime = timestamp;
    this.#isBare ||= record?.dialect === 'bare';
    if (body.type === 'SessionMeta' && !inherited)
      this.#summary.add({ thread_id: null, seq: 0, timestamp, turn: 0, ...body });
    foldEvent(this.fold, body, { time: timestamp === null ? null : parseTime(timestamp), inherited });
  }

  /** A line that was not decoded was written at this time. */
  passed(time: string | null): void {
    if (time === null) return;
    this.#lastTime = time;
    this.fold.see(parseTime(time));
  }

  finish({ size, mtimeMs }: SoundFile, problems: Problem[]): ThreadUsage {
    const groups = this.fold.finish();
    const { cwd, git_branch, source, created_at } = this.#summary.row();
    const { first, model } = this.fold;
    const { isUnknown } = this;
    // Only the meta of a bare file has a time, which is that of its beginning.
    const lastTime = this.#isBare ? null : this.#lastTime;
    const facts = { cwd, git_branch, model, source, created_at, lastTime, size, mtimeMs };
    return { facts, groups, first, isUnknown, problems };
  }
}

/** An event of our own stream is a body already. */
function bodyOf(record: Record): EventBody {
  return record.dialect === 'event' ? (record.text().value as Event) : toEventBody(record);
}

/** Whether one of a file's first two records says that something was inherited. */
function mayInherit(record: Record, place: number): boolean {
  if (record.type !== 'session_meta') return record.dialect === 'event';
  return place > 1 || isObject(record.payload.history_base) || typeof record.payload.forked_from_id === 'string';
}
