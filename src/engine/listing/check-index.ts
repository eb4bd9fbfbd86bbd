import { Failure } from '../../base/failure.ts';
import { DamagedRow } from '../../index/damaged-row.ts';
import { unusableReason } from '../../index/move-aside.ts';
import { readStoredRows } from '../../index/row-query.ts';
import type { StoredRow } from '../../index/thread-table.ts';
import { integrityFaults } from '../../index/upkeep.ts';
import type { Finding } from '../../model/finding.ts';
import type { Home } from '../../store/home.ts';
import { loadCatalog } from '../catalog.ts';
import { readThreadFacts } from '../summarise.ts';
import type { HomeIndex } from './home-index.ts';
import { type IndexOptions, indexPath, openIndex } from './use-index.ts';

/**
 * Makes every row anew from the files and compares it with the one in the index, after that was brought in step. No checksum
 * stands in for the comparison, so this finds what a listing cannot: a row that is intact and wrong. Nothing is mended.
 */
export async function* checkIndex(home: Home, options: IndexOptions): AsyncGenerator<Finding> {
  const path = indexPath(home);
  const index = openIndex(home, options.onReplaced);
  try {
    const damage = await damageMet(() => index.refresh('all', options));
    if (damage) yield finding('INDEX-DAMAGED', path, null, null, damage);
    for (const fault of faultsOf(index)) yield finding('INDEX-DAMAGED', path, null, null, fault);
    const stored = new Map<string, StoredRow | null>();
    const unread = await damageMet(() => {
      for (const { threadId, row } of readStoredRows(index.database)) stored.set(threadId, row);
    });
    if (unread) yield finding('INDEX-DAMAGED', path, null, null, unread);
    yield* compare(home, stored, options);
  } finally {
    index.close();
  }
}

async function* compare(home: Home, stored: Map<string, StoredRow | null>, options: IndexOptions) {
  const path = indexPath(home);
  const catalog = await loadCatalog(home);
  const ids = [...catalog.threadIds];
  for (const [done, threadId] of ids.entries()) {
    if (options.signal.aborted) return;
    options.onProgress?.(done, ids.length);
    const row = stored.get(threadId);
    stored.delete(threadId);
    const { row: fresh } = await readThreadFacts(catalog, threadId);
    if (row) yield* differences(path, row, row.withheld ? { ...fresh, first_message: null } : fresh);
    else if (row === null) yield finding('INDEX-DAMAGED', path, threadId, null, 'the row is not as it was written');
    else yield finding('INDEX-ROW-MISSING', path, threadId, null, `the session in ${fresh.path} has no row`);
  }
  for (const [threadId, row] of stored) {
    const where = row ? `the session of ${row.path}` : 'a damaged row';
    yield finding('INDEX-ROW-EXTRA', path, threadId, null, `${where} is in the index and has no file`);
  }
}

/** A database can be too damaged even to be checked. */
function faultsOf({ database }: HomeIndex): string[] {
  try {
    return integrityFaults(database);
  } catch (error) {
    return [(error as Error).message];
  }
}

/** What is wrong with the index, when that is why something fails. */
async function damageMet(act: () => unknown): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (error instanceof Failure || (!(error instanceof DamagedRow) && !unusableReason(error))) throw error;
    return (error as Error).message;
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
