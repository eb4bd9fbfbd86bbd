import { Failure } from '../../base/failure.ts';
import { newRolloutPath } from '../create-rollout.ts';
import type { Home } from '../home.ts';
import type { LockWait } from '../lock-file.ts';
import { describeProcess } from '../lock-holders.ts';
import { findWriters } from '../lock-writers.ts';
import { lockThreads } from '../locks.ts';
import { RolloutWriter } from '../rollout-writer.ts';
import { AppendFile } from './append-file.ts';
import { sweepTemps } from './own-temp.ts';
import { findForm, makePlain } from './plain-form.ts';
import { countLines, readDialect } from './rollout-form.ts';
import { nextOrdinal, type OpenTail, readTail } from './tail.ts';

/**
 * Takes a thread for writing on, for as long as until `close`.
 *
 * @param path of its current rollout, in either form
 *
 * @throws Failure `busy` when another process has the thread open; `usage` for a file that is no session, or of a dialect that
 *   cannot be written on; `refused` for a link or another user's file; `trouble` when it is damaged so that the next record
 *   has no number, and for errors of the system
 */
export async function openRolloutWriter(
  home: Home,
  threadId: string,
  path: string,
  wait: LockWait,
): Promise<OpenedWriter> {
  const locks = await lockThreads(home, [threadId], wait);
  try {
    // A Codex older than 0.149 takes no lock.
    const other = findWriters(home)?.get(threadId);
    if (other !== undefined) throw new Failure('busy', `${describeProcess(other)} has session ${threadId} open`);
    await sweepTemps(home);
    const form = await findForm(path);
    const dialect = await readDialect(form);
    // What cannot be written on stays in the form that it has.
    if (dialect !== 'envelope' && dialect !== 'paginated') throw unwritable(form, dialect);
    const plain = await makePlain(home, threadId, path);
    const file = await AppendFile.open(plain);
    try {
      const tail = await readTail(file.handle, file.size);
      const lineOf = async (offset: number) => (await countLines(plain, offset)) + 1;
      const ordinal = dialect === 'paginated' ? await nextOrdinal(plain, tail, lineOf) : null;
      const writer = new RolloutWriter({ home, threadId, path: plain, clock: wait.clock }, locks, file);
      return { writer, dialect, nextOrdinal: ordinal, tail: tail.open };
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    await locks.release();
    throw error;
  }
}

export interface OpenedWriter {
  writer: RolloutWriter;
  dialect: 'envelope' | 'paginated';
  /** Of the next record; null in the envelope dialect. */
  nextOrdinal: number | null;
  /** The last line, when no LF ended it. */
  tail: OpenTail | null;
}

/**
 * Takes a thread that is new. Its file is made with the first lines.
 *
 * @param now when it began, milliseconds since the epoch
 */
export async function newRolloutWriter(
  home: Home,
  threadId: string,
  now: number,
  wait: LockWait,
): Promise<RolloutWriter> {
  const locks = await lockThreads(home, [threadId], wait);
  await sweepTemps(home);
  const path = newRolloutPath(home, threadId, now);
  return new RolloutWriter({ home, threadId, path, clock: wait.clock }, locks, null);
}

function unwritable(file: string, dialect: string | null): Failure {
  if (dialect === 'bare') {
    const message = 'is of a Codex older than 0.34, which cannot be resumed';
    return new Failure('usage', message, { file, hint: 'fork it: the fork can be resumed' });
  }
  return new Failure('usage', 'does not begin with the data of a session', { file });
}
