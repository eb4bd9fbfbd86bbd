import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { PatchProblem } from './parse-patch.ts';

/** A file as it was found. */
export interface Snapshot {
  bytes: Buffer;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Tells whether it is still the same. */
  identity: string;
}

/**
 * Reads a regular file without following a link or waiting for a pipe. Null when there is none.
 * @throws PatchProblem for anything else
 */
export function takeSnapshot(path: string, shown: string): Snapshot | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new PatchProblem(code === 'ELOOP' ? `${shown} is a symbolic link` : `failed to read ${shown}: ${message}`);
  }
  try {
    const stat = fstatSync(fd, { bigint: true });
    if (!stat.isFile()) throw new PatchProblem(`${shown} is ${stat.isDirectory() ? 'a directory' : 'no regular file'}`);
    if (stat.size > largestFile) throw new PatchProblem(`${shown} is too large to be patched (over 32 MiB)`);
    const mode = Number(stat.mode) & 0o777;
    return { bytes: readFileSync(fd), mode, uid: Number(stat.uid), gid: Number(stat.gid), identity: identityOf(stat) };
  } finally {
    closeSync(fd);
  }
}

/** What stands at a path now, to be compared with `Snapshot.identity`; null when there is nothing. */
export function lookAt(path: string): string | null {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? identityOf(stat) : null;
}

const largestFile = 32n * 1024n * 1024n;

function identityOf({
  dev,
  ino,
  size,
  mtimeNs,
  mode,
}: Record<'dev' | 'ino' | 'size' | 'mtimeNs' | 'mode', bigint>): string {
  return [dev, ino, size, mtimeNs, mode].join(':');
}
