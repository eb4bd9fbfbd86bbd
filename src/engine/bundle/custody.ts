import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { isObject } from '../../format/record.ts';
import { hasRepeatedKey } from '../../format/repeated-key.ts';
import { isThreadId } from '../../store/locks.ts';
import { type CheckedFolder, readChecked } from './checked-file.ts';
import { bagNames, isSafeName } from './names.ts';

/** Where a bundle comes from, and what is not in it. Schema: `schemas/custody.schema.json`. */
export interface Custody {
  schema: 'sessions.custody/1';
  /** RFC 3339 UTC, and where that was had from. */
  made_at: string;
  clock: 'system' | 'SOURCE_DATE_EPOCH';
  /** Minutes by which the local time was ahead of UTC. */
  utc_offset_minutes: number;
  /** Nulls with `--redact`. */
  made_by: { user: string | null; uid: number | null; host: string | null };
  tool: { name: string; version: string; runtime: { [name: string]: string } };
  /** What was asked for: operands and options of `sessions export`. */
  command: { operands: string[]; options: string[] };
  /** The home that it was taken from, absolute. */
  home: string;
  redacted: boolean;
  sessions: CustodySession[];
  rollouts: CustodyRollout[];
  completeness: Completeness;
}

export interface CustodySession {
  thread_id: string;
  name: string | null;
  archived: boolean;
  /** Name of its events in the bundle; null where it could not be opened. */
  events_file: string | null;
  events: number;
  /** How much of it could not be read or decoded, and what: the first hundred. */
  lost: number;
  problems: { rule: string; line: number | null; offset: number | null; message: string }[];
}

/** A file of a session, as it was found. */
export interface CustodyRollout {
  rollout_id: string;
  thread_id: string;
  /** `base`: not exported by itself, but a session that is refers to it. */
  role: 'exported' | 'base';
  /** Its content in the bundle, decompressed. */
  file: string;
  /** The file itself, where it was compressed. */
  original: string | null;
  /** Where it lay in the home. */
  path: string;
  dev: string;
  ino: string;
  mode: number;
  mtime: string;
  /** Of the file as it was stored. */
  size_bytes: number;
  sha256: string;
  /** Of its content, decompressed. */
  content_bytes: number;
  content_sha256: string;
  /** Why there may be more content that could not be read. */
  damage: string | null;
}

/** What of the home is here, and what is not. */
export interface Completeness {
  home_sessions: number;
  exported_sessions: number;
  /** Sessions of the home that were not asked for. */
  excluded_sessions: number;
  /** Files that another file of the same id hides: they are not here. */
  hidden_files: number;
  /** Sessions that were asked for and could not be opened. */
  failed: { thread_id: string; message: string }[];
  /** What in the home could not be looked at. */
  unreadable: { rule: string; path: string; message: string }[];
  /** Files that speak of all sessions of the home, exported or not. */
  about_all: string[];
  /** What is not here because of `--redact`. */
  withheld: string[];
}

/** A session and a rollout a line, so that it stays readable, and small. @throws Failure `usage` when it is too large */
export function formatCustody({ sessions, rollouts, completeness, ...head }: Custody): string {
  const lines = (list: readonly object[]) => list.map((one) => `\n${JSON.stringify(one)}`).join(',');
  const text = `${JSON.stringify(head).slice(0, -1)},
"sessions":[${lines(sessions)}
],
"rollouts":[${lines(rollouts)}
],
"completeness":${JSON.stringify(completeness)}}
`;
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const hint = 'make several: --since and --until choose by time';
  throw new Failure('usage', `${sessions.length} sessions are too many for one bundle`, { hint });
}

/** Of the sessions that have one, by id. */
export function namesOf({ sessions }: Custody): Map<string, string> {
  return new Map(sessions.flatMap(({ thread_id: id, name }) => (name === null ? [] : [[id, name] as const])));
}

/** @throws Failure `findings` for one that is none, or that names what is no name */
export function readCustody(bundle: CheckedFolder): Custody {
  const file = join(bundle.folder, bagNames.custody);
  try {
    const text = readChecked(bundle, bagNames.custody, MOST_BYTES)?.toString('utf8') ?? '';
    const custody = JSON.parse(text) as Custody;
    if (!isCustody(custody)) throw new Error('is not one');
    if (hasRepeatedKey(text)) throw new Error('a key stands in it twice');
    return custody;
  } catch (error) {
    throw new Failure('findings', `the custody record cannot be used: ${(error as Error).message}`, {
      file,
      cause: error,
    });
  }
}

function isCustody(value: Custody): boolean {
  if (!isObject(value) || value.schema !== 'sessions.custody/1') return false;
  const { sessions, rollouts, redacted, tool, completeness } = value;
  if (!Array.isArray(sessions) || !Array.isArray(rollouts) || typeof redacted !== 'boolean') return false;
  if (!isObject(tool) || typeof tool.version !== 'string' || !isCompleteness(completeness)) return false;
  return sessions.every(isSession) && rollouts.every(isRollout);
}

function isCompleteness(value: Completeness): boolean {
  if (!isObject(value)) return false;
  const { home_sessions, exported_sessions, excluded_sessions, failed } = value as unknown as Completeness;
  const counts = [home_sessions, exported_sessions, excluded_sessions];
  const isFailed = (one: unknown) => isObject(one) && typeof one.thread_id === 'string';
  return (
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    Array.isArray(failed) &&
    failed.every(isFailed)
  );
}

function isSession(session: CustodySession): boolean {
  if (!isObject(session)) return false;
  const { thread_id, events_file, name } = session as unknown as CustodySession;
  const isName = name === null || typeof name === 'string';
  return isThreadId(thread_id) && isName && (events_file === null || isContentName(events_file));
}

function isRollout(rollout: CustodyRollout): boolean {
  if (!isObject(rollout)) return false;
  const { rollout_id, thread_id, file, original, path, content_sha256, damage, mtime } =
    rollout as unknown as CustodyRollout;
  const isOriginal = original === null || isContentName(original);
  const isDigest = [content_sha256, path, mtime].every((text) => typeof text === 'string');
  const isDamage = damage === null || typeof damage === 'string';
  return isThreadId(rollout_id) && isThreadId(thread_id) && isContentName(file) && isOriginal && isDigest && isDamage;
}

function isContentName(name: unknown): boolean {
  return typeof name === 'string' && name.startsWith('data/') && isSafeName(name);
}

/** A hundred thousand sessions. It is read whole. */
const MOST_BYTES = 64 * 1024 * 1024;
