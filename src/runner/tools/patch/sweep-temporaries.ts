import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { effectiveUser } from '../../../base/effective-user.ts';
import { pinFolder } from './pinned-folder.ts';

/**
 * Removes what runs that were killed have left beside these files: see `writeChanges`. A patch takes seconds, so what is older
 * is nobody's work. It is no trouble when something cannot be removed.
 *
 * @param now milliseconds since the epoch
 */
export function sweepTemporaries(files: readonly string[], now: number): void {
  for (const path of new Set(files.map((file) => dirname(file)))) {
    try {
      sweepFolder(path, now);
    } catch {
      // There is no such folder yet, or the next patch tries again.
    }
  }
}

function sweepFolder(path: string, now: number): void {
  const folder = pinFolder(path);
  try {
    for (const name of readdirSync(folder.at('.'))) {
      if (!ours.test(name)) continue;
      const { uid, mtimeMs } = lstatSync(folder.at(name));
      if (uid === effectiveUser() && now - mtimeMs > longestMs) unlinkSync(folder.at(name));
    }
  } finally {
    folder.close();
  }
}

const ours = /^\.sessions-patch-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const longestMs = 600_000;
