import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { statIn } from '../../store/home-acts.ts';
import { NO_LINE } from '../../store/journal-read.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import type { Deletion, JournalView } from './deletion-state.ts';
import { parseReceipt, readReceipt, receiptPath } from './receipt-files.ts';
import { readTombstones } from './tombstone.ts';

/** Something that has to be there by the journal, and is not. */
export interface DeletionFault {
  thread_id: string | null;
  /** Relative to the home. */
  file: string;
  table: string | null;
  count: number;
  message: string;
}

/** What of a session that is in the trash does not lie there, or has another size. */
export function trashFaults(home: Home, { threadId, trashTx, files }: Deletion): DeletionFault[] {
  return files.flatMap(({ path, size }) => {
    const place = placeInTrash(trashTx, path);
    const found = statIn(home, place);
    if (!found?.isFile()) return [fault(threadId, place, 'is missing')];
    return Number(found.size) === size ? [] : [fault(threadId, place, 'has another size')];
  });
}

export function tombstoneFaults(home: Home, { threadId, trashTx, files }: Deletion): DeletionFault[] {
  const file = `.sessions/tombstones/${threadId}_${trashTx}.json`;
  const tombstone = readTombstones(home, threadId).find(({ tx }) => tx === trashTx);
  if (!tombstone) return [fault(threadId, file, 'is missing or damaged')];
  const told = new Set(tombstone.files.map(({ path, sha256 }) => `${sha256} ${path}`));
  const isWhole = files.every(({ path, sha256 }) => told.has(`${sha256} ${path}`));
  return isWhole ? [] : [fault(threadId, file, 'does not say what the journal says')];
}

/** @param sessions that one purge has removed */
export function receiptFaults(
  home: Home,
  tx: string,
  sessions: readonly Deletion[],
  { receipts }: JournalView,
): DeletionFault[] {
  const file = receiptPath(tx);
  const at = receipts.findIndex((receipt) => receipt.tx === tx);
  let stored: ReturnType<typeof readReceipt>;
  try {
    stored = readReceipt(home, tx);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [fault(null, file, error.message)];
  }
  if (at === -1 || stored === null) return [fault(null, file, 'is missing')];
  const receipt = parseReceipt(stored.text);
  if (stored.sha256 !== receipts[at]?.sha256 || !receipt) {
    return [fault(null, file, 'is not what the journal recorded')];
  }
  const before = receipts[at - 1]?.sha256 ?? NO_LINE;
  if (receipt.prev !== before || receipt.seq !== at) return [fault(null, file, 'does not follow from the one before')];
  const named = new Set(receipt.sessions.map(({ thread_id }) => thread_id));
  return sessions
    .filter(({ threadId }) => !named.has(threadId))
    .map(({ threadId }) => fault(threadId, file, 'does not name the session'));
}

export function fault(threadId: string | null, file: string, message: string): DeletionFault {
  return { thread_id: threadId, file, table: null, count: 1, message };
}
