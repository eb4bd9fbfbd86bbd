import { mkdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Home } from './home.ts';
import { placeFile, syncFolderLater, trouble, writeWhole } from './writer/file-steps.ts';
import { openTemp, tempPath } from './writer/own-temp.ts';

/**
 * Where Codex would put the rollout of a thread that begins now: under the date, and the time, of this machine.
 *
 * @param now milliseconds since the epoch
 */
export function newRolloutPath(home: Home, threadId: string, now: number): string {
  const local = new Date(now);
  const [year, month, day] = [local.getFullYear(), local.getMonth() + 1, local.getDate()].map(twoDigits);
  const time = [local.getHours(), local.getMinutes(), local.getSeconds()].map(twoDigits).join('-');
  const name = `rollout-${year}-${month}-${day}T${time}-${threadId}.jsonl`;
  return join(home.sessions, year as string, month as string, day as string, name);
}

/**
 * Makes a rollout of whole lines, which nobody sees before it is complete and on disk. Call it under the lock of the thread.
 * After an error there is no file.
 *
 * @param path from `newRolloutPath`, or in the archive
 * @param content in pieces of any size; each is written before the next one is asked for
 * @param beforePlacing done when the file is whole and on disk, before it gets its name
 *
 * @throws Failure `refused` when there is a file, or its folder is reached through a link; `trouble` otherwise
 */
export async function createRollout(
  home: Home,
  threadId: string,
  path: string,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  beforePlacing: () => Promise<void> = async () => {},
): Promise<void> {
  const temp = tempPath(home, 'new', threadId);
  try {
    const made = makeFolders(home, dirname(path));
    const handle = await openTemp(temp);
    try {
      for await (const piece of content) await writeWhole(handle, piece);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await beforePlacing();
    await placeFile(temp, path);
    try {
      for (const folder of made) await syncFolderLater(folder);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  } catch (error) {
    await rm(temp, { force: true });
    throw trouble(path, 'cannot be written', error);
  }
}

/** Makes what is missing, and returns the folders that have got a new entry. */
function makeFolders(home: Home, folder: string): string[] {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const root = folder === home.archived ? home.archived : home.sessions;
  if (realpathSync(folder) !== realpathSync(root) + folder.slice(root.length)) {
    throw new Failure('refused', 'is reached through a symbolic link, which readers do not follow', { file: folder });
  }
  const made: string[] = [];
  if (first === undefined) return made;
  for (let at = folder; at.length >= first.length; at = dirname(at)) made.push(dirname(at));
  return made;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
