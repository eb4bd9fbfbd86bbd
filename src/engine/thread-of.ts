import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { Failure } from '../base/failure.ts';
import { parseRolloutName } from '../format/file-name.ts';
import type { Catalog } from './catalog.ts';
import type { Target } from './resolve-session.ts';

/**
 * The thread that a command which changes sessions is to change: that of the target, or the one that a file of the home
 * belongs to.
 *
 * @throws Failure `usage` for a file that is none of this home
 */
export function threadOf(catalog: Catalog, target: Target): string {
  if (target.kind === 'thread') return target.threadId;
  if (target.isStdin) {
    throw new Failure('usage', 'standard input holds the content of a session', {
      hint: 'name the session by its id, or pipe the rows of sessions ls',
    });
  }
  const threadId = parseRolloutName(basename(target.path))?.threadId;
  const path = realPath(target.path);
  const own = threadId === undefined ? [] : catalog.thread(threadId);
  const hidden = catalog.hidden.map(({ entry }) => entry).filter((entry) => entry.threadId === threadId);
  if (threadId !== undefined && [...own, ...hidden].some((entry) => realPath(entry.path) === path)) return threadId;
  throw new Failure('usage', 'is not a session of this home', { file: target.path });
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new Failure('usage', 'no such file', { file: path, cause: error });
  }
}
