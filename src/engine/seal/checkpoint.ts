import { formatTime } from '../../base/time.ts';
import { HASH_BYTES, type MerkleTree } from './merkle.ts';

/**
 * What is signed of a tree, as the text of C2SP's tlog-checkpoint: origin, size, root in base64, and further lines. All of them
 * are under the signature.
 */
export interface Checkpoint {
  /** Which tree it is: `sessions/<rollout id>`, or `sessions-log/<id of the log>`. */
  origin: string;
  /** Leaves. */
  size: number;
  /** In base64. */
  root: string;
  /**
   * `<key> <value>`, one a line. Of a rollout: `thread`, its id; `at`, when it was sealed; `log`, the line of the log that
   * announces it; `bytes`; `events`, a digest of what was said. Of a log: `at`.
   */
  more: ReadonlyMap<string, string>;
}

export function formatCheckpoint({ origin, size, root, more }: Checkpoint): string {
  const lines = [origin, String(size), root, ...[...more].map(([key, value]) => `${key} ${value}`)];
  return lines.map((line) => `${line}\n`).join('');
}

/** Null for a text that `formatCheckpoint` would not make. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin, size, root, ...rest] = text.split('\n');
  if (origin === undefined || size === undefined || root === undefined) return null;
  const more = new Map(rest.slice(0, -1).map((line) => [line.split(' ', 1)[0] as string, line.replace(/^\S* /, '')]));
  const checkpoint = { origin, size: Number(size), root, more };
  const isRoot = Buffer.from(root, 'base64').length === HASH_BYTES;
  return isRoot && Number.isSafeInteger(checkpoint.size) && formatCheckpoint(checkpoint) === text ? checkpoint : null;
}

/** Of which thread a rollout's checkpoint says that it is; null where it does not. */
export function threadOfSeal({ more }: Checkpoint): string | null {
  return more.get('thread') ?? null;
}

/** The line of a log that announces a seal. It is in the checkpoint, so that no line can be left out before it. */
export interface Announcement {
  /** Origin of the log. */
  log: string;
  /** From 1. */
  line: number;
}

export function formatAnnouncement({ log, line }: Announcement): string {
  return `${log} ${line}`;
}

export function announcementOf({ more }: Checkpoint): Announcement | null {
  const [log, line, ...rest] = more.get('log')?.split(' ') ?? [];
  if (log === undefined || !LOG_ORIGIN.test(log) || rest.length > 0 || !/^[1-9]\d{0,14}$/.test(line ?? '')) return null;
  return { log, line: Number(line) };
}

/** The origin of a rollout's checkpoints. */
export function originOf(rolloutId: string): string {
  return `sessions/${rolloutId}`;
}

export const LOG_ORIGIN = /^sessions-log\/[0-9a-f-]{36}$/;

export function logOriginOf(logId: string): string {
  return `sessions-log/${logId}`;
}

/** The checkpoint of a log as it is now. */
export function formatLogCheckpoint(origin: string, tree: MerkleTree, now: number): string {
  const more = new Map([['at', formatTime(now) ?? 'unknown']]);
  return formatCheckpoint({ origin, size: tree.size, root: tree.root().toString('base64'), more });
}
