import { Failure } from '../../base/failure.ts';
import type { HashedFile } from '../../store/file-identity.ts';
import { hashBeginning, hashStored } from '../../store/hash-stored.ts';
import type { Home } from '../../store/home.ts';
import type { TrashFile, TrashItem } from './read-trash.ts';

/** Whether the bytes in the trash are those that were put there. */
export type Verdict =
  | { ok: true; files: HashedFile[]; note: string | null }
  /** @param place of the file that is not what it was */
  | { ok: false; place: string };

/**
 * Compares the files of a session in the trash with the checksums that were recorded. One that somebody went on writing to who
 * had it open still begins with what was there: nothing of it is damage.
 *
 * @throws Failure `trouble` when one cannot be read; the reason of the signal
 */
export async function verifyItem(home: Home, item: TrashItem, signal?: AbortSignal): Promise<Verdict> {
  const files: HashedFile[] = [];
  let note: string | null = null;
  for (const file of item.files) {
    const found = await hash(home, file, signal);
    if (!found) return { ok: false, place: file.place };
    files.push(found);
    const { noted } = file;
    if (!noted) {
      note = 'no checksum of it was recorded, so it could not be verified';
    } else if (found.sha256 !== noted.sha256) {
      const hasGrown = found.size > noted.size;
      const begins = hasGrown ? await hashBeginning(home, file.place, noted.size, signal) : null;
      if (begins !== noted.sha256) return { ok: false, place: file.place };
      note = `${found.size - noted.size} bytes were written to it since it was moved to the trash; they come back, too`;
    }
  }
  return { ok: true, files, note };
}

async function hash(home: Home, { found, place }: TrashFile, signal?: AbortSignal): Promise<HashedFile | null> {
  try {
    return await hashStored(home, found, { at: place, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof Failure && error.kind === 'busy') return null;
    throw error;
  }
}
