import { Failure } from '../../base/failure.ts';
import type { HashedFile } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import type { JournalEntry, PurgedFile, TxKind } from '../../store/journal-entry.ts';
import { readJournalLines } from '../../store/journal-read.ts';
import { undoneTx } from '../trash/undone-tx.ts';

/**
 * What became of a session that a transaction moved to the trash, as the journal tells it; of a session whose files were replaced,
 * of one of them.
 */
export interface Deletion {
  threadId: string;
  kind: TxKind;
  trashTx: string;
  purgeTx: string | null;
  phase: DeletionPhase;
  files: readonly (HashedFile | PurgedFile)[];
}

/** `unfinished`: a command died over it, and the next one that changes something brings it to its end. */
export type DeletionPhase = 'trashed' | 'restored' | 'purged' | 'unfinished';

export interface JournalView {
  deletions: Deletion[];
  /** Receipts in their order: the transaction, what the journal says of its bytes, and in which line, by its `seq`. */
  receipts: { tx: string; seq: number; sha256: string; clean: boolean; line: number }[];
  /** Purges that have begun and not ended: a command is at work, or died; the next one brings them to their end. */
  openPurges: ReadonlySet<string>;
  /** The first line that does not follow from the one before; what stands behind it is not known. */
  damage: { line?: number | undefined; offset?: number | undefined; message: string } | null;
}

/**
 * Reads the whole journal. Nothing is changed.
 *
 * @param onEntry told of each entry, in order, with the checksum of its line
 */
export function readDeletions(home: Home, onEntry?: (entry: JournalEntry, sha256: string) => void): JournalView {
  const follower = new Follower();
  const receipts: JournalView['receipts'] = [];
  const openPurges = new Set<string>();
  let damage: JournalView['damage'] = null;
  try {
    for (const { entry, hash } of readJournalLines(home)) {
      follower.take(entry);
      if (entry.event === 'purge-intent' || entry.event === 'purge-again') openPurges.add(entry.tx);
      if (entry.event === 'purge-done') openPurges.delete(entry.tx);
      onEntry?.(entry, hash);
      if (entry.event === 'purge-done' && entry.receipt) {
        receipts.push({ tx: entry.tx, ...entry.receipt, line: entry.seq });
      }
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
    damage = { ...error.place, message: error.message };
  }
  return { deletions: follower.deletions, receipts, openPurges, damage };
}

class Follower {
  readonly #deletions = new Map<string, Deletion>();
  /** By transaction and session, the last one that has begun: of a session with several files, they are replaced one by one. */
  readonly #latest = new Map<string, string>();
  /** By purge and what it removes, in the order in which that has begun. */
  readonly #purging = new Map<string, string[]>();
  /** Of restores that put an original in its place again: which they take back. */
  readonly #undoes = new Map<string, string>();

  get deletions(): Deletion[] {
    return [...this.#deletions.values()];
  }

  take(entry: JournalEntry): void {
    switch (entry.event) {
      case 'trash-intent':
        this.#begin(entry, entry.files);
        return;
      case 'replace-intent': {
        const key = this.#begin(entry, [entry.from]);
        const undone = undoneTx(entry);
        // What takes the place lay in the trash by the path that it has again.
        if (undone !== null) this.#undoes.set(key, keyOf('restore', undone, entry.thread_id, entry.to.path));
        return;
      }
      case 'trash-undone':
      case 'replace-undone':
        this.#deletions.delete(this.#latestOf(entry));
        return;
      case 'trashed':
        this.#change(this.#latestOf(entry), { phase: 'trashed' });
        return;
      case 'replaced': {
        const key = this.#latestOf(entry);
        this.#change(this.#undoes.get(key), { phase: 'restored' });
        this.#change(key, { phase: 'trashed' });
        return;
      }
      case 'restore-intent':
        this.#change(keyOf('prune', entry.from_tx, entry.thread_id), { phase: 'unfinished' });
        return;
      case 'restored':
        this.#change(keyOf('prune', entry.from_tx, entry.thread_id), { phase: 'restored' });
        return;
      case 'restore-undone':
        this.#change(keyOf('prune', entry.from_tx, entry.thread_id), { phase: 'trashed' });
        return;
      case 'purge-intent': {
        const key = keyOf(entry.kind, entry.from_tx, entry.thread_id, entry.files[0]?.path);
        const purge = purgeOf(entry);
        this.#purging.set(purge, [...(this.#purging.get(purge) ?? []), key]);
        this.#change(key, { phase: 'unfinished', purgeTx: entry.tx });
        return;
      }
      case 'purge-undone':
        this.#change(this.#endOf(entry), { phase: 'trashed' });
        return;
      case 'purged':
        this.#change(this.#endOf(entry), { phase: 'purged', files: entry.files });
        return;
    }
  }

  #begin(entry: JournalEntry & { event: 'trash-intent' | 'replace-intent' }, files: readonly HashedFile[]): string {
    const { tx, thread_id, kind } = entry;
    const key = keyOf(kind, tx, thread_id, files[0]?.path);
    this.#latest.set(`${tx} ${thread_id}`, key);
    this.#deletions.set(key, {
      ...{ threadId: thread_id, kind, trashTx: tx, purgeTx: null, phase: 'unfinished', files },
    });
    return key;
  }

  #latestOf({ tx, thread_id }: { tx: string; thread_id: string }): string {
    return this.#latest.get(`${tx} ${thread_id}`) ?? '';
  }

  /** What it is that a purge has ended: the first of what it has begun, unless the files tell. */
  #endOf(entry: JournalEntry & { event: 'purged' | 'purge-undone' }): string | undefined {
    const begun = this.#purging.get(purgeOf(entry)) ?? [];
    const [file] = entry.files;
    const isMeant = (key: string) => {
      const { files, phase } = this.#deletions.get(key) ?? { files: [], phase: null };
      return phase === 'unfinished' && (!file || files.some(({ path }) => path === file.path));
    };
    return begun.find(isMeant);
  }

  #change(key: string | undefined, facts: Partial<Deletion>): void {
    const known = key === undefined ? undefined : this.#deletions.get(key);
    if (known) Object.assign(known, facts);
  }
}

function purgeOf({ tx, thread_id, from_tx }: { tx: string; thread_id: string; from_tx: string }): string {
  return `${tx} ${thread_id} ${from_tx}`;
}

/** @param path of the one file, for what was replaced */
function keyOf(kind: TxKind, tx: string, threadId: string, path = ''): string {
  return kind === 'prune' ? `${tx} ${threadId}` : `${tx} ${threadId} ${path}`;
}
