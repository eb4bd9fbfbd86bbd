import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { systemReason } from '../../base/system-error.ts';

export interface Doc {
  path: string;
  /** Invalid UTF-8 is replaced. */
  text: string;
  /** How much of the file was read. */
  bytes: number;
}

export interface DocLimits {
  maxBytes: number;
  followLinks: boolean;
  /** Takes a line for each file that was left out or cut off. */
  notes: string[];
}

/** The beginning of a regular file, or null when there is none that may be read. Never throws and never waits. */
export async function readDoc(path: string, { maxBytes, followLinks, notes }: DocLimits): Promise<Doc | null> {
  const leaveOut = (why: string) => {
    notes.push(`${path} is left out: ${why}`);
    return null;
  };
  let file: FileHandle | undefined;
  try {
    const entry = await lstat(path);
    if (entry.isSymbolicLink() && !followLinks) return leaveOut('it is a symbolic link');
    if (entry.isDirectory()) return null;
    // A link put there meanwhile is not followed, and a pipe does not wait for its writer.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW);
    file = await open(path, flags);
    const stat = await file.stat();
    if (!stat.isFile()) return leaveOut('it is no regular file');
    if (maxBytes <= 0 && stat.size > 0) return leaveOut('project_doc_max_bytes are used up');
    const bytes = await readBeginning(file, Math.min(stat.size, maxBytes));
    const isCut = stat.size > bytes.length;
    if (isCut) notes.push(`${path} is cut off: only its first ${bytes.length} of ${stat.size} bytes are used`);
    // A character that was cut in two is left out.
    const text = new TextDecoder('utf-8').decode(bytes, { stream: isCut });
    return { path, text, bytes: bytes.length };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return leaveOut(systemReason(error) ?? String(error));
  } finally {
    await file?.close();
  }
}

async function readBeginning(file: FileHandle, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length);
  let total = 0;
  while (total < length) {
    const { bytesRead } = await file.read(buffer, total, length - total, total);
    if (bytesRead === 0) break;
    total += bytesRead;
  }
  return buffer.subarray(0, total);
}
