import { basename } from 'node:path';
import { parseRolloutName } from '../../format/file-name.ts';
import { DamagedRow } from '../../index/damaged-row.ts';
import type { Home } from '../../store/home.ts';
import { Catalog } from '../catalog.ts';
import type { HomeIndex } from '../listing/home-index.ts';

/**
 * The files as the index knows them.
 *
 * @throws DamagedRow when what it knows of a file is not what its name says
 */
export function indexedCatalog({ home, files }: HomeIndex): Catalog {
  const catalog = new Catalog(home);
  for (const folder of files.folders().keys()) {
    const archived = isArchive(folder, home);
    for (const file of files.filesIn(folder)) {
      const name = parseRolloutName(basename(file.path));
      const isRight = name && name.threadId === file.thread_id && name.rolloutId === file.rollout_id;
      if (!isRight || archived !== (file.archived === 1)) throw new DamagedRow();
      catalog.add({ kind: 'rollout', path: file.path, name: basename(file.path), archived, ...name });
    }
  }
  return catalog;
}

function isArchive(folder: string, home: Home): boolean {
  return folder === home.archived || folder.startsWith(`${home.archived}/`);
}
