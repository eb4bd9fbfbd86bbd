import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { type CompressedForm, writeCompressed } from '../../store/compress-content.ts';
import { type FileIdentity, pathInHome } from '../../store/file-identity.ts';
import { openFolderIn } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import { unlinkIn } from '../../store/home-acts.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { actTempPath, TEMP_FOLDER } from '../../store/trash-place.ts';
import {
  type ContentDigest,
  digestContent,
  isSame,
  setTime,
  trouble,
  writeWhole,
} from '../../store/writer/file-steps.ts';
import type { CompressKind } from './compressed-row.ts';
import { KeptFile } from './kept-file.ts';
import type { FileStep } from './plan-files.ts';

/** What is to stand in the place of a file. */
export interface Replacement {
  /** The file as it was read. */
  original: FileIdentity;
  /** Relative to the home; null when the twin that is there already holds the same. */
  temp: string | null;
  /** That twin, as it was read. */
  twin: FileIdentity | null;
  /** Bytes of the replacement, as stored. */
  size: number;
}

/**
 * Makes the other form of a file in `.sessions/tmp/`, with its mode, owner and time, reads it back, and compares what both hold.
 * Nothing is locked meanwhile: the original is to be compared with `original` before it is moved.
 *
 * @throws KeptFile when the file cannot stand in this form; Failure `trouble` when the disk does not take it. Nothing is left then
 */
export async function makeReplacement(home: Home, step: FileStep, options: MakeOptions): Promise<Replacement> {
  const rollout = await openSource(step.from);
  try {
    checkForm(rollout, step.from);
    const original = identify(home, rollout);
    if (step.hasTwin) {
      const twin = await checkTwin(home, rollout, step.to, options);
      return { original, temp: null, twin, size: twin.size };
    }
    const temp = actTempPath(`${options.kind}-${options.number}`);
    try {
      return { original, temp, twin: null, size: await write(home, temp, rollout, step, options) };
    } catch (error) {
      unlinkIn(home, temp);
      throw error instanceof KeptFile
        ? error
        : stoppedOr(options.signal, trouble(step.from, `cannot be ${options.kind}ed`, error));
    }
  } finally {
    await rollout.close();
  }
}

export interface MakeOptions {
  kind: CompressKind;
  form: CompressedForm;
  /** Tells the temporary files of a run apart. */
  number: number;
  signal: AbortSignal;
  /** Told of each piece of content that was read of the original. */
  onBytes?: (bytes: number) => void;
}

async function write(
  home: Home,
  temp: string,
  rollout: RolloutFile,
  step: FileStep,
  options: MakeOptions,
): Promise<number> {
  const folder = openFolderIn(home, TEMP_FOLDER, { create: true });
  try {
    const path = folder.path(temp.slice(TEMP_FOLDER.length + 1));
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const handle = await open(path, flags, 0o600);
    let digest: ContentDigest;
    let size: number;
    try {
      const onBytes = (bytes: number) => {
        options.signal.throwIfAborted();
        options.onBytes?.(bytes);
      };
      digest =
        options.kind === 'compress'
          ? await writeCompressed(handle, rollout, options.form, { contentBytes: await lengthOf(rollout), onBytes })
          : await writePlain(handle, rollout, onBytes);
      checkDamage(rollout);
      await keepFacts(handle, rollout, step.from);
      await handle.sync();
      size = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
    // What the page cache holds, and what a second pass of the library makes of it.
    if (!isSame(digest, await digestContent(path))) {
      throw new Failure('trouble', 'what was made of it does not hold the same', { file: step.from });
    }
    return size;
  } finally {
    folder.close();
  }
}

/** Of the content: a frame begins with it. */
async function lengthOf(rollout: RolloutFile): Promise<number> {
  if (rollout.content === 'plain') return rollout.identity.size;
  let bytes = 0;
  for await (const block of rollout.blocks()) bytes += block.length;
  checkDamage(rollout);
  return bytes;
}

async function writePlain(
  handle: FileHandle,
  rollout: RolloutFile,
  onBytes: (bytes: number) => void,
): Promise<ContentDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const block of rollout.blocks()) {
    hash.update(block);
    bytes += block.length;
    await writeWhole(handle, block);
    onBytes(block.length);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Mode, time and owner: root compresses for others too. */
async function keepFacts(handle: FileHandle, { identity }: RolloutFile, file: string): Promise<void> {
  const { uid, gid } = await lstat(file);
  const made = await handle.stat();
  if (made.uid !== uid || made.gid !== gid) {
    try {
      await handle.chown(uid, gid);
    } catch {
      throw new KeptFile({ code: 'other-owner', detail: `${file} belongs to another user or group` });
    }
  }
  await handle.chmod(identity.mode & 0o777);
  await setTime(handle, identity.mtimeNs);
}

async function openSource(path: string): Promise<RolloutFile> {
  try {
    return await openRollout(path);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new KeptFile({ code: 'unreadable', detail: `${path}: ${error.message}` });
  }
}

/** Codex goes by the name, so one that does not tell what the content is would become one that it cannot read. */
function checkForm({ content }: RolloutFile, path: string): void {
  if (content === (path.endsWith('.zst') ? 'zstd' : 'plain')) return;
  const is = content === 'zstd' ? 'is compressed' : content === 'plain' ? 'is not compressed' : 'is of another format';
  throw new KeptFile({ code: 'wrong-ending', detail: `${path} ${is}, whatever its name says` });
}

function checkDamage({ damage, path }: RolloutFile): void {
  if (damage) throw new KeptFile({ code: 'damaged', detail: `${path}: ${damage.message}` });
}

/** A Codex or a command that was killed between its last two steps leaves both. */
async function checkTwin(
  home: Home,
  rollout: RolloutFile,
  twin: string,
  { signal }: MakeOptions,
): Promise<FileIdentity> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const block of rollout.blocks()) {
    signal.throwIfAborted();
    hash.update(block);
    bytes += block.length;
  }
  checkDamage(rollout);
  const other = await openSource(twin);
  const identity = identify(home, other);
  await other.close();
  const digest = await digestContent(twin).catch(() => null);
  if (digest && isSame(digest, { bytes, sha256: hash.digest('hex') })) return identity;
  throw new KeptFile({ code: 'twin-differs', detail: `${twin} is there and does not hold the same` });
}

function identify(home: Home, { path, identity }: RolloutFile): FileIdentity {
  const { dev, ino, size, mtimeNs } = identity;
  return { path: pathInHome(home, path), dev: String(dev), ino: String(ino), size, mtime_ns: String(mtimeNs) };
}

function stoppedOr(signal: AbortSignal, failure: Failure): unknown {
  return signal.aborted ? signal.reason : failure;
}
