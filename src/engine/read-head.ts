import type { JsonObject } from '../format/decode-line.ts';
import { isObject, type Record } from '../format/record.ts';
import type { Dialect } from '../model/thread-row.ts';
import { openRollout } from '../store/rollout-file.ts';
import { type Content, readLineBlocks } from './read-records.ts';

/**
 * What the first records of a rollout say about it: its dialect, its session_meta, and what it was forked from. Damaged
 * lines before them are passed over.
 *
 * @throws Failure when the file cannot be opened
 */
export async function readHead(path: string): Promise<Head> {
  const rollout = await openRollout(path);
  try {
    return await headOf(rollout);
  } finally {
    await rollout.close();
  }
}

export type HeadReader = typeof readHead;

/** Reads each file once: several questions about a thread begin with its head. For as long as one reading of it takes. */
export function rememberHeads(): HeadReader {
  const heads = new Map<string, Promise<Head>>();
  return (path) => {
    let head = heads.get(path);
    if (!head) {
      head = readHead(path);
      heads.set(path, head);
    }
    return head;
  };
}

/** The head of a rollout that is open already. */
export async function headOf(rollout: Content): Promise<Head> {
  const head: Head = { dialect: null, threadId: null, meta: null, base: null, forkedFrom: null };
  let records = 0;
  for await (const record of firstRecords(rollout)) {
    records++;
    head.dialect ??= record.dialect;
    if (record.dialect === 'event') head.threadId ??= idOf((record.text().value as JsonObject).thread_id);
    if (record.type === 'session_meta' && !head.meta) {
      head.meta = record.payload;
      head.threadId = idOf(record.payload.id);
      if (record.payload.history_mode === 'paginated') head.dialect = 'paginated';
      head.base = baseOf(record.payload);
      head.forkedFrom = idOf(record.payload.forked_from_id);
    } else if (record.type === 'session_meta' && records === 2) {
      // Codex 0.80 wrote no forked_from_id: the source's own meta, copied as the second record, is the only hint.
      const id = idOf(record.payload.id);
      if (id && id !== head.threadId) head.forkedFrom ??= id;
    }
    if (records === 2) break;
  }
  return head;
}

/** Records of the first blocks: a file that begins with a line of gigabytes is not read twice for its head. */
async function* firstRecords(rollout: Content): AsyncGenerator<Record> {
  let blocks = 0;
  for await (const lines of readLineBlocks(rollout)) {
    for (const { record } of lines) if (record) yield record;
    if (++blocks === MOST_BLOCKS) return;
  }
}

const MOST_BLOCKS = 64;

export interface Head {
  dialect: Dialect | null;
  /** The thread that the file says it belongs to. */
  threadId: string | null;
  /** The first session_meta: the file's identity. */
  meta: JsonObject | null;
  /** For a file that continues another one's content. */
  base: HistoryBase | null;
  /** For a fork: the thread that it came from. */
  forkedFrom: string | null;
}

/** Codex's `history_base`: everything of another rollout up to a point. */
export interface HistoryBase {
  /** The base's rollout id: the last uuid of its file name. */
  rolloutId: string;
  /** First byte of its decompressed content that does not belong; null where the record lacks it. */
  endByte: number | null;
  /** First ordinal that does not belong; null where the record lacks it. */
  endOrdinal: number | null;
}

function baseOf(meta: JsonObject): HistoryBase | null {
  const base = meta.history_base;
  if (!isObject(base)) return null;
  const rolloutId = idOf(base.thread_id);
  if (!rolloutId) return null;
  return {
    rolloutId,
    endByte: typeof base.end_byte_offset === 'number' ? base.end_byte_offset : null,
    endOrdinal: typeof base.end_ordinal_exclusive === 'number' ? base.end_ordinal_exclusive : null,
  };
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.toLowerCase() : null;
}
