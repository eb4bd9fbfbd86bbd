import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  linkSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemReason } from '../../../base/system-error.ts';
import { PatchProblem } from './parse-patch.ts';
import { makeFolders, type PinnedFolder, pinFolder } from './pinned-folder.ts';
import type { FileChange } from './plan-changes.ts';
import { lookAt } from './snapshot.ts';

/**
 * Writes all changes or none. Each new content is first written whole beside its file and then renamed into place, one after
 * the other; when one fails, those before it are put back. Killed in between, every file is as before or as after.
 * It does not give way to other work in between.
 * @throws PatchProblem when nothing was changed, or with the names of those that could not be put back
 */
export function writeChanges(files: readonly FileChange[]): void {
  const folders = new Map<string, PinnedFolder>();
  const made: string[] = [];
  const staged: Staged[] = [];
  const done: Staged[] = [];
  let current = '';
  try {
    for (const file of files) {
      current = file.path;
      staged.push(stage(file, folders, made));
    }
    for (const one of staged) {
      current = one.file.path;
      putInPlace(one);
      done.push(one);
    }
    for (const { temporary } of staged) discard(temporary);
  } catch (error) {
    const lost = done.reverse().filter((one) => !putBack(one));
    for (const { temporary } of staged) discard(temporary);
    for (const path of made.reverse()) attempt(() => rmdirSync(path));
    const message =
      error instanceof PatchProblem ? error.message : `${current}: ${systemReason(error) ?? String(error)}`;
    const names = lost.map(({ file }) => file.path).join(', ');
    throw new PatchProblem(
      lost.length === 0 ? message : `${message}; what was done before could not be undone in ${names}`,
    );
  } finally {
    for (const folder of folders.values()) folder.close();
  }
}

interface Staged {
  file: FileChange;
  target: string;
  /** Path of the new content; null where the file goes. */
  temporary: string | null;
  folder: PinnedFolder;
}

function stage(file: FileChange, folders: Map<string, PinnedFolder>, made: string[]): Staged {
  const path = dirname(file.path);
  made.push(...makeFolders(path));
  const folder = folders.get(path) ?? pinFolder(path);
  folders.set(path, folder);
  const temporary = file.after === null ? null : writeBeside(folder, file, file.after);
  return { file, target: folder.at(basename(file.path)), temporary, folder };
}

function writeBeside(folder: PinnedFolder, { before, mode }: FileChange, bytes: Buffer): string {
  const path = folder.at(`.sessions-patch-${randomUUID()}`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  // Nobody else may look into a private file while it is being written.
  const fd = openSync(path, flags, mode === null ? 0o666 : 0o600);
  try {
    writeFileSync(fd, bytes);
    // Only root may give a file away; for others it is theirs already, or becomes theirs.
    if (before) attempt(() => fchownSync(fd, before.uid, before.gid));
    if (mode !== null) fchmodSync(fd, mode);
  } catch (error) {
    attempt(() => unlinkSync(path));
    throw error;
  } finally {
    closeSync(fd);
  }
  return path;
}

function putInPlace({ file, target, temporary }: Staged): void {
  if (lookAt(target) !== (file.before?.identity ?? null)) {
    throw new PatchProblem(`${file.path} was changed by somebody else while the patch was being applied`);
  }
  if (temporary === null) unlinkSync(target);
  else if (file.before) renameSync(temporary, target);
  else linkSync(temporary, target);
}

function putBack({ file, target, folder }: Staged): boolean {
  return attempt(() => {
    if (file.before) renameSync(writeBeside(folder, { ...file, mode: file.before.mode }, file.before.bytes), target);
    else unlinkSync(target);
  });
}

/** The new content, where it has not become the file; a link to it may have. */
function discard(temporary: string | null): void {
  if (temporary !== null) attempt(() => rmSync(temporary, { force: true }));
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
