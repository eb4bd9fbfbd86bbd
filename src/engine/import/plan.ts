import { basename } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import { placeOf } from '../../store/archive-files.ts';
import { newRolloutPath } from '../../store/create-rollout.ts';
import type { Catalog } from '../catalog.ts';
import { checkGone } from './check-gone.ts';
import { digestOf } from './digest.ts';
import type { Incoming, Source } from './incoming.ts';
import { mintIds, replaceIds } from './new-ids.ts';

export interface ImportOptions {
  newIds: boolean;
  /** Put all of it into the archive. */
  archived: boolean;
  now: number;
}

/** A file, and what is to become of it. */
export interface Placing {
  incoming: Incoming;
  /** As they will be in the home. */
  threadId: string;
  rolloutId: string;
  status: 'new' | 'present';
  /** Absolute. */
  path: string;
  archived: boolean;
}

export interface ImportPlan {
  placings: Placing[];
  /** New ids by old ones; empty where they are kept. */
  ids: Map<string, string>;
}

/**
 * What becomes of each file of a source. Nothing is written.
 *
 * @throws Failure `refused` when the home has, or had, another session of an id; `findings` for what cannot be brought in so
 */
export async function planImport(catalog: Catalog, source: Source, options: ImportOptions): Promise<ImportPlan> {
  checkForm(catalog, source, options);
  const ids = options.newIds ? mintIds(source.incoming, options.now) : new Map<string, string>();
  const placings: Placing[] = [];
  for (const incoming of source.incoming) {
    const threadId = ids.get(incoming.threadId) ?? incoming.threadId;
    const rolloutId = ids.get(incoming.rolloutId) ?? incoming.rolloutId;
    if (placings.some((other) => other.rolloutId === rolloutId)) {
      throw new Failure('refused', `two files of the source are of the id ${rolloutId}`, {
        hint: 'Codex would see one of them; split the source',
      });
    }
    const there = catalog.rollout(rolloutId);
    if (there) {
      const isOther = there.threadId !== threadId || !(await isSameContent(there.path, incoming.file));
      if (isOther) throw taken(threadId, there.path);
      const { path, archived } = there;
      placings.push({ incoming, threadId, rolloutId, status: 'present', path, archived });
      continue;
    }
    const archived = options.archived || incoming.archived;
    const path = pathOf(catalog, incoming, { ids, threadId, rolloutId, archived, now: options.now });
    placings.push({ incoming, threadId, rolloutId, status: 'new', path, archived });
  }
  checkThreads(catalog, placings);
  return { placings, ids };
}

function checkForm(catalog: Catalog, { bundle, incoming }: Source, { newIds }: ImportOptions): void {
  if (bundle?.redacted && !newIds) {
    throw new Failure(
      'refused',
      'the bundle is redacted: under their own ids, its sessions would pass for those that were',
      {
        hint: '--new-ids brings them in as other sessions',
      },
    );
  }
  for (const { base, threadId, rolloutId } of incoming) {
    // With a new id it would no longer find a file of its own thread.
    const isLost = newIds && (base === threadId || base === rolloutId);
    if (!base || (catalog.rollout(base) && !isLost)) continue;
    const hint = 'export the session with --format bundle, which has all of its files';
    throw new Failure('refused', `the file goes on from rollout ${base}, which it would not find in the home`, {
      hint,
    });
  }
  for (const { damage, rolloutId } of newIds ? incoming : []) {
    if (damage === null) continue;
    throw new Failure('findings', `the file of ${rolloutId} ${damage}: with a new id, the rest of it would be lost`, {
      hint: 'without --new-ids it is brought in as it is',
    });
  }
}

function checkThreads(catalog: Catalog, placings: readonly Placing[]): void {
  const wanted = placings.filter(({ status }) => status === 'new').map(({ threadId }) => threadId);
  for (const threadId of new Set(wanted)) {
    // A file more would change a session that is there.
    const files = catalog.thread(threadId);
    const other = files.find(({ rolloutId }) => !placings.some((one) => one.rolloutId === rolloutId));
    if (other) throw taken(threadId, other.path);
  }
  checkGone(catalog.home, new Set(wanted));
}

interface Naming {
  ids: ReadonlyMap<string, string>;
  threadId: string;
  rolloutId: string;
  archived: boolean;
  now: number;
}

function pathOf({ home }: Catalog, { place, begun }: Incoming, naming: Naming): string {
  const { ids, threadId, rolloutId, archived, now } = naming;
  // With another id, the content is not what was compressed.
  const kept = place && replaceIds(ids.size > 0 ? place.replace(/\.zst$/, '') : place, ids);
  const fresh = basename(newRolloutPath(home, threadId, begun ?? now));
  const name = kept ?? (rolloutId === threadId ? fresh : fresh.replace(threadId, `${threadId}_${rolloutId}`));
  const parsed = parseRolloutName(name);
  if (parsed?.threadId !== threadId || parsed.rolloutId !== rolloutId) {
    throw new Failure('findings', `'${name}' is no name of a file of session ${threadId}`);
  }
  return placeOf(home, { name, path: name, localTime: parsed.localTime }, archived);
}

function taken(threadId: string, file: string): Failure {
  const hint = '--new-ids brings it in as another session';
  return new Failure('refused', `the home has another session ${threadId}`, { file, hint });
}

async function isSameContent(path: string, other: string): Promise<boolean> {
  const [one, two] = [await digestOf(path), await digestOf(other)];
  return one.sha256 === two.sha256 && one.stored === two.stored;
}
