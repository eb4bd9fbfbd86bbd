import { lstatSync } from 'node:fs';
import { Failure, toFailure } from '../../base/failure.ts';
import { isMissingFile } from '../../base/system-error.ts';
import { parseTime } from '../../base/time.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { type FileIdentity, pathInHome } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { spawnerOf } from '../parent-thread.ts';
import { headOf } from '../read-head.ts';
import { isTornTail, readLineBlocks } from '../read-records.ts';
import { readLastTime } from './last-time.ts';

/** What pruning has to know of one file. */
export interface FileFacts {
  entry: RolloutEntry;
  identity: FileIdentity;
  /** How many names the file has. */
  links: number;
  /** The thread that the file says it belongs to; null where it says nothing. */
  claims: string | null;
  /** Ids of the rollouts that its history may go through. */
  bases: string[];
  /** The thread that has spawned its thread, by what the file says. */
  spawner: string | null;
  /** Milliseconds since the epoch of its last record; of a fork not before it was made. Null where no record tells. */
  recordedMs: number | null;
  mtimeMs: number;
  /** Its last record should tell when it was written, and does not. */
  isTimeAmbiguous: boolean;
  /** Why what it says of itself cannot be relied upon; null when it can. */
  doubt: string | null;
}

/**
 * Reads the beginning and the end of a rollout.
 *
 * @returns null when it is not there any more
 * @throws Failure `refused` where the file could refer to another one and does not tell
 */
export async function readFileFacts(home: Home, entry: RolloutEntry): Promise<FileFacts | null> {
  const rollout = await open(entry.path);
  if (!rollout) return null;
  try {
    const { dev, ino, size, mtimeNs } = rollout.identity;
    const stat = lstatSync(entry.path, { bigint: true, throwIfNoEntry: false });
    if (stat?.ino !== ino || stat.dev !== dev) return null;
    const path = pathInHome(home, entry.path);
    const beginning = await readBeginning(rollout);
    const head = await headOf(rollout);
    const last = await readLastTime(rollout);
    const createdMs = head.forkedFrom !== null ? momentOf(head.meta?.timestamp) : null;
    const times = [last.ms, createdMs].filter((ms) => ms !== null);
    return {
      entry,
      identity: { path, dev: String(dev), ino: String(ino), size, mtime_ns: String(mtimeNs) },
      links: Number(stat.nlink),
      claims: head.threadId,
      bases: [...new Set([...(head.base ? [head.base.rolloutId] : []), ...beginning.named])],
      spawner: spawnerOf(head.meta),
      recordedMs: times.length === 0 ? null : Math.max(...times),
      mtimeMs: Number(mtimeNs / 1_000_000n),
      isTimeAmbiguous: last.isAmbiguous,
      doubt: beginning.doubt,
    };
  } catch (error) {
    if (error instanceof Failure && error.kind === 'refused') throw error;
    throw unreadable(entry.path, toFailure(error).message, error);
  } finally {
    await rollout.close();
  }
}

/** What stops the whole run: the file may be what another one is needed for. */
export function unreadable(file: string, reason: string, cause?: unknown, place = {}): Failure {
  return new Failure('refused', `nothing is pruned, because a file may refer to others and cannot be read: ${reason}`, {
    ...{ file, cause, ...place },
    hint: 'sessions repair FILE mends most; else move it out of the home. sessions validate says more',
  });
}

async function open(path: string): Promise<RolloutFile | null> {
  try {
    return await openRollout(path);
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw unreadable(path, toFailure(error).message, error);
  }
}

/**
 * Looks at the first records as readers do, for what they cannot tell: a line before the `session_meta` that is damaged may have
 * been one, and where a key stands twice, either may count.
 */
async function readBeginning(rollout: RolloutFile): Promise<{ named: string[]; doubt: string | null }> {
  let records = 0;
  let blocks = 0;
  for await (const lines of readLineBlocks(rollout, { findDuplicates: true })) {
    for (const { line, decoded, record } of lines) {
      if (!decoded.ok) {
        if (decoded.fault === 'BLANK') continue;
        const { bytes, start, end, number, offset } = line;
        // Nothing was ever written behind it, so no history goes through it; what it names is kept all the same.
        if (isTornTail(line, decoded)) return { named: idsIn(bytes.toString('latin1', start, end)), doubt: null };
        if (records > 0) continue;
        throw unreadable(rollout.path, `its first record is damaged (${decoded.fault})`, null, {
          line: number,
          offset,
        });
      }
      if (!record) continue;
      if (decoded.scan.duplicateKey) {
        const text = decoded.bytes.toString('latin1', decoded.start, decoded.end);
        return { named: idsIn(text), doubt: `its first record has the key '${decoded.scan.duplicateKey.key}' twice` };
      }
      if (record.type === 'session_meta' || ++records === 2) return nothing;
    }
    if (++blocks < MOST_BLOCKS || records > 0) continue;
    throw unreadable(rollout.path, 'it begins with no record');
  }
  if (rollout.damage && records === 0)
    throw unreadable(rollout.path, rollout.damage.message, null, { offset: rollout.damage.offset });
  return nothing;
}

function idsIn(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [])];
}

function momentOf(time: unknown): number | null {
  return typeof time === 'string' ? parseTime(time) : null;
}

const nothing = { named: [], doubt: null };
const MOST_BLOCKS = 64;
