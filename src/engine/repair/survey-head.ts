import { basename } from 'node:path';
import { parseRolloutName, type RolloutName } from '../../format/file-name.ts';
import type { Record } from '../../format/record.ts';
import type { Dialect } from '../../model/thread-row.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { type Head, headOf } from '../read-head.ts';
import { readLineBlocks } from '../read-records.ts';
import { isUtf16 } from '../validate/utf16.ts';
import { type Loss, piecesOf } from './line-pieces.ts';

/** What a repair has to know of a file before its first edit. */
export interface HeadSurvey {
  name: RolloutName | null;
  /** Of the result: as `headOf`, but with the records found that stand on damaged lines. */
  head: Head;
  /** The first record of the result; null where there is none. */
  first: FirstRecord | null;
  isUtf16: boolean;
}

export interface FirstRecord {
  type: string;
  /** RFC 3339; null where it has none. */
  timestamp: string | null;
  ordinal: number | null;
  /** How many damaged lines stand before it; without end where any number of records may be lost. */
  lost: number;
}

export async function surveyHead(rollout: RolloutFile): Promise<HeadSurvey> {
  const name = parseRolloutName(basename(rollout.path));
  const recorded = await headOf(rollout);
  const { dialect } = recorded;
  let lost = 0;
  let blocks = 0;
  for await (const lines of readLineBlocks(rollout)) {
    for (const one of lines) {
      if (one.line.number === 1 && isUtf16(one.line)) return { name, head: recorded, first: null, isUtf16: true };
      for (const piece of piecesOf(one, dialect)) {
        if (piece.kind === 'edit') lost += weigh(piece.loses);
        if (piece.kind !== 'record' || !piece.record) continue;
        const { type, timestamp, ordinal } = piece.record;
        const head = headFrom(piece.record, recorded, dialect);
        return { name, head, first: { type, timestamp, ordinal, lost }, isUtf16: false };
      }
    }
    if (++blocks === MOST_BLOCKS) break;
  }
  return { name, head: recorded, first: null, isUtf16: false };
}

/** Where a damaged line before it hid the session_meta from `headOf`, it is read here. */
function headFrom(first: Record, recorded: Head, dialect: Dialect | null): Head {
  if (first.type !== 'session_meta' || first.dialect === 'event') {
    // A session_meta further down is an update or a parent's.
    return first.type === 'session_meta' || !recorded.meta || first.dialect === 'event'
      ? recorded
      : { ...recorded, meta: null, base: null, forkedFrom: null, threadId: null, dialect: first.dialect };
  }
  const { payload } = first;
  const base = payload.history_base as { [key: string]: unknown } | undefined;
  const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value.toLowerCase() : null);
  const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);
  const rolloutId = textOf(base?.thread_id);
  return {
    dialect: payload.history_mode === 'paginated' ? 'paginated' : (dialect ?? first.dialect),
    threadId: textOf(payload.id),
    meta: payload,
    base: rolloutId
      ? { rolloutId, endByte: numberOf(base?.end_byte_offset), endOrdinal: numberOf(base?.end_ordinal_exclusive) }
      : null,
    forkedFrom: textOf(payload.forked_from_id) ?? recorded.forkedFrom,
  };
}

export function weigh(loss: Loss | null): number {
  return loss === null ? 0 : loss === 'record' ? 1 : Number.POSITIVE_INFINITY;
}

/** As many as are read for the head of a file elsewhere. */
const MOST_BLOCKS = 64;
