import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { readHolds } from '../../store/holds.ts';
import type { Home } from '../../store/home.ts';
import { statIn } from '../../store/home-acts.ts';
import type { JournalEntry } from '../../store/journal-entry.ts';
import { JOURNAL_NAME } from '../../store/journal-read.ts';
import { OWN_FOLDER } from '../../store/store-lock.ts';
import { checkAgainstJournal } from '../holds/lost-holds.ts';
import { type JournalView, readDeletions } from '../purge/deletion-state.ts';
import type { FateEntry, HoldEntry } from './log-entry.ts';
import { NotedJournal } from './noted-journal.ts';
import type { SealHistory } from './seal-history.ts';
import { resultOf, type VerifyResult } from './verify-result.ts';

/** A journal that was read as far as each line follows from the one before, and what is to be said of it. */
export interface JournalVerdict {
  view: JournalView;
  /** Null where there is no journal, and nothing says that there was one. */
  result: VerifyResult | null;
}

/**
 * Checks the journal: each line against the one before, and against what the log of the seals has noted and taken over of it. It is not signed: who
 * can write to the home can make the rest anew, so what it says of deletions counts by their receipts. The holds have to be those that
 * it has an entry of.
 *
 * @param sealed what the signed part of the log comes to
 * @param isTold whether something else says that there was a journal
 */
export function verifyJournal(home: Home, { fromJournal, journal }: SealHistory, isTold: boolean): JournalVerdict {
  const expected = new Map(fromJournal.map((entry) => [entry.journal_seq, entry]));
  const seen = new NotedJournal(journal);
  let other: number | null = null;
  const view = readDeletions(home, (entry, sha256) => {
    seen.take(entry, sha256);
    const known = expected.get(entry.seq);
    if (known && !isSame(known, entry)) other ??= entry.seq + 1;
  });
  const isThere = statIn(home, `${OWN_FOLDER}/${JOURNAL_NAME}`) !== undefined;
  const path = isThere ? join(home.path, OWN_FOLDER, JOURNAL_NAME) : null;
  const { lines } = seen;
  const about = { subject: 'journal' as const, path, lines: isThere ? lines : null };
  const longest = fromJournal.reduce((most, { journal_seq: seq }) => Math.max(most, (seq ?? -1) + 1), seen.longest);
  if (!isThere && longest === 0 && !isTold) return { view, result: null };
  return { view, result: judge() };

  function judge(): VerifyResult {
    if (!isThere) return resultOf('MISSING', { ...about, message: 'the journal is gone' });
    if (view.damage) {
      const { line, offset, message } = view.damage;
      if (line === undefined || offset === undefined) return resultOf('UNREADABLE', { ...about, message });
      return resultOf('MODIFIED', { ...about, first_bad: { line, offset }, bad_lines: [line], message });
    }
    if (other !== null) {
      const message = `line ${other} is not what the signed log has taken over of it`;
      return resultOf('MODIFIED', { ...about, bad_lines: [other], message });
    }
    if (seen.other !== null) {
      const message = `it is another one than the signed log knows, up to line ${seen.other}`;
      return resultOf('MODIFIED', { ...about, message });
    }
    if (lines < longest) {
      const message = `it has ${lines} lines, and the signed log knows line ${longest}`;
      return resultOf('TRUNCATED', { ...about, message });
    }
    const holds = holdsFault(home);
    if (holds) return resultOf(holds.status, { ...about, message: `holds.jsonl: ${holds.message}` });
    return resultOf('VERIFIED', { ...about, message: 'each line follows from the one before; it is not signed' });
  }
}

/** While they are read, a hold may be made or released: what is wrong twice is wrong. */
function holdsFault(home: Home): { status: 'MODIFIED' | 'UNREADABLE'; message: string } | null {
  let fault: Failure | null = null;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      checkAgainstJournal(home, readHolds(home));
      return null;
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
      fault = error;
    }
  }
  if (!fault) return null;
  const isUnread = (fault.cause as NodeJS.ErrnoException | undefined)?.code !== undefined;
  return { status: isUnread ? 'UNREADABLE' : 'MODIFIED', message: fault.message };
}

function isSame(known: FateEntry | HoldEntry, { event, tx }: JournalEntry): boolean {
  return tx === known.tx && event === (eventOf[known.event] ?? known.event);
}

const eventOf: { [event: string]: JournalEntry['event'] | undefined } = {
  held: 'hold-add',
  released: 'hold-release',
};
