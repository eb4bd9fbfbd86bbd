import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatTime } from '../../base/time.ts';
import { Settings } from '../../index/settings.ts';
import { moveAside } from '../../index/state-db.ts';
import { countIndex, type IndexCounts, sqliteVersion } from '../../index/upkeep.ts';
import type { Home } from '../../store/home.ts';
import { HomeIndex, type RefreshOptions } from './home-index.ts';
import { FULL_REFRESH } from './list-indexed.ts';

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
export function indexStatus(home: Home, onReplaced: (message: string) => void): IndexStatus {
  const index = new HomeIndex(home, (reason, movedTo) => onReplaced(`${reason}; it is now ${movedTo}`));
  try {
    const last = new Settings(index.database).get(FULL_REFRESH);
    const path = join(home.path, 'state.db');
    return {
      schema: 'sessions.index-status/1',
      path,
      sqlite_version: sqliteVersion(index.database),
      size_bytes: statSync(path).size,
      ...countIndex(index.database),
      full_refresh_at: typeof last === 'number' ? formatTime(last) : null,
    };
  } finally {
    index.close();
  }
}

/** Throws the index away and makes it anew from the files. */
export async function rebuildIndex(home: Home, options: RefreshOptions): Promise<void> {
  const path = join(home.path, 'state.db');
  rmSync(moveAside(path), { recursive: true, force: true });
  const index = new HomeIndex(home, () => {});
  try {
    await index.refresh('all', options);
    if (!options.signal.aborted) new Settings(index.database).set(FULL_REFRESH, options.now);
  } finally {
    index.close();
  }
}
