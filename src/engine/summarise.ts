import { statSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { isMissingFile } from '../base/system-error.ts';
import { formatTime, parseTime } from '../base/time.ts';
import type { RowKeys, StoredRow } from '../index/thread-table.ts';
import type { ThreadRow } from '../model/thread-row.ts';
import { NotRegular } from '../store/rollout-file.ts';
import type { Rollouts } from './catalog.ts';
import { completeRow, type RowContext } from './complete-row.ts';
import { openThread } from './open-thread.ts';
import type { Problem } from './problem.ts';
import { rememberHeads } from './read-head.ts';
import { type Reading, readOn } from './read-on.ts';
import type { ReadState } from './read-state.ts';
import { Summary } from './summary.ts';

/**
 * One row of `ls`, from the files of a thread.
 *
 * @param context.now milliseconds; times after it are in the future and give no age
 */
export async function summarise(rollouts: Rollouts, threadId: string, context: RowContext): Promise<ThreadRow> {
  const { row, ageMs } = await readThreadFacts(rollouts, threadId);
  return completeRow(row, ageMs, context);
}

/**
 * What the files of a thread say, and when they were last touched; it is the same until one of them changes.
 *
 * @param known where an earlier reading ended, for a file that has only grown since
 */
export async function readThreadFacts(rollouts: Rollouts, threadId: string, known?: ReadState): Promise<ThreadFacts> {
  const files = rollouts.thread(threadId);
  const first = files[0];
  const current = files[files.length - 1];
  if (!first || !current) throw new Error(`no file of thread ${threadId}`);
  const damage = new Set<string>();
  let reading: Reading = { summary: new Summary(), state: null };
  const headOf = rememberHeads();
  let hasMissed = false;
  let size = 0;
  let mtime: number | null = null;
  let dialect: ThreadRow['dialect'] = null;
  let forkedFrom: string | null = null;
  try {
    const facts = statSync(current.path);
    size = facts.size;
    mtime = facts.mtimeMs;
    dialect = (await headOf(current.path)).dialect;
    forkedFrom = (await headOf(first.path)).forkedFrom;
    const report = ({ rule, isMissing }: Problem) => {
      damage.add(rule);
      hasMissed ||= isMissing === true;
    };
    const source = await openThread(rollouts, threadId, report, headOf);
    reading = await readOn(source, known, report);
    for (const rule of reading.state?.damage ?? []) damage.add(rule);
    if (reading.summary.state.events === 0 && damage.size === 0) damage.add('EMPTY');
  } catch (error) {
    // A file that cannot be read is a row with a mark; a fault of this program is not hidden behind one.
    if (!(error instanceof Failure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    damage.add(error instanceof NotRegular ? error.rule : 'UNREADABLE');
    hasMissed ||= isMissingFile(error);
  }
  // Only the meta of a bare file has a time, which is that of its beginning.
  const lastTime = dialect === 'bare' ? null : reading.summary.state.lastTime;
  const ownRow = reading.summary.row();
  // What a fork has copied may be older than the fork.
  const recordedAt = forkedFrom === null ? lastTime : laterOf(lastTime, ownRow.created_at);
  const updatedAt = recordedAt ?? (mtime === null ? null : formatTime(mtime));
  const updatedMs = updatedAt === null ? null : parseTime(updatedAt);
  const row: StoredRow = {
    schema: 'sessions.thread/1',
    thread_id: threadId,
    ...ownRow,
    forked_from_id: forkedFrom,
    updated_at: updatedAt,
    archived: current.archived,
    dialect,
    path: current.path,
    size_bytes: size,
    damage: [...damage].sort(),
  };
  const times = [updatedMs, mtime].filter((time) => time !== null);
  return {
    row,
    createdMs: row.created_at === null ? null : parseTime(row.created_at),
    updatedMs,
    ageMs: times.length === 0 ? null : Math.floor(Math.max(...times)),
    isMemoryOff: reading.summary.isMemoryOff,
    hasMissed,
    readState: reading.state ? { ...reading.state, damage: [...damage] } : null,
  };
}

export interface ThreadFacts extends RowKeys {
  row: StoredRow;
  /** Whether its text is to be kept out of the index. */
  isMemoryOff: boolean;
  /** Whether a file was not where it was to be: it may have moved since it was looked up. */
  hasMissed: boolean;
  /** For reading on later; null when the files have to be read anew. */
  readState: ReadState | null;
}

function laterOf(time: string | null, other: string | null): string | null {
  const [ms, otherMs] = [time, other].map((text) => (text === null ? null : parseTime(text)));
  return typeof otherMs === 'number' && otherMs > (ms ?? Number.NEGATIVE_INFINITY) ? other : time;
}
