import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../../base/failure.ts';
import { listPackageFolder, readPackageFile } from '../../../base/package-files.ts';
import type { Home } from '../../../store/home.ts';
import { lineagePath } from '../../../store/lineage.ts';
import type { LockWait } from '../../../store/lock-file.ts';
import {
  checkpointsOf,
  leavesPath,
  lockSeals,
  logCheckpoints,
  sealLogPath,
  sealsFolder,
} from '../../../store/seals.ts';
import { CheckpointFolder } from '../../../store/seals-checkpoints.ts';
import { trouble } from '../../../store/writer/file-steps.ts';
import { readSealLog, type SealLog } from '../../seal/read-log.ts';
import { bagNames, isSafeName, journals } from '../names.ts';
import type { BagWriter } from './bag-writer.ts';

/**
 * The seals of these rollouts and the log of all seals, as they are at one moment: nothing is sealed meanwhile. Call it before
 * rollouts are copied, so that none of them is shorter than its seal.
 */
export async function addSeals(
  bag: BagWriter,
  home: Home,
  rolloutIds: ReadonlySet<string>,
  wait: LockWait,
): Promise<void> {
  if (!existsSync(sealsFolder(home))) return;
  const release = await keepSeals(home, wait);
  try {
    const log = await readSealLog(home);
    for (const id of [...rolloutIds].sort()) {
      requireSettled(log, home, id);
      await addCheckpoints(bag, id, checkpointsOf(home, id));
    }
    await addCheckpoints(bag, 'log', logCheckpoints(home));
    await addFile(bag, bagNames.sealLog, sealLogPath(home), signedBytes(log));
  } finally {
    release();
  }
  // They only grow, and the checkpoint says how many count.
  for (const id of [...rolloutIds].sort()) await addFile(bag, `proofs/${id}/leaves`, leavesPath(home, id));
}

/**
 * How much of the log its checkpoint is over: what a run that was killed has left behind it, nobody has signed. All of it where
 * that cannot be told, so that it shows in a check.
 */
function signedBytes({ content, checkpoint, sealedBytes }: SealLog): number | undefined {
  return checkpoint && content?.roots.has(checkpoint.size) ? sealedBytes : undefined;
}

/** A seal that the log announces only behind its checkpoint would be newer than the log in the bundle. */
function requireSettled({ tail, sealed }: SealLog, home: Home, id: string): void {
  if (!tail.some(({ entry }) => 'size' in entry && entry.rollout_id === id)) return;
  const size = new CheckpointFolder(checkpointsOf(home, id)).current()?.size ?? -1;
  if (size <= (sealed.rollouts.get(id)?.size ?? -1)) return;
  const message = `the seal of rollout ${id} is newer than what is signed of the log of the seals: a run has died`;
  throw new Failure('refused', message, { hint: 'run sessions seal first, which brings it to its end' });
}

/** In a home that cannot be written to, nobody seals either. */
async function keepSeals(home: Home, wait: LockWait): Promise<() => void> {
  try {
    const lock = await lockSeals(home, wait);
    return () => lock.release();
  } catch (error) {
    const isReadOnly = error instanceof Failure && error.kind === 'trouble';
    if (!isReadOnly) throw error;
    return () => {};
  }
}

async function addCheckpoints(bag: BagWriter, id: string, path: string): Promise<void> {
  const folder = new CheckpointFolder(path);
  for (const size of folder.sizes()) {
    const stored = folder.at(size);
    if (!stored) continue;
    await bag.add(`checkpoints/${id}/${size}`, Buffer.from(stored.text, 'latin1'));
    if (stored.signature === null) continue;
    await bag.add(`signatures/${id}/${size}.sig`, Buffer.from(stored.signature, 'latin1'));
  }
}

/** What was removed, held and rewritten in the home, whole: whether something is missing shows only in all of it. */
export async function addJournals(bag: BagWriter, home: Home): Promise<void> {
  for (const name of journals) await addFile(bag, name, join(home.path, '.sessions', name));
  const tombstones = namesIn(join(home.path, '.sessions', 'tombstones'));
  const lines = tombstones.map((name) =>
    oneLine(readFileSync(join(home.path, '.sessions', 'tombstones', name), 'utf8')),
  );
  if (lines.length > 0) await bag.add('tombstones.jsonl', lines.join(''));
  for (const name of namesIn(join(home.path, '.sessions', 'receipts'))) {
    await addFile(bag, `receipts/${name}`, join(home.path, '.sessions', 'receipts', name));
  }
}

export async function addLineage(bag: BagWriter, home: Home, threadIds: Iterable<string>): Promise<void> {
  for (const id of [...new Set(threadIds)].sort()) await addFile(bag, `lineage/${id}.json`, lineagePath(home, id));
}

export async function addSchemas(bag: BagWriter): Promise<void> {
  for (const name of await listPackageFolder('schemas')) {
    if (name.endsWith('.schema.json')) await bag.add(`schema/${name}`, await readPackageFile('schemas', name));
  }
}

/** @param bytes how many of it, from its beginning; all when nothing is said */
async function addFile(bag: BagWriter, name: string, path: string, bytes = Number.POSITIVE_INFINITY): Promise<void> {
  if (!existsSync(path)) return;
  try {
    const content = bytes === 0 ? '' : (createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>);
    await bag.add(name, content);
  } catch (error) {
    throw trouble(path, 'cannot be read', error);
  }
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => isSafeName(name) && !name.startsWith('.'))
    .sort();
}

function oneLine(json: string): string {
  return `${json.trim().replace(/\s*\n\s*/g, ' ')}\n`;
}
