import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { Home } from '../../store/home.ts';
import { evidenceOf, type JournalNews, readNews } from './journal-news.ts';
import type { FateEntry, HoldEntry } from './log-entry.ts';
import type { LogWriter } from './log-writer.ts';
import { NotedJournal } from './noted-journal.ts';

/**
 * Takes over what the journal says of sealed sessions and of holds, once each. A deletion has to be borne out by what it leaves; one
 * that a command is still at work on waits for the next run. Then notes how far the journal is, so that lines that vanish from its end
 * are missed, and receipts with them.
 *
 * @returns what the journal says and nothing bears out, which was not taken over; and whether its lines follow from each other: of one
 * of which they do not, nothing is taken over
 */
export async function noteJournal(
  log: LogWriter,
  home: Home,
  now: number,
): Promise<{ doubts: Failure[]; isWhole: boolean }> {
  const file = join(home.path, '.sessions', 'journal.jsonl');
  const seen = new NotedJournal(log.history.journal);
  const { news, view } = readNews(home, (entry, sha256) => seen.take(entry, sha256));
  if (view.damage) {
    const { message, line, offset } = view.damage;
    return { doubts: [new Failure('findings', message, { file, line, offset, hint: DAMAGED })], isWhole: false };
  }
  const { rollouts } = log.history;
  const noted = new Set(log.history.fromJournal.map(keyOf));
  const doubts: Failure[] = [];
  for (const one of news) {
    const { seq: journal_seq, at, tx, event } = one;
    if (!('rolloutIds' in one)) {
      if (!noted.has(keyOf({ event, tx }))) await log.add({ schema, at, event, tx, journal_seq } as HoldEntry);
      continue;
    }
    const { threadId: thread_id, rolloutIds } = one;
    const fresh = rolloutIds.filter((id) => rollouts.has(id) && !noted.has(keyOf({ event, tx, rollout_id: id })));
    if (fresh.length === 0) continue;
    const evidence = evidenceOf(home, one, view);
    if (evidence.status === 'missing' && fresh.some((id) => rollouts.get(id)?.fate === null)) {
      doubts.push(new Failure('findings', doubtOf(one, evidence.message), { file, line: journal_seq + 1 }));
    }
    if (evidence.status !== 'there') continue;
    const receipt = evidence.receiptSha256 === null ? {} : { receipt_sha256: evidence.receiptSha256 };
    for (const rollout_id of fresh) {
      await log.add({ schema, at, event: one.event, rollout_id, thread_id, tx, journal_seq, ...receipt });
    }
  }
  // One that is another than it was, or that nothing bears out, is not to be the one that is asked for from now on.
  if (doubts.length === 0 && seen.isContinued && seen.last && seen.lines > seen.longest) {
    const { seq: journal_seq, sha256: journal_sha256 } = seen.last;
    await log.add({ schema, at: formatTime(now) ?? 'unknown', event: 'journal', journal_seq, journal_sha256 });
  }
  return { doubts, isWhole: true };
}

const DAMAGED =
  'sessions were sealed, and nothing of the journal was taken over. Put it back from where you keep copies of the home; or move it aside: ' +
  'another one begins then, and sessions verify goes on telling that this one is gone';

function doubtOf({ event, threadId }: JournalNews & { threadId: string }, message: string): string {
  return `nothing bears out that session ${threadId} was ${event}: ${message}`;
}

function keyOf(entry: Pick<FateEntry | HoldEntry, 'event' | 'tx'> & { rollout_id?: string }): string {
  return `${entry.event} ${entry.tx} ${entry.rollout_id ?? ''}`;
}

const schema = 'sessions.seal-log-entry/1';
