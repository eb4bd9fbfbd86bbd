import { basename } from 'node:path';
import { parseRolloutName } from '../../format/file-name.ts';
import type { FileRow } from '../../index/file-table.ts';
import type { Home } from '../../store/home.ts';
import { Catalog } from '../catalog.ts';

/** Which of several files with one id counts is decided as for a listing from the files. */
export function catalogOf(home: Home, files: FileRow[]): Catalog {
  const catalog = new Catalog(home);
  for (const { path, archived } of files) {
    const name = parseRolloutName(basename(path));
    if (name) catalog.add({ kind: 'rollout', path, name: basename(path), archived: archived === 1, ...name });
  }
  return catalog;
}
