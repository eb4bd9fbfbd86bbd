import type { JournalEntry } from '../../store/journal-entry.ts';
import type { JournalNote } from './log-entry.ts';

/** Holds a journal, as its lines are read, against what the log of the seals has noted of it. */
export class NotedJournal {
  /** Lines that were read. */
  lines = 0;
  /** The first line that is not what was noted, 1-based. */
  other: number | null = null;
  /** The last line that was read. */
  last: { seq: number; sha256: string } | null = null;
  readonly #notes: readonly JournalNote[];
  readonly #expected: ReadonlyMap<number, string>;

  /** @param notes in their order */
  constructor(notes: readonly JournalNote[]) {
    this.#notes = notes;
    this.#expected = new Map(notes.map(({ journal_seq, journal_sha256 }) => [journal_seq, journal_sha256]));
  }

  take({ seq }: JournalEntry, sha256: string): void {
    this.lines++;
    this.last = { seq, sha256 };
    if ((this.#expected.get(seq) ?? sha256) !== sha256) this.other ??= seq + 1;
  }

  /** The longest that it was, in lines. */
  get longest(): number {
    return this.#notes.reduce((longest, { journal_seq }) => Math.max(longest, journal_seq + 1), 0);
  }

  /** Whether what was read goes on from all that was noted. */
  get isContinued(): boolean {
    return this.other === null && this.lines >= this.longest;
  }

  /** Since when the log has had a line; null where it has not, or the journal is not the one that it knows. */
  vouchedAt(seq: number): string | null {
    const note = this.isContinued ? this.#notes.find(({ journal_seq }) => journal_seq >= seq) : undefined;
    return note?.at ?? null;
  }
}
