import { lstatSync, renameSync, rmSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { NotOurs, ownerOf } from './owner.ts';

/**
 * Moves a database away, with its log; its place is free then. An index of ours that was moved away before gives way; another
 * program's database never does.
 *
 * @returns the new path
 * @throws Failure `trouble` when it cannot be moved, as in a home that cannot be written to
 */
export function moveAside(path: string): string {
  let target = `${path}.broken`;
  for (let number = 1; exists(target) && ownerOf(target) !== 'ours'; number++) target = `${path}.broken-${number}`;
  try {
    for (const suffix of ['', ...companions]) rmSync(`${target}${suffix}`, { force: true });
    // The log goes first: a database without it is still one, a log beside another database would be taken for its own.
    for (const suffix of [...companions, '']) move(`${path}${suffix}`, `${target}${suffix}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure('trouble', `the index cannot be moved aside (${code})`, { file: path, cause: error });
  }
  return target;
}

/** Why a database cannot be used; null for an error that another database would not mend. */
export function unusableReason(error: unknown): string | null {
  if (error instanceof NotOurs) return error.message;
  const { code } = error as { code?: string };
  if (!code?.startsWith('SQLITE_')) return null;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'it is locked by another program';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'it is damaged';
  if (/^SQLITE_(CANTOPEN|PERM|AUTH)/.test(code)) return 'it cannot be opened';
  if (code.startsWith('SQLITE_READONLY')) return 'it is read-only';
  // A table or a column that is not what the code expects, or a value that it cannot hold.
  return /^SQLITE_(ERROR|CONSTRAINT|MISMATCH)/.test(code) ? 'its tables are not as expected' : null;
}

/** Whether what stands at this path, or beside it, is something else than files: a folder, a device, a link. */
export function isIrregular(path: string): boolean {
  return ['', ...companions].some((suffix) => {
    const facts = lstatSync(`${path}${suffix}`, { throwIfNoEntry: false });
    return facts !== undefined && !facts.isFile();
  });
}

/** Whether a database, or anything that belongs beside one, stands at this path. */
export function isTaken(path: string): boolean {
  return ['', ...companions].some((suffix) => exists(`${path}${suffix}`));
}

const companions = ['-wal', '-shm', '-journal'];

/** Another process may have moved it meanwhile. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
