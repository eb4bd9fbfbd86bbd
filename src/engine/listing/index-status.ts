import { statSync } from 'node:fs';
import { formatTime } from '../../base/time.ts';
import { Settings } from '../../index/settings.ts';
import { countIndex, forgetAll, type IndexCounts, sqliteVersion } from '../../index/upkeep.ts';
import type { Home } from '../../store/home.ts';
import { FULL_REFRESH } from './list-indexed.ts';
import { type IndexOptions, indexPath, useIndex } from './use-index.ts';

/** What the index holds. Schema: `schemas/index-status.schema.json`. */
export interface IndexStatus extends IndexCounts {
  schema: 'sessions.index-status/1';
  path: string;
  sqlite_version: string;
  size_bytes: number;
  /** When every file of the home was last looked at; RFC 3339 UTC. */
  full_refresh_at: string | null;
}

/** Tells about the index as it is; it is not brought in step. */
export function indexStatus(home: Home, onReplaced: (message: string) => void): Promise<IndexStatus> {
  return useIndex(home, onReplaced, async ({ database }) => {
    const last = new Settings(database).get(FULL_REFRESH);
    const path = indexPath(home);
    return {
      schema: 'sessions.index-status/1',
      path,
      sqlite_version: sqliteVersion(database),
      size_bytes: statSync(path).size,
      ...countIndex(database),
      full_refresh_at: typeof last === 'number' ? formatTime(last) : null,
    };
  });
}

/** Makes every row anew from the files. */
export async function rebuildIndex(home: Home, options: IndexOptions): Promise<void> {
  await useIndex(home, options.onReplaced, async (index) => {
    forgetAll(index.database);
    await index.refresh('all', options);
    if (!options.signal.aborted) new Settings(index.database).set(FULL_REFRESH, options.now);
  });
}
