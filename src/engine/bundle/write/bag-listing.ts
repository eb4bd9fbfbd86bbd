import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderManifest, ListedFile, ListedFiles } from '../../../store/listed-folder.ts';
import { bagNames, DECLARATION } from '../names.ts';

/** What a bag of ours says of the folder that it lies in. */
export const bagListing: FolderManifest = { name: bagNames.declaration, filesOf };

/** Null for what is no bag, or a bag that this program did not make. */
async function filesOf(folder: string): Promise<ListedFiles | null> {
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => null);
  const [declaration, payload, tags] = [
    await read(bagNames.declaration),
    await read(bagNames.manifest),
    await read(bagNames.tagManifest),
  ];
  if (declaration !== DECLARATION || payload === null || tags === null) return null;
  const files = new Map<string, ListedFile | null>();
  for (const [, sha256, name] of `${payload}${tags}`.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm))
    files.set(name as string, { bytes: null, sha256: sha256 as string });
  if (!files.has(bagNames.custody)) return null;
  return files.set(bagNames.tagManifest, null).set(bagNames.signature, null);
}
