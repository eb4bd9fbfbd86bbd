import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { parseTime } from '../../base/time.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { Record } from '../../format/record.ts';
import { isThreadId } from '../../store/locks.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { headOf } from '../read-head.ts';
import { type Content, isTornTail, readLines } from '../read-records.ts';
import { shorten } from '../validate/shorten.ts';
import type { Source } from './incoming.ts';

/**
 * A rollout, whose bytes are kept as they are.
 *
 * @throws Failure `findings` for one that is cut off, that does not say whose it is, or that another one stands behind
 */
export async function readRollout(path: string, shownAs: string): Promise<Source> {
  const rollout = await openRollout(path, { shownAs });
  try {
    const { threadId, meta, base } = await headOf(rollout);
    const named = parseRolloutName(basename(shownAs));
    const id = threadId ?? named?.threadId ?? null;
    if (id === null || !isThreadId(id)) {
      const hint = 'its first record has to be a session_meta with the id of the session';
      throw new Failure('findings', 'does not say which session it is', { file: shownAs, line: 1, offset: 0, hint });
    }
    const sha256 = await checkLines(rollout, shownAs);
    const isOwnName = named !== null && named.threadId === id && named.localTime !== null;
    const incoming = {
      ...{ threadId: id, rolloutId: isOwnName ? named.rolloutId : id, file: path, archived: false, name: null },
      ...{ sha256, damage: null, base: base?.rolloutId ?? null },
      place: isOwnName ? basename(shownAs) : null,
      begun: typeof meta?.timestamp === 'string' ? parseTime(meta.timestamp) : null,
      ...{ lines: null, altered: null },
    };
    // By its content, whatever its name says.
    if (incoming.place) {
      incoming.place = `${incoming.place.replace(/\.zst$/, '')}${rollout.content === 'zstd' ? '.zst' : ''}`;
    }
    return { kind: 'rollout', incoming: [incoming], bundle: null, remove: () => {} };
  } finally {
    await rollout.close();
  }
}

/** @returns the checksum of what it holds */
async function checkLines(rollout: RolloutFile, file: string): Promise<string> {
  const hash = createHash('sha256');
  const hashed: Content = {
    path: file,
    get damage() {
      return rollout.damage;
    },
    async *blocks() {
      for await (const block of rollout.blocks()) {
        hash.update(block);
        yield block;
      }
    },
    close: async () => {},
  };
  const isOther = otherSessions();
  for await (const { line, decoded, record } of readLines(hashed)) {
    const other = record && isOther(record);
    if (other) {
      const message = `holds more than one session: ${JSON.stringify(shorten(other))} begins here`;
      const hint = 'cut it here, and import each part by itself';
      throw new Failure('findings', message, { file, line: line.number, offset: line.offset, hint });
    }
    if (!isTornTail(line, decoded)) continue;
    const message = 'is cut off: its last line is no whole record';
    const hint = 'sessions repair makes a whole one of it';
    throw new Failure('findings', message, { file, line: line.number, offset: line.offset, hint });
  }
  const { damage } = rollout;
  if (damage) throw new Failure('findings', damage.message, { file, offset: damage.offset });
  return hash.digest('hex');
}

/**
 * Finds the beginning of another session. The metas of those that a fork was copied from stand together at the beginning of it; later ones
 * of the same sessions note a change.
 *
 * @returns the id of the session that begins with a record; null for any other record
 */
function otherSessions(): (record: Record) => string | null {
  const known = new Set<string>();
  let isBeginning = true;
  return (record) => {
    if (record.type !== 'session_meta' || record.dialect === 'event') {
      isBeginning = false;
      return null;
    }
    const { id } = record.payload;
    if (typeof id !== 'string' || known.has(id)) return null;
    if (!isBeginning) return id;
    known.add(id);
    return null;
  };
}
