import { createHash } from 'node:crypto';
import { constants, createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMissingFile } from '../../base/system-error.ts';
import type { Home } from '../../store/home.ts';
import { OWN_FOLDER } from '../../store/store-lock.ts';
import type { Catalog } from '../catalog.ts';
import { findHold } from './find-hold.ts';
import type { Places } from './places.ts';
import { type HoldOptions, readAllHolds, surveyThese } from './survey-holds.ts';

/** A session that a hold covers, and where it is. Schema: `schemas/hold-report.schema.json`. */
export interface HoldReportRow {
  schema: 'sessions.hold-report/1';
  hold_id: string;
  matter: string;
  thread_id: string;
  covered: 'id' | 'query' | 'ancestor';
  through: string | null;
  state: 'present' | 'trashed' | 'purged' | 'missing';
  files: { path: string; size_bytes: number; sha256: string | null }[];
}

/**
 * What the holds in force cover, and where each of it is; nothing is written. What was named or noted and is nowhere is missing,
 * an origin that was never seen is not.
 *
 * @param holdId of one hold, which may be released; null for all in force
 */
export async function* reportHolds(
  catalog: Catalog,
  holdId: string | null,
  options: HoldOptions & { hash: boolean },
): AsyncGenerator<HoldReportRow> {
  const all = readAllHolds(catalog.home);
  const chosen = holdId === null ? all.filter(({ released }) => released === null) : [findHold(all, holdId)];
  const { holds, places } = await surveyThese(catalog, chosen, null, options);
  if (!places) return;
  const purged = listPurged(catalog.home);
  for (const { hold, covered } of holds) {
    for (const [threadId, { as, through }] of [...covered].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const files = await describeFiles(places, threadId, options);
      const isNoted = hold.threadIds.has(threadId) || hold.ancestorIds.has(threadId);
      if (files.length === 0 && !isNoted) continue;
      const { hold_id, matter } = hold.added;
      const state = places.isPresent(threadId) ? 'present' : files.length > 0 ? 'trashed' : null;
      yield {
        schema: 'sessions.hold-report/1',
        ...{ hold_id, matter, thread_id: threadId, covered: as },
        through: through !== null && places.files(through).length > 0 ? through : null,
        state: state ?? (purged.has(threadId) ? 'purged' : 'missing'),
        files,
      };
    }
  }
}

async function describeFiles(places: Places, threadId: string, options: { hash: boolean; signal: AbortSignal }) {
  const files: HoldReportRow['files'] = [];
  for (const { path } of places.files(threadId)) {
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (!facts) continue;
    const sha256 = options.hash ? await digest(path, options.signal) : null;
    files.push({ path, size_bytes: facts.size, sha256 });
  }
  return files;
}

/** Of the bytes as they are stored. */
async function digest(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  // Node passes numbers on as they are; its types know words only.
  const stream = createReadStream(path, { flags: flags as unknown as string, highWaterMark: 1 << 20, signal });
  for await (const block of stream) hash.update(block);
  return hash.digest('hex');
}

/** A tombstone is named after its thread. */
function listPurged(home: Home): Set<string> {
  try {
    return new Set(readdirSync(join(home.path, OWN_FOLDER, 'tombstones')).map((name) => name.slice(0, ID_LENGTH)));
  } catch (error) {
    if (isMissingFile(error)) return new Set();
    throw error;
  }
}

const ID_LENGTH = 36;
