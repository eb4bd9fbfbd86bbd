import type { Clock } from '../../base/io.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import { fromTrash, toTrash } from './trash.ts';

type Home = Parameters<typeof toTrash>[0];

/** What is done with a session from the list, for which the whole home is looked through. */
export type SessionChange = 'archive' | 'unarchive' | 'trash' | 'restore';

export interface ChangeQuestion {
  change: SessionChange;
  home: Home;
  /** Of the session; of the transaction, for `restore`. */
  id: string;
  /** Of an `archive` or `unarchive`: which of the session and of what it spawned; all of them when absent. */
  only?: readonly string[];
}

export interface ChangeContext {
  clock: Clock;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** What became of it. */
export interface Changed {
  /** Of a `trash`; empty for the others. */
  tx: string;
  /** All that were moved, with what the session has spawned, but for what was there before; empty for a `restore`. */
  threadIds: readonly string[];
}

/**
 * Does it.
 *
 * @throws Failure `refused` with the reason why not
 */
export async function changeSession(
  { change, home, id, only }: ChangeQuestion,
  context: ChangeContext,
): Promise<Changed> {
  if (change === 'trash') return toTrash(home, id, context);
  if (change !== 'restore') return { tx: '', threadIds: await move(id, change === 'archive', only, context) };
  await fromTrash(home, id, context);
  return { tx: '', threadIds: [] };
}

async function move(
  threadId: string,
  archived: boolean,
  only: readonly string[] | undefined,
  { env, cwd, clock, signal }: ChangeContext,
): Promise<string[]> {
  const { findSpawned } = await import('../../engine/spawned.ts');
  const { Archiving } = await import('../../engine/archiving.ts');
  const catalog = await openSessions(env, cwd).catalog();
  const spawned = await findSpawned(catalog, { signal, onUnreadable: () => {} });
  const archiving = new Archiving(catalog, archived, { clock, signal, spawned });
  try {
    return (await archiving.move(threadId, only)).moved;
  } finally {
    archiving.close();
  }
}
