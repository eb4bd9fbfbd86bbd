import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { openSessions } from '../../engine/resolve-session.ts';

/**
 * The command line that resumes a session: by its name, if that names it and nothing else, else by its id. Null when it is
 * certain that none of its files is there any more.
 */
export async function resumeLine(threadId: string, io: Io): Promise<string | null> {
  if (await isGone(threadId, io).catch(() => false)) return null;
  const name = await nameFor(threadId, io).catch(() => null);
  return `sessions resume ${name === null ? threadId : quote(name)}`;
}

async function isGone(threadId: string, io: Io): Promise<boolean> {
  const catalog = await openSessions(io.env, io.cwd).catalog();
  return catalog.thread(threadId).length === 0;
}

/** Null when it has none that can be typed; a Codex may give it any. */
async function nameFor(threadId: string, io: Io): Promise<string | null> {
  const sessions = openSessions(io.env, io.cwd);
  const name = (await sessions.names()).get(threadId);
  if (name === undefined || /^[-@]/.test(name) || oneLine(name) !== name || /[!\n]/.test(name)) return null;
  const target = await sessions.resolve(name);
  return target.kind === 'thread' && target.threadId === threadId ? name : null;
}

/** As one word of a shell. */
function quote(text: string): string {
  return /^[\w.%+=:,@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
