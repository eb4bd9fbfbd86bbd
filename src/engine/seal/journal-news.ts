import { parseRolloutName } from '../../format/file-name.ts';
import type { Home } from '../../store/home.ts';
import type { JournalEntry } from '../../store/journal-entry.ts';
import { type DeletionFault, receiptFaults, tombstoneFaults, trashFaults } from '../purge/deletion-evidence.ts';
import { type Deletion, type JournalView, readDeletions } from '../purge/deletion-state.ts';

/** Something that the journal says of sessions that may be sealed. */
export type JournalNews = { seq: number; at: string; tx: string } & (
  | { event: FateEvent; threadId: string; rolloutIds: string[]; deletion: Deletion }
  | { event: 'held' | 'released' }
);

type FateEvent = 'trashed' | 'purged' | 'restored';

/** What a journal says, in order, as far as each line follows from the one before. Nothing where there is no journal. */
export interface JournalReading {
  news: JournalNews[];
  view: JournalView;
}

/**
 * Reads the whole journal. What another command has put something in the place of (compress, repair) is no news.
 *
 * @param onEntry told of each entry, as `readDeletions` does
 */
export function readNews(home: Home, onEntry?: (entry: JournalEntry, sha256: string) => void): JournalReading {
  const entries: JournalEntry[] = [];
  const view = readDeletions(home, (entry, sha256) => {
    onEntry?.(entry, sha256);
    if (entry.event in told) entries.push(entry);
  });
  const deletions = new Map(view.deletions.map((deletion) => [`${deletion.trashTx} ${deletion.threadId}`, deletion]));
  const news = entries.flatMap((entry): JournalNews[] => {
    const { seq, at, tx } = entry;
    const event = told[entry.event] as JournalNews['event'];
    if (event === 'held' || event === 'released') return [{ seq, at, tx, event }];
    const { thread_id: threadId, files, from_tx: trashTx = tx } = entry as Moved;
    const deletion = deletions.get(`${trashTx} ${threadId}`);
    if (deletion?.kind !== 'prune') return [];
    return [{ seq, at, tx, event, threadId, rolloutIds: rolloutsOf(files), deletion }];
  });
  return { news, view };
}

/** What in the home speaks for what the journal says of a session. */
export type Evidence =
  | { status: 'there'; receiptSha256: string | null }
  /** A command is at work on it, or died over it, in the trash or behind its tombstone: the next one brings it to its end. */
  | { status: 'unfinished' }
  | { status: 'missing'; message: string };

/**
 * Looks for what a move to the trash, or a purge, has to have left: the files in the trash; a tombstone and a receipt. What was
 * brought back left nothing, and what went on from the trash is judged by where it has come to.
 */
export function evidenceOf(
  home: Home,
  { event, deletion }: JournalNews & { event: FateEvent },
  view: JournalView,
): Evidence {
  const { phase, purgeTx } = deletion;
  if (event === 'restored' || phase === 'restored') return { status: 'there', receiptSha256: null };
  const inTrash = () => trashFaults(home, deletion);
  const isOpen = purgeTx !== null && view.openPurges.has(purgeTx);
  if (phase === 'unfinished' || isOpen) {
    const [first] = inTrash();
    const isBegun = !first || tombstoneFaults(home, deletion).length === 0;
    return isBegun ? { status: 'unfinished' } : missing(first);
  }
  const faults =
    phase === 'purged' && purgeTx !== null
      ? [...tombstoneFaults(home, deletion), ...receiptFaults(home, purgeTx, [deletion], view)]
      : inTrash();
  const [first] = faults;
  if (first) return missing(first);
  const receipt = event === 'purged' ? view.receipts.find(({ tx }) => tx === purgeTx) : undefined;
  return { status: 'there', receiptSha256: receipt?.sha256 ?? null };
}

function missing({ file, message }: DeletionFault): Evidence {
  return { status: 'missing', message: `${file} ${message}` };
}

interface Moved {
  thread_id: string;
  from_tx?: string;
  files: { path: string }[];
}

function rolloutsOf(files: Moved['files']): string[] {
  const ids = files.flatMap(({ path }) => parseRolloutName(path.slice(path.lastIndexOf('/') + 1))?.rolloutId ?? []);
  return [...new Set(ids)];
}

const told: { [event: string]: JournalNews['event'] | undefined } = {
  trashed: 'trashed',
  purged: 'purged',
  restored: 'restored',
  'hold-add': 'held',
  'hold-release': 'released',
};
