import type {
  JournalEntry,
  PurgeDone,
  PurgeIntent,
  ReplaceIntent,
  RestoreIntent,
  TrashIntent,
} from '../../store/journal-entry.ts';

/** What was begun and not brought to an end, found by reading the journal from its beginning. */
export class Unfinished {
  readonly #intents = new Map<string, Intent & JournalEntry>();
  readonly #purges = new Set<string>();
  readonly #incomplete = new Set<string>();
  #lastMs: number | null = null;

  take(entry: JournalEntry): void {
    this.#lastMs = Date.parse(entry.at);
    switch (entry.event) {
      case 'purge-intent':
        this.#purges.add(entry.tx);
        // Of a session with several files, what was replaced is purged file by file.
        this.#intents.set(`${keyOf('purge', entry)} ${entry.files[0]?.path ?? ''}`, entry);
        return;
      case 'trash-intent':
      case 'restore-intent':
      case 'replace-intent':
        this.#intents.set(keyOf(actOf(entry.event), entry), entry);
        return;
      case 'purge-again':
        this.#purges.add(entry.tx);
        return;
      case 'purge-done':
        this.#purges.delete(entry.tx);
        this.#takeReceipt(entry);
        return;
      case 'hold-add':
      case 'hold-noted':
      case 'hold-release':
        return;
      case 'purged':
      case 'purge-undone':
        this.#endPurge(entry);
        return;
      default: {
        const act = doneBy[entry.event];
        if (act) this.#intents.delete(keyOf(act, entry));
      }
    }
  }

  /** In the order in which they were begun. */
  get intents(): (Intent & JournalEntry)[] {
    return [...this.#intents.values()];
  }

  get purgeIntents(): PurgeIntent[] {
    return this.intents.filter((intent) => intent.event === 'purge-intent');
  }

  /** When the last entry was made, milliseconds since the epoch; null without any. */
  get lastMs(): number | null {
    return this.#lastMs;
  }

  /** Purges, oldest first, whose receipts do not say that nothing is left, and that no later one has completed. */
  get incomplete(): string[] {
    return [...this.#incomplete];
  }

  /** They end in the order in which they have begun, and only what has gone is told with its files. */
  #endPurge(entry: JournalEntry & { event: 'purged' | 'purge-undone' }): void {
    const [file] = entry.files;
    const begins = `${keyOf('purge', entry)} `;
    for (const [key, intent] of this.#intents) {
      if (!key.startsWith(begins) || intent.event !== 'purge-intent') continue;
      if (file && !intent.files.some(({ path }) => path === file.path)) continue;
      this.#intents.delete(key);
      return;
    }
  }

  #takeReceipt({ tx, from_tx = tx, receipt }: PurgeDone): void {
    if (!receipt) return;
    this.#incomplete.delete(from_tx);
    if (!receipt.clean) this.#incomplete.add(from_tx);
  }

  /** Ids of the purges that have no receipt yet. */
  get purges(): string[] {
    return [...this.#purges];
  }
}

export type Intent = TrashIntent | RestoreIntent | PurgeIntent | ReplaceIntent;

type Act = 'trash' | 'restore' | 'purge' | 'replace';

function keyOf(act: Act, entry: { tx: string; thread_id: string; from_tx?: string }): string {
  return [act, entry.tx, entry.thread_id, entry.from_tx ?? ''].join(' ');
}

function actOf(event: 'trash-intent' | 'restore-intent' | 'replace-intent'): Act {
  return event.slice(0, -'-intent'.length) as Act;
}

const doneBy: { [event: string]: Act | undefined } = {
  trashed: 'trash',
  'trash-undone': 'trash',
  restored: 'restore',
  'restore-undone': 'restore',
  replaced: 'replace',
  'replace-undone': 'replace',
};
