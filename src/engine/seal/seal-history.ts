import type { BeginEntry, FateEntry, HoldEntry, JournalNote, SealEntry, SealLogEntry } from './log-entry.ts';

/** What the log says of a rollout. */
export interface SealedRollout {
  threadId: string;
  /** Of its last seal, as all up to `key`. */
  size: number;
  root: string;
  key: string | null;
  /** Every range that was sealed, the last one included, ascending. The lines have to fit all of them. */
  epochs: SealedEpoch[];
  /** What became of it behind its last seal; null while it is there. */
  fate: FateEntry | null;
}

/** The first `size` lines of a rollout, as they were sealed once. */
export interface SealedEpoch {
  size: number;
  root: string;
  /** Fingerprint of the key; null where it was not signed. */
  key: string | null;
  /** When the log took it in. */
  at: string;
}

/** What a log comes to. */
export class SealHistory {
  readonly rollouts = new Map<string, SealedRollout>();
  /** What was taken over from the journal, in order. */
  readonly fromJournal: (FateEntry | HoldEntry)[] = [];
  /** How far the journal was at each seal, in order. */
  readonly journal: JournalNote[] = [];
  /** A rollout that was sealed anew as if it had never been: in order, so the first is the one to tell. */
  readonly broken: string[] = [];
  /** Rollouts of a log before this one that were gone when this one began, and are not sealed in it. */
  readonly lost = new Map<string, FateEntry>();
  /** Where it was begun anew. */
  began: BeginEntry | null = null;
  /** Whether any seal in it was signed. */
  hasKeys = false;

  add(entry: SealLogEntry): void {
    if (entry.event === 'journal') this.journal.push(entry);
    else if ('journal_seq' in entry && entry.journal_seq !== null) this.fromJournal.push(entry);
    if (entry.event === 'began') this.began ??= entry;
    if (!('rollout_id' in entry)) return;
    const known = this.rollouts.get(entry.rollout_id);
    if ('size' in entry) {
      const { thread_id: threadId, size, root, key, at } = entry;
      if (!this.continues(entry)) this.broken.push(entry.rollout_id);
      if (key !== null) this.hasKeys = true;
      // One that was only signed stays in its place.
      const earlier = (known?.epochs ?? []).filter((epoch) => epoch.size !== size || epoch.root !== root);
      const epochs = [...earlier, { size, root, key, at }];
      this.rollouts.set(entry.rollout_id, { threadId, size, root, key, epochs, fate: null });
      this.lost.delete(entry.rollout_id);
    } else if (known) known.fate = entry.event === 'restored' ? null : entry;
    else if (entry.event === 'removed') this.lost.set(entry.rollout_id, entry);
  }

  /** Whether a seal follows from those before it: its range grows, is never sealed again, begins once, and stays in its thread. */
  continues({ rollout_id, thread_id, event, size, root }: SealEntry): boolean {
    const known = this.rollouts.get(rollout_id);
    if (event === 'created' || !known) return event === 'created' && !known;
    if (known.threadId !== thread_id) return false;
    return event === 'extended' ? size > known.size : size === known.size && root === known.root;
  }
}
