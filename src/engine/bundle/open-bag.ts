import { mkdirSync } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { trouble, writeWhole } from '../../store/writer/file-steps.ts';
import { isSafeName } from './names.ts';
import { readTar, type TarEntry } from './tar-reader.ts';
import { makeWorkFolder, type WorkFolder } from './work-folder.ts';

/** A bundle that lies in a folder. */
export interface OpenBag {
  /** As the user named it. */
  path: string;
  folder: string;
  remove(): void;
}

/** Where archives are unpacked: see `makeWorkFolder`. */
export interface Workplace {
  home: Pick<Home, 'path'> | null;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens a bundle: a folder as it is; an archive (`.tar`, also compressed with zstd) is unpacked into a private temporary folder.
 *
 * @throws Failure `findings` for an archive that is damaged, or holds what no bundle does; nothing of it stays
 */
export async function openBag(
  path: string,
  signal: AbortSignal,
  workplace: Workplace = { home: null, env: {} },
): Promise<OpenBag> {
  const found = await stat(path).catch((error) => {
    throw trouble(path, 'cannot be opened', error);
  });
  // Who names a link to a bundle means the bundle; within it, no link is followed.
  if (found.isDirectory()) return { path, folder: await realpath(path), remove: () => {} };
  const archive = await openRollout(path);
  try {
    const temp = await makeWorkFolder(workplace.home, workplace.env);
    try {
      const base = await unpack(archive, path, temp, signal);
      return { path, folder: join(temp.path, base), remove: temp.remove };
    } catch (error) {
      temp.remove();
      throw error;
    }
  } finally {
    await archive.close();
  }
}

async function unpack(archive: RolloutFile, path: string, target: WorkFolder, signal: AbortSignal): Promise<string> {
  const refuse = (message: string) => new Failure('findings', message, { file: path });
  const seen = new Set<string>();
  let base: string | null = null;
  for await (const entry of readTar(bounded(archive, path, target.room, signal), path)) {
    // Of a file whose name ends in a slash, other programs make a folder.
    const bare = entry.name.replace(/^\.\//, '');
    const name = entry.kind === 'folder' ? bare.replace(/\/$/, '') : bare;
    if (entry.kind === 'folder' && (name === '' || name === '.')) continue;
    if (!isSafeName(name)) {
      throw refuse(`the archive holds a name that leads out of it, or that no bundle has: ${JSON.stringify(name)}`);
    }
    base ??= name.split('/')[0] as string;
    if (name.split('/')[0] !== base) throw refuse('the archive holds more than one folder');
    if (entry.kind === 'folder') continue;
    if (name === base) throw refuse('the archive holds no folder');
    if (seen.has(name.toLowerCase())) throw refuse(`the archive holds ${name} twice`);
    if (seen.size >= MOST_FILES) throw refuse('the archive holds too many files');
    seen.add(name.toLowerCase());
    await writeEntry(join(target.path, name), entry, signal);
  }
  if (archive.damage) throw refuse(archive.damage.message);
  if (base === null) throw refuse('the archive is empty');
  return base;
}

async function writeEntry(path: string, entry: TarEntry, signal: AbortSignal): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx', 0o600);
    try {
      for await (const block of entry.content()) {
        throwIfStopped(signal);
        await writeWhole(handle, block);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new Failure('findings', `${entry.name} is there twice`, { cause: error });
    throw trouble(path, 'cannot be unpacked', error);
  }
}

/** A small file that unpacks to a huge one was made for that; and a large one is not to fill the disk. */
async function* bounded(archive: RolloutFile, file: string, room: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const most = archive.identity.size * MOST_RATIO + LEAST_BOUND;
  let bytes = 0;
  for await (const block of archive.blocks()) {
    throwIfStopped(signal);
    bytes += block.length;
    if (bytes > most) throw new Failure('findings', 'unpacks to far more than sessions do', { file });
    if (bytes > room) {
      const hint = 'TMPDIR names a folder on another disk; or unpack it there with tar, and name the folder';
      throw new Failure('trouble', 'there is not enough room to unpack it', { file, hint });
    }
    yield block;
  }
}

const MOST_FILES = 1_000_000;
/** Sessions repeat themselves; what zstd makes of them is seldom smaller than a hundredth. */
const MOST_RATIO = 1000;
const LEAST_BOUND = 64 * 1024 * 1024;
