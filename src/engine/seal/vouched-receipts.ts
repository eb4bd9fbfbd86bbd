import type { Home } from '../../store/home.ts';
import { readDeletions } from '../purge/deletion-state.ts';
import { isLogTrusted } from './log-trust.ts';
import { NotedJournal } from './noted-journal.ts';
import type { SealLog } from './read-log.ts';
import type { Trust } from './trust.ts';

/**
 * Since when each receipt is there, by a log of the seals that is trusted: it notes the journal, and that has the checksum of each
 * receipt. So a receipt that was signed with a key which has expired since stays good, as a seal does.
 *
 * @returns by transaction; null for a receipt that the log does not know of
 */
export async function vouchForReceipts(home: Home, log: SealLog, trust: Trust): Promise<(tx: string) => string | null> {
  const seen = new NotedJournal(log.sealed.journal);
  const { receipts, damage } = readDeletions(home, (entry, sha256) => seen.take(entry, sha256));
  if (receipts.length === 0 || damage || !(await isLogTrusted(log, trust))) return () => null;
  const lines = new Map(receipts.map(({ tx, line }) => [tx, line]));
  return (tx) => {
    const line = lines.get(tx);
    return line === undefined ? null : seen.vouchedAt(line);
  };
}
