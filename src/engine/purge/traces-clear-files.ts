import { readFileSync } from 'node:fs';
import { isMissingFile } from '../../base/system-error.ts';
import { splitPath } from '../../store/file-identity.ts';
import { openFolderIn } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import type { IdSearch } from '../../store/id-search.ts';
import { rewriteFile } from '../../store/rewrite-file.ts';
import type { Trace } from './traces-find.ts';

/**
 * Removes what Codex keeps of a session in files of its own: the snapshot of its shell, images that it made, and what its
 * memory noted of it. Of the memory, the summary of the session goes and its part of the collected notes; what Codex
 * wrote from notes of many sessions is not ours to change.
 *
 * @returns whether the file was one of these
 */
export function clearFile(home: Home, { layer, file }: Trace, search: IdSearch): boolean {
  const { folder, name } = splitPath(file);
  if ((layer === 'shell-snapshots' || layer === 'lineage') && search.ownersIn(name).size > 0) {
    remove(home, folder, name);
  } else if (layer === 'generated-images' && search.ownersIn(folder).size > 0) {
    remove(home, folder, name);
    removeEmpty(home, folder);
  } else if (layer === 'memories' && folder.endsWith('/rollout_summaries')) {
    if (!isSummaryOf(`${home.path}/${file}`, search)) return false;
    remove(home, folder, name);
  } else if (layer === 'memories' && name === 'raw_memories.md') {
    rewriteFile(home, file, (content) => withoutNotes(content, search));
  } else {
    return false;
  }
  return true;
}

/** Codex names the session in the first line. */
function isSummaryOf(path: string, search: IdSearch): boolean {
  const id = /^thread_id: (\S+)/.exec(readFileSync(path, 'utf8'))?.[1];
  return id !== undefined && search.ownerOf(id) !== undefined;
}

/** Each session's notes stand below a heading with its id, up to the next one of these. */
function withoutNotes(content: Buffer, search: IdSearch): Buffer | null {
  const parts = content.toString('latin1').split(/^(?=## Thread `)/m);
  const kept = parts.filter((part) => {
    const id = /^## Thread `([^`]*)`/.exec(part)?.[1];
    return id === undefined || search.ownerOf(id) === undefined;
  });
  return kept.length === parts.length ? null : Buffer.from(kept.join(''), 'latin1');
}

function remove(home: Home, folder: string, name: string): void {
  try {
    const place = openFolderIn(home, folder);
    try {
      place.unlink(name);
      place.sync();
    } finally {
      place.close();
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error;
  }
}

function removeEmpty(home: Home, path: string): void {
  const { folder, name } = splitPath(path);
  const place = openFolderIn(home, folder);
  try {
    place.removeEmpty(name);
  } finally {
    place.close();
  }
}
