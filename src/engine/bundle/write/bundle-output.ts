import { join } from 'node:path';
import { Failure } from '../../../base/failure.ts';
import type { Output } from '../../../base/io.ts';
import { type NewFile, openNewFile } from '../../../store/new-file.ts';
import { type NewFolder, openNewFolder } from '../../../store/new-folder.ts';
import { noteLeft } from '../../export/left-folder.ts';
import type { Report } from '../../problem.ts';
import type { Workplace } from '../open-bag.ts';
import { makeWorkFolder } from '../work-folder.ts';
import { bagListing } from './bag-listing.ts';
import type { BagFile } from './bag-writer.ts';
import { packFolder } from './pack-folder.ts';

/** Where a bundle goes. One of `finish`, `leavePartial` and `abandon` ends it. */
export interface BundleOutput {
  /** Where it is put together. */
  folder: NewFolder;
  finish(packed: Packed): Promise<void>;
  /** Writes all of it, too. @returns the name under which it stays; null for standard output */
  leavePartial(packed: Packed): Promise<string | null>;
  abandon(): Promise<void>;
}

/** What goes into an archive. */
export interface Packed {
  files: readonly BagFile[];
  /** Seconds since the epoch, of every file. */
  mtime: number;
}

export interface OutputTarget {
  /** Absolute; null for standard output. */
  path: string | null;
  force: boolean;
  stdout: Output;
  /** Where what is packed for standard output is put together. */
  workplace: Workplace;
  report: Report;
}

/**
 * A folder; or an archive, for a name that ends in `.tar` or `.tar.zst`, and for standard output. An archive is packed of a
 * folder, beside it or in the home, that is removed afterwards.
 */
export async function openBundleOutput({
  path,
  force,
  stdout,
  workplace,
  report,
}: OutputTarget): Promise<BundleOutput> {
  if (path !== null && !/\.tar(?:\.zst)?$/.test(path)) return openFolder(path, force, report);
  if (path !== null) {
    const file = await openNewFile(path, force);
    try {
      return archiveTo(await openNewFolder(`${path}.bag`, bagListing, true), file, file, () => {});
    } catch (error) {
      await file.abandon();
      throw error;
    }
  }
  if (stdout.isTTY && !force) {
    const hint = 'send it to a file or a pipe, or add --force';
    throw new Failure('refused', 'bundle can change how the terminal behaves', { hint });
  }
  const temp = await makeWorkFolder(workplace.home, workplace.env);
  try {
    return archiveTo(await openNewFolder(join(temp.path, 'bag'), bagListing, false), stdout, null, temp.remove);
  } catch (error) {
    temp.remove();
    throw error;
  }
}

async function openFolder(path: string, force: boolean, report: Report): Promise<BundleOutput> {
  const folder = await openNewFolder(path, bagListing, force, noteLeft(report));
  return {
    folder,
    finish: () => folder.finish(),
    async leavePartial() {
      await folder.leavePartial();
      return folder.partial;
    },
    abandon: () => folder.abandon(),
  };
}

function archiveTo(
  folder: NewFolder,
  output: Pick<Output, 'write'>,
  file: NewFile | null,
  removeMore: () => void,
): BundleOutput {
  const remove = async () => {
    await folder.abandon();
    removeMore();
  };
  const pack = async ({ files, mtime }: Packed) => {
    await folder.closeFiles();
    for await (const block of packFolder(folder.partial, files, mtime)) await output.write(block);
  };
  return {
    folder,
    async finish(packed) {
      await pack(packed);
      await file?.finish();
      await remove();
    },
    async leavePartial(packed) {
      await pack(packed);
      await file?.leavePartial();
      await remove();
      return file?.partial ?? null;
    },
    async abandon() {
      await file?.abandon();
      await remove();
    },
  };
}
