import { lstatSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { realTarget } from '../../sandbox/real-path.ts';
import { type FileEdit, PatchProblem } from './parse-patch.ts';

/** An edit with the places that it leads to: absolute, links resolved. */
export interface PlacedEdit {
  edit: FileEdit;
  path: string;
  moveTo: string | null;
}

/**
 * Finds out where each edit leads. An update goes through a link to the file that it means; nothing new is put in
 * the place of one, and `takeSnapshot` refuses to delete one.
 * @throws PatchProblem
 */
export function placeEdits(edits: readonly FileEdit[], cwd: string): PlacedEdit[] {
  if (edits.length > mostFiles) throw new PatchProblem(`the patch names more than ${mostFiles} files; split it`);
  return edits.map((edit) => ({
    edit,
    path: edit.type === 'update' ? behindLinks(edit.path, cwd) : ownPlace(edit.path, cwd, edit.type === 'add'),
    moveTo: edit.type === 'update' && edit.moveTo !== null ? ownPlace(edit.moveTo, cwd, true) : null,
  }));
}

const mostFiles = 1000;

function behindLinks(path: string, cwd: string): string {
  const target = realTarget(resolve(cwd, path));
  if (target === null) throw new PatchProblem(`${path} leads to no place that could be written to`);
  return target;
}

function ownPlace(path: string, cwd: string, isNew: boolean): string {
  const absolute = resolve(cwd, path);
  const folder = behindLinks(dirname(absolute), cwd);
  const place = join(folder, basename(absolute));
  if (place === folder) throw new PatchProblem(`${path} names no file`);
  if (isNew && isLink(place)) throw new PatchProblem(`${path} is a symbolic link; nothing is written through it`);
  return place;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
