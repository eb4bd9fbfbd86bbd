import { Failure } from '../../../base/failure.ts';
import { defaultLimits } from '../../../format/limits.ts';
import { type Line, LineFramer } from '../../../format/line-framer.ts';
import { openRollout } from '../../../store/rollout-file.ts';
import type { Problem, Report } from '../../problem.ts';
import type { ThreadSource } from '../../read-thread.ts';
import { isWithin, type Part } from '../../thread-parts.ts';
import { tooLong } from '../redacted-line.ts';
import type { Redactor } from '../redactor.ts';
import { CopiedLine } from './copied-line.ts';

export interface CopyCounts {
  lines: number;
  /** Of these, lines that something was taken out of. */
  changed: number;
  /** Lines that are not in the copy: unfinished, or too long to be looked through. */
  leftOut: number;
}

interface Copying {
  redactor: Redactor;
  threadId: string;
  signal: AbortSignal;
  report: Report;
  onProgress?(bytes: number): void;
}

/**
 * The lines of a thread that are in effect, redacted, as the content of one file of another thread. Ordinals are kept, but for
 * the records by which later files begin, which are left out: what stands behind them moves up.
 *
 * @returns the content, to be read once; the counts are right when it was. Reading it throws Failure `trouble` in the end where it
 *   is empty: an empty file is no session, and Codex does not resume it.
 */
export function copyLines(
  source: ThreadSource,
  copying: Copying,
): { pieces: AsyncIterable<Uint8Array>; counts: CopyCounts } {
  const counts: CopyCounts = { lines: 0, changed: 0, leftOut: 0 };
  return { pieces: copyParts(source, counts, copying), counts };
}

async function* copyParts(source: ThreadSource, counts: CopyCounts, copying: Copying): AsyncGenerator<Uint8Array> {
  const parts = source.parts.filter(({ effective }) => effective.endByte > 0);
  // The thread's own beginning says what it is; that of a parent stands before it.
  const own = parts.find(({ inheritedFrom }) => inheritedFrom === null) as Part;
  const head = own === parts[0] ? null : await firstLine(own);
  let bytes = 0;
  for (const [index, part] of parts.entries()) {
    const rollout = await openRollout(part.path);
    const framer = new LineFramer(defaultLimits.lineBytes);
    const copyBlock = (lines: Iterable<Line>) => copyOf(lines, { part, index, head, counts, copying, source });
    try {
      for await (const block of rollout.blocks()) {
        copying.signal.throwIfAborted();
        bytes += block.length;
        copying.onProgress?.(bytes);
        yield* copyBlock(framer.push(block));
      }
      yield* copyBlock(framer.end());
      if (rollout.damage) {
        const { rule, message, offset } = rollout.damage;
        copying.report({ rule, weight: 'lost', file: part.path, line: null, offset, message });
      }
    } finally {
      await rollout.close();
    }
  }
  if (counts.lines === 0) throw new Failure('trouble', 'holds no record: there is nothing to copy', { file: own.path });
}

interface PartCopy {
  part: Part;
  index: number;
  head: CopiedLine | null;
  counts: CopyCounts;
  copying: Copying;
  source: ThreadSource;
}

function* copyOf(
  lines: Iterable<Line>,
  { part, index, head, counts, copying, source }: PartCopy,
): Generator<Uint8Array> {
  for (const line of lines) {
    const leaveOut = (problem: Problem) => {
      counts.leftOut++;
      copying.report(problem);
    };
    if (!line.whole) {
      if (isWithin(part.effective, line.offset, null)) leaveOut(tooLong(line, part.path));
      continue;
    }
    let copied = new CopiedLine(line);
    if (!isWithin(part.effective, line.offset, copied.ordinal)) continue;
    if (!line.terminated && !copied.isRecord) {
      const message = `the last ${line.length} bytes are no whole record, and were left out`;
      leaveOut({ rule: 'TORN-TAIL', weight: 'tail', file: part.path, line: line.number, offset: line.offset, message });
      continue;
    }
    const isHead = line.number === 1 && copied.type === 'session_meta';
    if (isHead && index > 0) continue;
    if (isHead && head) copied = head;
    counts.lines++;
    const place = { threadId: copying.threadId, seq: null, line: counts.lines, turn: null };
    const before = copying.redactor.count;
    const clean = copying.redactor.line(copied.bytes, place);
    if (copying.redactor.count > before) counts.changed++;
    yield copied.withChanges(clean, { threadId: copying.threadId, oldId: source.threadId, lowered: index, isHead });
  }
}

async function firstLine(part: Part): Promise<CopiedLine | null> {
  const rollout = await openRollout(part.path);
  try {
    const framer = new LineFramer(defaultLimits.lineBytes);
    for await (const block of rollout.blocks()) {
      for (const line of framer.push(block)) {
        return line.whole ? new CopiedLine({ ...line, bytes: Buffer.from(line.bytes) }) : null;
      }
    }
    return null;
  } finally {
    await rollout.close();
  }
}
