import type { SessionRow } from '../../model/live-session.ts';
import type { ThreadRow } from '../../model/thread-row.ts';

/** What a screen needs of a row: there may be ten thousand of them, and some first messages are whole files. */
export function toSessionRow(row: ThreadRow): SessionRow {
  const { thread_id, name, first_message, cwd, git_branch, model, source, created_at, updated_at, turns, archived } =
    row;
  const { live, forked_from_id, parent_thread_id, damage } = row;
  return {
    ...{ thread_id, name, cwd, git_branch, model, source, created_at, updated_at, turns, archived },
    ...{ live, forked_from_id, parent_thread_id, damage },
    first_message: first_message === null ? null : first_message.slice(0, LONGEST_MESSAGE),
  };
}

/** In UTF-16 units: more than is searched by anybody who types. */
const LONGEST_MESSAGE = 2000;
