import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, opendirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { throwIfStopped } from '../../../base/abort.ts';
import { trouble } from '../../../store/writer/file-steps.ts';
import { bagNames, byName, DECLARATION, isMisplaced, isSafeName, journals } from '../names.ts';
import { readManifest } from '../read-manifest.ts';
import { type BundleCheck, checkOf } from './bundle-check.ts';

export interface BagChecking {
  signal: AbortSignal;
  onProgress?(done: number, of: number): void;
}

/** What a check has found to be there: the checksum of each file but the signature of the whole, by its name. */
export type CheckedFiles = Map<string, string>;

/**
 * Holds a folder to the rules of BagIt: every file that the manifests name is there and is that file, there is no other one,
 * and all are regular files.
 *
 * @returns the faults in order, and the files that were checked
 */
export async function* checkBag(folder: string, checking: BagChecking): AsyncGenerator<BundleCheck, CheckedFiles> {
  const files: CheckedFiles = new Map();
  const { sizes, faults } = listFiles(folder);
  yield* faults;
  for (const name of [bagNames.declaration, bagNames.manifest, bagNames.tagManifest, bagNames.info]) {
    if (sizes.has(name)) continue;
    yield checkOf('MISSING', { file: name, message: 'a bag has this file' });
    if (name !== bagNames.info) return files;
  }
  if (readFileSync(join(folder, bagNames.declaration), 'latin1') !== DECLARATION) {
    yield checkOf('INVALID', { file: bagNames.declaration, message: 'is not that of a bag of version 1.0' });
  }
  let tagManifest = '';
  for (const [name, isOwn] of manifests) {
    const manifest = await readManifest(folder, name, isOwn);
    if (name === bagNames.tagManifest) tagManifest = manifest.sha256;
    else if (manifest.sha256 !== files.get(name)) yield checkOf('MODIFIED', { file: name, message: CHANGED });
    for (const { line, message } of manifest.faults) {
      yield checkOf(message.startsWith('the name') ? 'UNSAFE' : 'INVALID', { file: name, line, message });
    }
    for (const [file, sha256] of manifest.files) {
      throwIfStopped(checking.signal);
      checking.onProgress?.(files.size, sizes.size);
      if (!sizes.has(file)) yield checkOf('MISSING', { file, message: `${name} names it` });
      else if ((await hashFile(join(folder, file), checking.signal)) !== sha256) {
        yield checkOf('MODIFIED', { file, message: 'is not what its checksum says' });
      }
      files.set(file, sha256);
    }
  }
  for (const file of sizes.keys()) {
    if (!files.has(file) && file !== bagNames.tagManifest && file !== bagNames.signature)
      yield checkOf('EXTRA', { file, message: 'no manifest names it' });
    if (file === FETCH) yield checkOf('INVALID', { file, message: 'names files that are elsewhere' });
    if (isMisplaced(file)) yield checkOf('INVALID', { file, message: 'is no file that a bundle has there' });
  }
  const payload = [...sizes].filter(([name]) => name.startsWith('data/'));
  const oxum = `${payload.reduce((sum, [, size]) => sum + size, 0)}.${payload.length}`;
  const told = existsSync(join(folder, bagNames.info)) ? readOxum(folder) : oxum;
  if (told !== oxum) {
    yield checkOf('INVALID', { file: bagNames.info, message: `Payload-Oxum is ${told}, and ${oxum} is there` });
  }
  files.set(bagNames.tagManifest, tagManifest);
  return files;
}

const ownFiles: ReadonlySet<string> = new Set([...Object.values(bagNames), ...journals]);

/** Of bags that are not whole. */
const FETCH = 'fetch.txt';

const CHANGED = 'was changed while it was read';

const manifests: readonly [name: string, isOwn: (file: string) => boolean][] = [
  [
    bagNames.tagManifest,
    (file) => !file.startsWith('data/') && ![bagNames.tagManifest, bagNames.signature].some((own) => own === file),
  ],
  [bagNames.manifest, (file) => file.startsWith('data/')],
];

function readOxum(folder: string): string | null {
  const text = readFileSync(join(folder, bagNames.info), 'utf8').slice(0, 64 * 1024);
  return /^Payload-Oxum: (\d+\.\d+)$/m.exec(text)?.[1] ?? null;
}

/** All files below a folder with their sizes, by name; links are not followed. */
function listFiles(folder: string): { sizes: Map<string, number>; faults: BundleCheck[] } {
  const found: { name: string; size: number }[] = [];
  const faults: BundleCheck[] = [];
  const walk = (below: string) => {
    const listing = opendirSync(join(folder, below));
    let isEmpty = true;
    try {
      for (let entry = listing.readSync(); entry; entry = listing.readSync()) {
        isEmpty = false;
        const name = below === '' ? entry.name : `${below}/${entry.name}`;
        // Before it is looked at: a name that is no UTF-8 is read as another one, which is not there.
        if (!isSafeName(name)) {
          faults.push(checkOf('UNSAFE', { file: name, message: 'is no name that this program writes' }));
          continue;
        }
        const stat = lstatSync(join(folder, name));
        // Also an empty one, of which nothing else would tell.
        if (stat.isDirectory() && ownFiles.has(name)) {
          faults.push(checkOf('INVALID', { file: name, message: 'is a folder, and has the name of a file' }));
        } else if (stat.isDirectory()) walk(name);
        else if (stat.isFile()) found.push({ name, size: stat.size });
        else {
          const what = stat.isSymbolicLink() ? 'a symbolic link' : 'not a regular file';
          faults.push(checkOf('UNSAFE', { file: name, message: `is ${what}` }));
        }
      }
      if (isEmpty && below !== '') {
        faults.push(checkOf('EXTRA', { file: below, message: 'is a folder with nothing in it' }));
      }
    } finally {
      listing.closeSync();
    }
  };
  try {
    walk('');
  } catch (error) {
    throw trouble(folder, 'cannot be read', error);
  }
  return { sizes: new Map(found.sort(byName).map(({ name, size }) => [name, size])), faults };
}

async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) {
      throwIfStopped(signal);
      hash.update(block as Buffer);
    }
  } catch (error) {
    throwIfStopped(signal);
    throw trouble(path, 'cannot be read', error);
  }
  return hash.digest('hex');
}
