import { Failure } from '../../base/failure.ts';
import type { FolderFile } from '../../store/folder-file.ts';
import type { NewFolder } from '../../store/new-folder.ts';
import { openNewFolder } from '../../store/new-folder.ts';
import type { Destination } from './destination.ts';
import type { DatasetFolder, DatasetWriter, EncoderOptions, LossCount } from './encoder.ts';
import type { DatasetFormatRow } from './formats.ts';
import { noteLeft } from './left-folder.ts';
import { lossLine, Manifest } from './manifest.ts';
import { exportManifest } from './manifest-listing.ts';
import type { OutputRequest } from './output.ts';
import { createSink } from './sink.ts';

/** The underscores in front keep readers of datasets from taking these files for data. */
const MANIFEST = '_manifest.jsonl';
const LOSSES = '_losses.jsonl';

/** A folder of files that all sessions share, with a manifest and a report of losses. */
export async function openDataset(row: DatasetFormatRow, request: OutputRequest): Promise<Destination> {
  const { path, force, encoding, report } = request;
  if (path === null) throw new Failure('usage', `${row.name} is a folder of files`, { hint: 'add -o FOLDER' });
  const folder = await openNewFolder(path, exportManifest(MANIFEST), force, noteLeft(report));
  try {
    const manifest = new Manifest(createSink(folder.manifest), encoding.check);
    await manifest.begin(row.name, encoding);
    const losses = await folder.create(LOSSES);
    const writer = await (await row.load()).openDataset(datasetFolder(folder, manifest), encoding);
    return datasetDestination({ folder, manifest, losses, writer, format: row.name, encoding });
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

interface Dataset {
  folder: NewFolder;
  manifest: Manifest;
  losses: FolderFile;
  writer: DatasetWriter;
  format: string;
  encoding: EncoderOptions;
}

function datasetDestination({ folder, manifest, losses, writer, format, encoding }: Dataset): Destination {
  const sink = createSink(losses);
  const report = async (threadId: string | null, counts: readonly LossCount[]) => {
    for (const count of counts) await sink.add(lossLine(format, threadId, count, encoding.check));
  };
  return {
    async begin(started) {
      const head = { ...started, indexInFile: started.index };
      await writer.begin(head);
      return {
        event: (event) => writer.event(event),
        bytes: () => undefined,
        async end(result, more) {
          await writer.end(result);
          await manifest.session(head, result, null);
          const counts = [...writer.losses(), ...more];
          await report(head.threadId, counts);
          return counts;
        },
      };
    },
    failed: (session) => manifest.failed(session),
    async complete() {
      await writer.close();
      await sink.flush();
      await settle(folder, losses, manifest);
      await manifest.end();
    },
    finish: () => folder.finish(),
    async leavePartial() {
      await folder.leavePartial();
      return folder.partial;
    },
    async abandon() {
      await writer.abandon();
      await losses.close().catch(() => {});
      await folder.abandon();
    },
  };
}

function datasetFolder(folder: NewFolder, manifest: Manifest): DatasetFolder {
  return {
    create: (name) => folder.create(name),
    complete: (file) => settle(folder, file, manifest),
  };
}

async function settle(folder: NewFolder, file: FolderFile, manifest: Manifest): Promise<void> {
  await folder.settle(file);
  await manifest.file({ file: file.name, ...file.digest() });
}
