import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { toRecord } from '../../format/record.ts';
import { openRollout } from '../../store/rollout-file.ts';
import type { Report } from '../problem.ts';
import type { Content } from '../read-records.ts';
import type { ThreadSource } from '../read-thread.ts';
import { isWithin, type Part, whole } from '../thread-parts.ts';
import { undecodable } from '../undecodable.ts';
import type { CurrentFile } from './current-file.ts';
import { type Glance, glanceAtLine, isNumbered, ordinalOf } from './glance-line.ts';
import type { Place, Places } from './places.ts';
import { PublishedReader } from './published-step.ts';
import { signalOfRecord } from './record-signal.ts';
import { type Step, StepReader } from './step.ts';
import { type PlacedStep, TurnCount } from './turn-count.ts';
import { LineStore, UnreadLine } from './unread-line.ts';

/**
 * The records of a thread as steps, block by block, with their turns counted as `show` counts them. What was reverted counts
 * and adds nothing.
 *
 * @param current is shown each file, and has seen the one that the thread is being written to at the end
 * @param places follows where the records stand, for who wants to cut between them
 */
export async function* readSteps(
  source: ThreadSource,
  current: CurrentFile,
  report: Report,
  places: Places | null = null,
): AsyncGenerator<PlacedStep[]> {
  const count = new TurnCount();
  const firstOwn = source.parts.find((part) => !part.inheritedFrom);
  for (const part of source.parts) {
    const reader = new StepReader({ isInherited: part.inheritedFrom !== null, isFirst: part === firstOwn });
    const content = await (part.open ?? openRollout)(part.path);
    current.open(content.path);
    try {
      const file = new FileSteps({ part, reader, count, current, report, places, path: content.path });
      yield* file.read(content);
    } finally {
      await content.close();
    }
    if (content.damage) {
      const { rule, message, offset } = content.damage;
      report({ rule, weight: 'lost', file: content.path, line: null, offset, message });
    }
  }
  const last: PlacedStep[] = [];
  count.finish(last);
  yield last;
}

interface Reading {
  part: Part;
  reader: StepReader;
  count: TurnCount;
  current: CurrentFile;
  report: Report;
  places: Places | null;
  path: string;
}

class FileSteps {
  readonly #reading: Reading;
  /** Where a file is cut by ordinal, each has to be known. */
  readonly #decodesAll: boolean;
  readonly #lines = new LineStore();
  readonly #published = new PublishedReader();

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#decodesAll = isByOrdinal(reading.part.recorded) || isByOrdinal(reading.part.effective);
  }

  async *read(content: Content): AsyncGenerator<PlacedStep[]> {
    const framer = new LineFramer(defaultLimits.lineBytes);
    for await (const block of content.blocks()) {
      const steps: PlacedStep[] = [];
      const goesOn = this.#readLines(framer.push(block), steps);
      yield steps;
      if (!goesOn) return;
    }
    const steps: PlacedStep[] = [];
    this.#readLines(framer.end(), steps);
    yield steps;
  }

  /** @returns false when no more of the file belongs to the thread */
  #readLines(lines: Iterable<Line>, steps: PlacedStep[]): boolean {
    const { part } = this.#reading;
    for (const line of lines) {
      const glance = this.#decodesAll ? null : glanceAtLine(line);
      if (glance) {
        if (!isWithin(part.recorded, line.offset, null)) return false;
        this.#pass(line, glance, steps);
      } else if (!this.#decode(line, steps)) return false;
    }
    return true;
  }

  #pass(line: Line, { signal, holds }: Glance, steps: PlacedStep[]): void {
    const { part, count, current, places, path } = this.#reading;
    current.pass(isNumbered(line));
    let step: Step | null = null;
    const isEffective = isInEffect(part, line.offset, null);
    const place = places && isEffective ? places.pass(part, line, ordinalOf(line)) : null;
    if (holds !== null && isEffective) {
      const unread = new UnreadLine(this.#lines.copy(line), path, holds === 'answer');
      step = holds === 'tokens' ? { kind: 'tokens', line: unread } : { kind: 'item', item: unread };
    }
    count.add(signal, step, { length: line.length, place }, steps);
  }

  #decode(line: Line, steps: PlacedStep[]): boolean {
    const { part, reader, count, current, report, places, path } = this.#reading;
    const decoded = decodeLine(line, defaultLimits);
    const record = decoded.ok ? toRecord(decoded) : null;
    const ordinal = record?.ordinal ?? null;
    if (!isWithin(part.recorded, line.offset, ordinal)) return false;
    const isEffective = isInEffect(part, line.offset, ordinal);
    // What may still be written to is no line to cut behind.
    const isWhole = line.terminated || record !== null;
    const place: Place | null = places && isEffective && isWhole ? places.pass(part, line, ordinal) : null;
    if (!record) {
      // A blank line, or an unfinished last one, is no record.
      const isLine = undecodable({ line, decoded, record }, path, report) !== null;
      if (isLine) count.add('other', null, { length: line.length, place }, steps);
      return true;
    }
    current.see(record);
    if (record.dialect === 'event') {
      count.finish(steps);
      steps.push(this.#published.read(record));
      return true;
    }
    const step = isEffective ? reader.read(record) : null;
    count.add(signalOfRecord(record), step, { length: line.length, place }, steps);
    return true;
  }
}

function isInEffect({ effective }: Part, offset: number, ordinal: number | null): boolean {
  return effective === whole || isWithin(effective, offset, ordinal);
}

function isByOrdinal({ endByte, endOrdinal }: Part['recorded']): boolean {
  return Number.isFinite(endOrdinal) && !Number.isFinite(endByte);
}
