import { crc32 } from 'node:zlib';
import type { FileRow } from './file-table.ts';

/** What is known of the texts of one file. */
export interface TextFile extends Omit<FileRow, 'folder' | 'archived' | 'compressed'> {
  id: number;
  status: TextStatus;
  /** As the file says last; null when it says nothing. */
  memory_mode: string | null;
  cwd: string | null;
  continued: number;
  /** Where the reading ended, as JSON. */
  state: string | null;
  checksum: number;
}

/**
 * `indexed`: its texts are here. `withheld`: they are kept out, because the session's memory is switched off. `unsound`:
 * something is wrong with the file, which whoever searches it is to be told.
 */
export type TextStatus = 'indexed' | 'withheld' | 'unsound';

/** Tells whether a row is as it was written. */
export function isIntactFile(file: TextFile): boolean {
  return checksumOfFile(file) === file.checksum;
}

export function checksumOfFile(file: Omit<TextFile, 'checksum'>): number {
  const { id, path, thread_id, rollout_id, dev, ino, size, mtime_ns, status, memory_mode, cwd, continued, state } =
    file;
  const identity = [id, path, thread_id, rollout_id, dev, ino, size, mtime_ns];
  return crc32(JSON.stringify([...identity, status, memory_mode, cwd, continued, state]));
}
