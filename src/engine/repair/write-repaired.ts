import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import { openFolderIn } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import { unlinkIn } from '../../store/home-acts.ts';
import { keepOwner } from '../../store/keep-owner.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { actTempPath, TEMP_FOLDER } from '../../store/trash-place.ts';
import { setTime, trouble, writeWhole } from '../../store/writer/file-steps.ts';
import { applyEdits } from './apply-edits.ts';
import { findEdits } from './edits.ts';
import type { PreparedRepair } from './prepare-repair.ts';
import { spanEnd, spanHead } from './quarantine.ts';

/** Bytes of the decompressed content, and what became of them. */
export interface RepairTally {
  in: number;
  kept: number;
  quarantined: number;
  added: number;
}

export interface WritingContext {
  signal: AbortSignal;
  /** Told how many bytes of the original are done. */
  onProgress(bytes: number): void;
}

export interface WrittenRepair {
  /** Relative to the home. */
  made: string;
  /** Null when nothing was taken out. */
  quarantine: string | null;
  tally: RepairTally;
}

/**
 * Writes the result and what was taken out into `.sessions/tmp/`, both on the disk when this returns. The result has the mode,
 * the owner and the time of the original.
 *
 * @throws Failure `trouble`; nothing is left then
 */
export async function writeRepaired(
  home: Home,
  prepared: PreparedRepair,
  { signal, onProgress }: WritingContext,
): Promise<WrittenRepair> {
  const made = actTempPath('repair');
  const quarantine = actTempPath('repair-quarantine');
  const folder = openFolderIn(home, TEMP_FOLDER, { create: true });
  const handles: FileHandle[] = [];
  const create = async (temp: string) => {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const handle = await open(folder.path(temp.slice(TEMP_FOLDER.length + 1)), flags, 0o600);
    handles.push(handle);
    return handle;
  };
  try {
    const { rollout } = prepared;
    const result = await create(made);
    const removed = await create(quarantine);
    const tally =
      prepared.storedEnd === null
        ? await writeContent(prepared, result, removed, { signal, onProgress })
        : await writeStored(prepared, result);
    if (prepared.storedTail) await writeTail(rollout, prepared.storedTail, removed);
    keepOwner(result.fd, await lstat(rollout.path), rollout.path);
    await result.chmod(rollout.identity.mode & 0o777);
    await setTime(result, rollout.identity.mtimeNs);
    await result.datasync();
    await removed.datasync();
    const hasRemoved = (await removed.stat()).size > 0;
    if (!hasRemoved) unlinkIn(home, quarantine);
    return { made, quarantine: hasRemoved ? quarantine : null, tally };
  } catch (error) {
    for (const temp of [made, quarantine]) unlinkIn(home, temp);
    throw signal.aborted ? error : trouble(prepared.rollout.path, 'cannot be repaired', error);
  } finally {
    for (const handle of handles) await handle.close();
    folder.close();
  }
}

async function writeContent(
  { rollout, plan }: PreparedRepair,
  result: FileHandle,
  removed: FileHandle,
  { signal, onProgress }: WritingContext,
): Promise<RepairTally> {
  const tally: RepairTally = { in: 0, kept: 0, quarantined: 0, added: 0 };
  for await (const part of applyEdits(rollout.blocks(), findEdits(rollout, plan))) {
    throwIfStopped(signal);
    addTo(tally, part);
    onProgress(tally.in);
    if (part.kind !== 'taken') {
      await writeWhole(result, part.bytes);
      continue;
    }
    const { offset, length, line, rule } = part.edit;
    if (part.isFirst) await writeWhole(removed, spanHead({ of: 'content', offset, length, line, rule }));
    await writeWhole(removed, part.bytes);
    if (part.isLast) await writeWhole(removed, spanEnd);
  }
  return tally;
}

/** Counts a part of the original or the result. */
export function addTo(tally: RepairTally, part: { kind: 'kept' | 'taken' | 'added'; bytes: Buffer }): void {
  const { length } = part.bytes;
  if (part.kind === 'added') tally.added += length;
  else {
    tally.in += length;
    tally[part.kind === 'kept' ? 'kept' : 'quarantined'] += length;
  }
}

async function writeStored({ rollout, storedEnd }: PreparedRepair, result: FileHandle): Promise<RepairTally> {
  await copyStored(rollout, 0, storedEnd as number, result);
  return tallyWhole(rollout);
}

/** Of content that is kept as it is. */
export async function tallyWhole(rollout: RolloutFile): Promise<RepairTally> {
  let bytes = 0;
  if (rollout.content === 'plain') bytes = rollout.identity.size;
  else for await (const block of rollout.blocks()) bytes += block.length;
  return { in: bytes, kept: bytes, quarantined: 0, added: 0 };
}

async function writeTail(
  rollout: RolloutFile,
  { offset, length }: { offset: number; length: number },
  removed: FileHandle,
): Promise<void> {
  await writeWhole(removed, spanHead({ of: 'stored', offset, length, line: null, rule: 'ZSTD-TRAILING' }));
  await copyStored(rollout, offset, offset + length, removed);
  await writeWhole(removed, spanEnd);
}

async function copyStored(rollout: RolloutFile, start: number, end: number, to: FileHandle): Promise<void> {
  for (let at = start; at < end; ) {
    const bytes = await rollout.stored(at, Math.min(BLOCK_BYTES, end - at));
    if (bytes.length === 0) throw new Failure('busy', 'the file has changed', { file: rollout.path });
    await writeWhole(to, bytes);
    at += bytes.length;
  }
}

const BLOCK_BYTES = 1024 * 1024;
