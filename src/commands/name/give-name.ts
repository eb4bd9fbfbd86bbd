import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';
import { renameSession } from '../../engine/naming.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import { reportFailure } from '../frame/report-failure.ts';

/**
 * Names a session that this command has made, which stands also when that fails. Returns the exit code.
 *
 * @param name from `checkName`
 * @param isJson whether errors are JSON
 */
export async function giveName(name: string, threadId: string, isJson: boolean, io: Io): Promise<number> {
  try {
    // What was known of the home before does not have the session.
    const sessions = openSessions(io.env, io.cwd);
    const { signal } = new AbortController();
    for (const message of await renameSession(sessions, threadId, name, { clock: io.clock, signal }))
      await warn(io, message);
    return 0;
  } catch (error) {
    return reportFailure(error, io, isJson);
  }
}
