import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseRolloutName } from '../../format/file-name.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { type Home, homeAt } from '../../store/home.ts';
import { lineagePath } from '../../store/lineage.ts';
import { checkpointsOf, logCheckpoints, sealFolder, sealLogPath, sealsFolder } from '../../store/seals.ts';
import { Catalog } from '../catalog.ts';
import { SessionResolver } from '../resolve-session.ts';
import { type CheckedFolder, copyChecked } from './checked-file.ts';
import type { CustodyRollout } from './custody.ts';
import { bagNames, isMisplaced, journals } from './names.ts';

/**
 * The sessions of a bundle, to be read like those of a home: the rollouts where they lie, and a home of links, notes and seals
 * in a temporary folder.
 */
export class BundleView extends SessionResolver {
  readonly home: Home;
  readonly #catalog: Catalog;
  readonly #names: Map<string, string>;

  private constructor(home: Home, catalog: Catalog, names: Map<string, string>) {
    super(() => home, home.path);
    this.home = home;
    this.#catalog = catalog;
    this.#names = names;
  }

  /**
   * @param rollouts all of the bundle
   * @param parent folder to make the home in
   */
  static open(
    bundle: CheckedFolder,
    rollouts: readonly CustodyRollout[],
    names: Map<string, string>,
    parent = tmpdir(),
  ): BundleView {
    const home = homeAt(mkdtempSync(join(parent, 'sessions-view-')));
    try {
      copySmall(bundle, home);
      const catalog = new Catalog(home);
      for (const rollout of rollouts) catalog.add(entryOf(bundle.folder, rollout));
      return new BundleView(home, catalog, names);
    } catch (error) {
      rmSync(home.path, { recursive: true, force: true });
      throw error;
    }
  }

  override async catalog(): Promise<Catalog> {
    return this.#catalog;
  }

  override async names(): Promise<Map<string, string>> {
    return this.#names;
  }

  remove(): void {
    rmSync(this.home.path, { recursive: true, force: true });
  }
}

function entryOf(
  folder: string,
  { file, path, rollout_id: rolloutId, thread_id: threadId }: CustodyRollout,
): RolloutEntry {
  const localTime = parseRolloutName(basename(path))?.localTime ?? null;
  const archived = path.startsWith('archived_sessions/');
  const name = basename(file);
  return {
    kind: 'rollout',
    path: join(folder, file),
    name,
    archived,
    threadId,
    rolloutId,
    localTime,
    compressed: false,
  };
}

/** Notes of forks, seals and journals, put where a home has them: those that were checked, and as they were then. */
function copySmall(bundle: CheckedFolder, home: Home): void {
  for (const name of bundle.files.keys()) {
    const target = isMisplaced(name) ? null : placeOf(name, home);
    if (target !== null) copyChecked(bundle, name, target);
  }
  mkdirSync(sealsFolder(home), { recursive: true });
}

/** Where a home has what a bundle has under a name; null for what is not needed to read or check sessions. */
function placeOf(name: string, home: Home): string | null {
  const own = join(home.path, '.sessions', name);
  const [folder, id, file] = name.split('/') as [string, string?, string?];
  if (id === undefined) return name === bagNames.sealLog ? sealLogPath(home) : journals.includes(name) ? own : null;
  if (folder === 'lineage') return lineagePath(home, id.replace(/\.json$/, ''));
  if (folder === 'proofs') return join(sealFolder(home, id), 'leaves');
  if (folder === 'receipts') return own;
  if (folder !== 'checkpoints' && folder !== 'signatures') return null;
  return join(id === 'log' ? logCheckpoints(home) : checkpointsOf(home, id), file ?? '');
}
