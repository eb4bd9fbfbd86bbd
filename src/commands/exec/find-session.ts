import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { SessionResolver } from '../../engine/resolve-session.ts';

/** The thread that an operand names. @throws Failure `usage` when it names none, or several */
export async function findNamed(operand: string, sessions: SessionResolver): Promise<string> {
  if (operand === '-') throw new Failure('usage', 'a session to resume is named, it does not come over standard input');
  const { threadOf } = await import('../../engine/thread-of.ts');
  const target = await sessions.resolve(operand);
  return threadOf(await sessions.catalog(), target);
}

export interface LastWanted {
  /** Of this folder, absolute; undefined for any. */
  cwd: string | undefined;
  /** Also sessions in which nobody sat at a terminal. */
  includeExec: boolean;
  useIndex: boolean;
}

/**
 * The newest session that somebody began, and no agent.
 *
 * @throws Failure `usage` when there is none
 */
export async function findLast({ cwd, includeExec, useIndex }: LastWanted, io: Io): Promise<string> {
  const { homeOf, listHome } = await import('../../engine/listing/list-home.ts');
  const home = homeOf(io.env, io.cwd);
  const listing = { useIndex, now: io.clock.now(), signal: io.signal, report: () => {}, isForPeople: false };
  // The first few are quick to have.
  for (const limit of [25, undefined]) {
    const rows = listHome(home, { cwd, limit, sort: 'updated' }, listing);
    for await (const { thread_id, parent_thread_id, source } of rows) {
      if (parent_thread_id === null && (includeExec || source !== 'exec')) return thread_id;
    }
  }
  if (cwd === undefined) throw new Failure('usage', 'there is no session to resume');
  throw new Failure('usage', 'there is no session of this directory to resume', {
    hint: 'add --all to look at those of every directory',
  });
}
