import type { Actor } from '../../base/actor.ts';
import type { Home } from '../../store/home.ts';
import type { JournalEntry, PurgedFile, PurgeIntent } from '../../store/journal-entry.ts';
import { NO_LINE, readJournal } from '../../store/journal-read.ts';
import type { DeletionReceipt, ReceiptSession } from './receipt.ts';

/** What the receipt of a purge has to say, by the journal. */
export interface ReceiptFacts {
  sessions: ReceiptSession[];
  purgedAt: string;
  rule: string;
  /** Null where nothing was purged. */
  actor: Actor | null;
  seq: number;
  prev: string;
  completes: string | null;
}

/** Reads the whole journal. @throws Failure as `readJournal` */
export function gatherReceipts(home: Home): ReceiptGatherer {
  const gatherer = new ReceiptGatherer();
  for (const entry of readJournal(home)) gatherer.take(entry);
  return gatherer;
}

/** Gathers the facts of all receipts from the entries of a journal, in order. */
export class ReceiptGatherer {
  readonly #purges = new Map<string, Omit<ReceiptFacts, 'seq' | 'prev'>>();
  readonly #places = new Map<string, { seq: number; prev: string }>();
  readonly #intents = new Map<string, PurgeIntent>();
  #next = { seq: 0, prev: NO_LINE };

  take(entry: JournalEntry): void {
    switch (entry.event) {
      case 'purge-intent':
        this.#intents.set(keyOf(entry), entry);
        return;
      case 'purged':
        this.#takePurged(entry);
        return;
      case 'purge-again': {
        const { tx, at: purgedAt, rule, actor, from_tx: completes, threads } = entry;
        const all = this.#purges.get(completes)?.sessions ?? [];
        const sessions = all.filter(({ thread_id }) => threads.includes(thread_id));
        this.#purges.set(tx, { sessions, purgedAt, rule, actor, completes });
        return;
      }
      case 'purge-done':
        if (!entry.receipt) return;
        this.#places.set(entry.tx, this.#next);
        this.#next = { seq: entry.receipt.seq + 1, prev: entry.receipt.sha256 };
    }
  }

  /** Of a purge that has no receipt yet, what would be in the next one. */
  of(tx: string): ReceiptFacts {
    const none = { sessions: [], purgedAt: '', rule: '', actor: null, completes: null };
    return { ...(this.#purges.get(tx) ?? none), ...(this.#places.get(tx) ?? this.#next) };
  }

  #takePurged(entry: JournalEntry & { event: 'purged' | 'purge-undone' }): void {
    const intent = this.#intents.get(keyOf(entry));
    if (intent?.kind !== 'prune') return;
    const { thread_id, from_tx, trashed_at, rule } = intent;
    const session = { thread_id, trash_tx: from_tx, trashed_at, rule, files: entry.files.map(toReceiptFile) };
    const sessions = this.#purges.get(entry.tx)?.sessions ?? [];
    sessions.push(session);
    const { at: purgedAt, actor } = entry;
    this.#purges.set(entry.tx, { sessions, purgedAt, actor, rule: intent.purge_rule, completes: null });
  }
}

/** Whether a receipt says what the journal says. */
export function isToldBy(facts: ReceiptFacts, receipt: DeletionReceipt): boolean {
  const { sessions, purgedAt, rule, actor, seq, prev, completes } = facts;
  const told = [sessions, purgedAt, rule, actor, seq, prev, completes];
  const said = [receipt.sessions, receipt.purged_at, receipt.rule, receipt.actor, receipt.seq, receipt.prev];
  return JSON.stringify(told) === JSON.stringify([...said, receipt.completes]);
}

function keyOf({ tx, thread_id, from_tx }: { tx: string; thread_id: string; from_tx: string }): string {
  return `${tx} ${thread_id} ${from_tx}`;
}

function toReceiptFile({ path, sha256, size }: PurgedFile): ReceiptSession['files'][number] {
  return { path, sha256, size_bytes: size };
}
