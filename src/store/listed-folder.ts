import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { statOf } from './partial.ts';

/** How a folder of files says what belongs to it. */
export interface FolderManifest {
  /** The file that is made first, and removed last. */
  name: string;
  /** All files that the folder's own lists name, those lists included; null where it was not made by us, or is not complete. */
  filesOf(folder: string): Promise<ListedFiles | null>;
}

/** By names, with slashes: what each file was when it was written; null for those of which the lists name no more than that. */
export type ListedFiles = ReadonlyMap<string, ListedFile | null>;

export interface ListedFile {
  /** Null where the list does not say. */
  bytes: number | null;
  sha256: string;
}

/**
 * Looks for what makes a folder more than what its manifest names: something else in it, or a file that was changed. The content
 * of a file is read only where it has the length that is listed and was touched after the manifest.
 *
 * @returns what was found, in words; null for nothing
 */
export async function findUnlisted(folder: string, manifest: FolderManifest): Promise<string | null> {
  const listed = await manifest.filesOf(folder);
  const written = listed && (await statOf(join(folder, manifest.name)));
  if (!listed || !written) return 'no export has made it, or one that did not end';
  const folders = foldersOf(listed);
  for await (const { name, isFolder, isFile } of walk(folder)) {
    if (!(isFile ? listed.has(name) : isFolder && folders.has(name)))
      return `it holds what its manifest does not name: ${name}`;
    const file = listed.get(name);
    if (file && (await isChanged(join(folder, name), file, written.mtimeNs))) return `${name} in it was changed`;
  }
  return null;
}

async function isChanged(path: string, listed: ListedFile, writtenNs: bigint): Promise<boolean> {
  const there = await statOf(path);
  if (!there) return false;
  if (listed.bytes !== null && there.size !== BigInt(listed.bytes)) return true;
  // The time of a content can be set to anything, and the other one cannot.
  if (there.mtimeNs <= writtenNs && there.ctimeNs <= writtenNs) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex') !== listed.sha256;
}

/**
 * Removes from a folder what its manifest names, and the folder when nothing else is in it.
 *
 * @throws what the system says when something else is (`ENOTEMPTY`)
 */
export async function removeListed(folder: string, manifest: FolderManifest): Promise<void> {
  const listed = await manifest.filesOf(folder);
  if (!listed) throw Object.assign(new Error('its manifest is gone'), { code: 'ENOTEMPTY' });
  const folders: string[] = [];
  for await (const { name, isFolder, isFile } of walk(folder)) {
    if (isFolder) folders.push(name);
    else if (isFile && listed.has(name) && name !== manifest.name) await unlink(join(folder, name)).catch(unlessGone);
  }
  const own = foldersOf(listed);
  // Inner ones come behind the outer ones.
  for (const name of folders.reverse()) if (own.has(name)) await rmdir(join(folder, name)).catch(unlessGone);
  const left = await readdir(folder);
  if (left.length > 1) throw Object.assign(new Error('not empty'), { code: 'ENOTEMPTY' });
  await unlink(join(folder, manifest.name)).catch(unlessGone);
  await rmdir(folder);
}

/** All that is in a folder, each folder before what is in it. Links are not followed. @param isEntered whether a folder is looked into */
export async function* walk(
  root: string,
  isEntered: (name: string) => boolean = () => true,
  below = '',
): AsyncGenerator<Entry> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const name = `${below}${entry.name}`;
    yield { name, isFolder: entry.isDirectory(), isFile: entry.isFile() };
    if (entry.isDirectory() && isEntered(name)) yield* walk(root, isEntered, `${name}/`);
  }
}

interface Entry {
  /** With slashes, from the root. */
  name: string;
  isFolder: boolean;
  isFile: boolean;
}

function foldersOf(files: ListedFiles): Set<string> {
  const folders = new Set<string>();
  for (const name of files.keys()) {
    for (let at = dirname(name); at !== '.' && at !== '/' && !folders.has(at); at = dirname(at)) folders.add(at);
  }
  return folders;
}

export function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
