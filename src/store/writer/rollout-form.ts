import { Failure } from '../../base/failure.ts';
import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import { LineFramer } from '../../format/line-framer.ts';
import { type Record, toRecord } from '../../format/record.ts';
import type { Dialect } from '../../model/thread-row.ts';
import { openRollout } from '../rollout-file.ts';

/**
 * The dialect that a rollout is written in, by its session_meta; null when its first record is none, so that Codex takes it
 * for no session.
 *
 * @throws Failure `trouble` when it is damaged before that
 */
export async function readDialect(path: string): Promise<Dialect | null> {
  const rollout = await openRollout(path);
  try {
    const framer = new LineFramer(defaultLimits.lineBytes);
    for await (const block of rollout.blocks()) {
      for (const line of framer.push(block)) {
        const decoded = decodeLine(line, defaultLimits);
        const record = decoded.ok ? toRecord(decoded) : null;
        if (record) return dialectOf(record);
      }
    }
    if (rollout.damage) {
      const { message, offset } = rollout.damage;
      throw new Failure('trouble', `cannot go on in a damaged file: ${message}`, { file: path, offset });
    }
    return null;
  } finally {
    await rollout.close();
  }
}

/** How many lines there are before the end, or before an offset. One without LF counts. */
export async function countLines(path: string, before = Number.POSITIVE_INFINITY): Promise<number> {
  const rollout = await openRollout(path);
  try {
    let lines = 0;
    let position = 0;
    let isOpen = false;
    for await (const whole of rollout.blocks()) {
      const block = whole.subarray(0, Math.max(0, before - position));
      if (block.length === 0) break;
      for (let at = block.indexOf(LF); at >= 0; at = block.indexOf(LF, at + 1)) lines++;
      isOpen = block[block.length - 1] !== LF;
      position += whole.length;
    }
    return lines + (isOpen ? 1 : 0);
  } finally {
    await rollout.close();
  }
}

function dialectOf(record: Record): Dialect | null {
  if (record.type !== 'session_meta') return record.dialect === 'event' ? 'event' : null;
  return record.payload.history_mode === 'paginated' ? 'paginated' : record.dialect === 'bare' ? 'bare' : 'envelope';
}

const LF = 0x0a;
