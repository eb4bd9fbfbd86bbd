import type { BigIntStats } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Home } from './home.ts';

/** Which file is meant, and in which state. The numbers that can be beyond 2^53 are texts. */
export interface FileIdentity {
  /** Relative to the home, with `/`. */
  path: string;
  dev: string;
  ino: string;
  size: number;
  mtime_ns: string;
}

/** The same with the checksum of the bytes as they are stored, 64 hex digits. */
export interface HashedFile extends FileIdentity {
  sha256: string;
}

export function identityOf(path: string, stat: BigIntStats): FileIdentity {
  return {
    path,
    dev: String(stat.dev),
    ino: String(stat.ino),
    size: Number(stat.size),
    mtime_ns: String(stat.mtimeNs),
  };
}

/** Whether it is the same file, whatever has been written to it. */
export function isSameInode(file: Pick<FileIdentity, 'dev' | 'ino'>, stat: BigIntStats | undefined): boolean {
  return stat !== undefined && String(stat.dev) === file.dev && String(stat.ino) === file.ino;
}

/** Whether it is the same file, and nothing was written to it. */
export function isUnchanged(file: FileIdentity, stat: BigIntStats | undefined): boolean {
  return (
    stat?.isFile() === true &&
    isSameInode(file, stat) &&
    Number(stat.size) === file.size &&
    String(stat.mtimeNs) === file.mtime_ns
  );
}

/** The path of a file of a home as it is recorded. */
export function pathInHome(home: Home, path: string): string {
  return relative(home.path, path).split(sep).join('/');
}

/** Folder and name of a recorded path. */
export function splitPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/');
  return { folder: at === -1 ? '' : path.slice(0, at), name: path.slice(at + 1) };
}
