import { parseTime } from '../../base/time.ts';
import { isObject } from '../../format/record.ts';
import { hasRepeatedKey } from '../../format/repeated-key.ts';
import { isThreadId } from '../../store/locks.ts';
import { LOG_ORIGIN } from './checkpoint.ts';
import type { SealLogEntry } from './log-entry.ts';
import { HASH_BYTES } from './merkle.ts';

/**
 * Reads a line of the log. All of it is looked at: whoever can write to the home could have put it there.
 *
 * @returns `later` for an event that only a later version knows; null for a line that no version wrote
 */
export function parseLogEntry(line: string): SealLogEntry | 'later' | null {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return null;
  }
  if (hasRepeatedKey(line)) return null;
  if (!isObject(entry) || typeof entry.schema !== 'string' || typeof entry.event !== 'string') return null;
  if (entry.schema !== 'sessions.seal-log-entry/1') return entry.schema.startsWith(FAMILY) ? 'later' : null;
  const isKnown = Object.hasOwn(events, entry.event) ? events[entry.event] : undefined;
  if (!isKnown) return /^[a-z-]{1,40}$/.test(entry.event) ? 'later' : null;
  return isTime(entry.at) && isKnown(entry) ? (entry as unknown as SealLogEntry) : null;
}

type Entry = Record<string, unknown>;

const FAMILY = 'sessions.seal-log-entry/';

function isSeal(entry: Entry): boolean {
  const { size, root, key } = entry;
  return isOfRollout(entry) && isCount(size) && isRoot(root) && (key === null || isKey(key));
}

function isFate(entry: Entry): boolean {
  const { tx, journal_seq: seq, receipt_sha256: receipt = null } = entry;
  const isReceipt = receipt === null || isDigest(receipt);
  return isOfRollout(entry) && (tx === null || isText(tx)) && (seq === null || isCount(seq)) && isReceipt;
}

function isHold({ tx, journal_seq: seq }: Entry): boolean {
  return isText(tx) && isCount(seq);
}

function isJournalNote({ journal_seq: seq, journal_sha256: sha256 }: Entry): boolean {
  return isCount(seq) && isDigest(sha256);
}

function isBegin({ previous_log: log, previous_size: size }: Entry): boolean {
  return (log === null || (typeof log === 'string' && LOG_ORIGIN.test(log))) && (size === null || isCount(size));
}

const events: Record<string, (entry: Entry) => boolean> = {
  ...{ created: isSeal, extended: isSeal, signed: isSeal },
  ...{ trashed: isFate, purged: isFate, restored: isFate, removed: isFate },
  ...{ held: isHold, released: isHold, journal: isJournalNote, began: isBegin },
};

function isOfRollout({ rollout_id: rollout, thread_id: thread }: Entry): boolean {
  return typeof rollout === 'string' && isThreadId(rollout) && typeof thread === 'string' && isThreadId(thread);
}

function isRoot(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(value) && bytesOf(value) === HASH_BYTES;
}

function bytesOf(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && /^SHA256:[A-Za-z0-9+/]{43}$/.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && parseTime(value) !== null;
}
