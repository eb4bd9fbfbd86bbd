import { realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { type Home, homeAround } from '../../store/home.ts';
import { TRASH_FOLDER } from '../../store/trash-place.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';

/** A file to repair, in its home. */
export interface RepairSubject {
  home: Home;
  entry: RolloutEntry;
}

/**
 * The files of what was named: of a session all of them, or one file alone. A file has to lie in a home, because its original
 * goes to the trash of that.
 *
 * @throws Failure `usage` for a file that lies in none; `refused` for one in the trash
 */
export async function subjectsOf(sessions: SessionResolver, targets: readonly Target[]): Promise<RepairSubject[]> {
  const subjects = new Map<string, RepairSubject>();
  for (const target of targets) {
    if (target.kind === 'thread') {
      const catalog = await sessions.catalog();
      for (const entry of catalog.thread(target.threadId)) subjects.set(entry.path, { home: catalog.home, entry });
    } else {
      const subject = await subjectAt(target);
      subjects.set(subject.entry.path, subject);
    }
  }
  return [...subjects.values()];
}

async function subjectAt(target: Target & { kind: 'file' }): Promise<RepairSubject> {
  if (target.isStdin) {
    throw new Failure('usage', 'standard input holds the content of a session, which has no place in a home');
  }
  const path = realPath(target.path);
  const home = homeAround(path);
  // What lies in the trash is as it was: the holds of the home are not known there, and restore compares checksums.
  if (home?.path.includes(join(sep, TRASH_FOLDER, sep))) {
    throw new Failure('refused', 'is not repaired: it lies in the trash', {
      file: target.path,
      hint: 'sessions restore brings it back',
    });
  }
  const entry = home ? find(await loadCatalog(home), path) : undefined;
  if (home && entry) return { home, entry };
  throw new Failure('usage', 'is not a session of a home, so there is no trash for the original', {
    file: target.path,
    hint: 'put a copy of it into sessions/ of a Codex home under the name of a rollout',
  });
}

function find(catalog: Catalog, path: string): RolloutEntry | undefined {
  const threadId = parseRolloutName(basename(path))?.threadId;
  const own = threadId === undefined ? [] : catalog.thread(threadId);
  return [...own, ...catalog.hidden.map(({ entry }) => entry)].find((entry) => entry.path === path);
}

/** Links on the way are resolved; one in the last place is not followed, and is found by nobody. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new Failure('usage', 'no such file', { file: path, cause: error });
  }
}
