import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { bagNames, baseFolder, byName } from '../names.ts';
import type { BagFile } from './bag-writer.ts';

/** An archive of a folder. The same files give the same bytes: nothing of the disk but contents goes in. */
export async function* packFolder(
  folder: string,
  files: readonly BagFile[],
  mtime: number,
): AsyncGenerator<Uint8Array> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  const base = baseFolder(files.find(({ name }) => name === bagNames.tagManifest)?.sha256 ?? '');
  const feed = async () => {
    for (const { name, bytes } of [...files].sort(byName)) {
      const mode = name.endsWith('.sh') ? 0o755 : 0o644;
      const about = { name: `${base}/${name}`, size: bytes, mode, mtime: new Date(mtime * 1000) };
      const entry = archive.entry({ ...about, uid: 0, gid: 0, uname: '', gname: '' });
      await pipeline(createReadStream(join(folder, name)), entry);
    }
    archive.finalize();
  };
  const feeding = feed();
  feeding.catch((error) => archive.destroy(error));
  for await (const block of archive) yield block as Uint8Array;
  await feeding;
}
