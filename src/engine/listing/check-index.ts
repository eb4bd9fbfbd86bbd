import { join } from 'node:path';
import { queryAllRows } from '../../index/row-query.ts';
import type { StoredRow } from '../../index/thread-table.ts';
import { integrityFaults } from '../../index/upkeep.ts';
import type { Finding } from '../../model/finding.ts';
import type { Home } from '../../store/home.ts';
import { loadCatalog } from '../catalog.ts';
import { readThreadFacts } from '../summarise.ts';
import { HomeIndex, type RefreshOptions } from './home-index.ts';

/**
 * Makes every row anew from the files and compares it with the one in the index, after that was brought in step. No checksum
 * stands in for the comparison, so this finds what a listing cannot: a row that is intact and wrong.
 */
export async function* checkIndex(
  home: Home,
  options: RefreshOptions & { onReplaced: (message: string) => void },
): AsyncGenerator<Finding> {
  const path = join(home.path, 'state.db');
  const index = new HomeIndex(home, (reason, movedTo) => options.onReplaced(`${reason}; it is now ${movedTo}`));
  try {
    await index.refresh('all', options);
    for (const fault of integrityFaults(index.database)) yield finding('INDEX-DAMAGED', path, null, null, fault);
    const stored = new Map<string, StoredRow>();
    const everything = { archived: 'added', now: options.now, sort: 'updated', reverse: false } as const;
    for (const { row } of queryAllRows(index.database, everything)) stored.set(row.thread_id, row);
    const catalog = await loadCatalog(home);
    const ids = [...catalog.threadIds];
    for (const [done, threadId] of ids.entries()) {
      if (options.signal.aborted) return;
      options.onProgress?.(done, ids.length);
      const row = stored.get(threadId);
      stored.delete(threadId);
      const { row: fresh } = await readThreadFacts(catalog, threadId);
      if (!row) yield finding('INDEX-ROW-MISSING', path, threadId, null, `the session in ${fresh.path} has no row`);
      else yield* differences(path, row, fresh);
    }
    for (const { thread_id: threadId, path: file } of stored.values()) {
      yield finding('INDEX-ROW-EXTRA', path, threadId, null, `the session of ${file} has a row and no file`);
    }
  } finally {
    index.close();
  }
}

function* differences(path: string, row: StoredRow, fresh: StoredRow): Generator<Finding> {
  for (const key of Object.keys(fresh) as (keyof StoredRow)[]) {
    const [was, is] = [JSON.stringify(row[key]), JSON.stringify(fresh[key])];
    if (was !== is)
      yield finding('INDEX-ROW-WRONG', path, row.thread_id, `/${key}`, `the row says ${was}, the files say ${is}`);
  }
}

function finding(
  rule: string,
  file: string,
  threadId: string | null,
  pointer: string | null,
  message: string,
): Finding {
  return {
    schema: 'sessions.finding/1',
    rule,
    severity: 'error',
    thread_id: threadId,
    file,
    line: null,
    offset: null,
    pointer,
    message,
  };
}
