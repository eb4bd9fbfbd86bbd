import type { FolderFile } from '../../store/folder-file.ts';
import type { NewFolder } from '../../store/new-folder.ts';
import { openNewFolder } from '../../store/new-folder.ts';
import type { Report } from '../problem.ts';
import type { EncoderOptions, IndexEncoder, IndexEntry } from './encoder.ts';
import { fileNames } from './file-names.ts';
import { noteLeft } from './left-folder.ts';
import { type FailedSession, lossLine, Manifest, type WrittenFile } from './manifest.ts';
import { exportManifest } from './manifest-listing.ts';
import type { EndedSession, ExportOutput } from './output.ts';
import { createSink, type Sink } from './sink.ts';

export interface SplitRequest {
  /** Name of the format, and ending of the files without the dot. */
  format: string;
  ending: string;
  /** What each file begins with. */
  preamble: readonly (string | Uint8Array)[];
  index: IndexEncoder | null;
  force: boolean;
  encoding: EncoderOptions;
  report: Report;
}

/** A folder with a file for each session, a manifest, a report of losses, and an index where the format has one. */
export async function openSplitOutput(path: string, request: SplitRequest): Promise<ExportOutput> {
  const folder = await openNewFolder(path, exportManifest('manifest.jsonl'), request.force, noteLeft(request.report));
  const output = new SplitOutput(folder, request);
  try {
    await output.open();
  } catch (error) {
    await folder.abandon();
    throw error;
  }
  return output;
}

class SplitOutput implements ExportOutput {
  readonly hasIndex: boolean;
  readonly #folder: NewFolder;
  readonly #request: SplitRequest;
  readonly #manifest: Manifest;
  readonly #nameOf: (threadId: string | null) => string;
  #index: OpenFile | null = null;
  #losses: OpenFile | null = null;
  #current: OpenFile | null = null;

  constructor(folder: NewFolder, request: SplitRequest) {
    this.#folder = folder;
    this.#request = request;
    this.hasIndex = request.index !== null;
    this.#manifest = new Manifest(createSink(folder.manifest), request.encoding.check);
    this.#nameOf = fileNames(request.ending);
  }

  async open(): Promise<void> {
    const { format, encoding, index } = this.#request;
    await this.#manifest.begin(format, encoding);
    this.#losses = await this.#create('losses.jsonl');
    if (!index) return;
    this.#index = await this.#create(index.name);
    await this.#index.sink.addAll(index.header());
  }

  async begin({ threadId }: { threadId: string | null }): Promise<{ sink: Sink; indexInFile: number }> {
    this.#current = await this.#create(this.#nameOf(threadId));
    await this.#current.sink.addAll(this.#request.preamble);
    return { sink: this.#current.sink, indexInFile: 0 };
  }

  async end(session: EndedSession): Promise<void> {
    const written = await this.#close(this.#current as OpenFile);
    this.#current = null;
    const { format, index, encoding } = this.#request;
    for (const loss of session.losses) {
      await this.#losses?.sink.add(lossLine(format, session.head.threadId, loss, encoding.check));
    }
    await this.#manifest.session(session.head, session.result, written);
    if (!session.facts) return;
    const entry: IndexEntry = { ...session, facts: session.facts, file: written.file };
    await this.#index?.sink.addAll(index?.session(entry) ?? []);
  }

  failed(session: FailedSession): Promise<void> {
    return this.#manifest.failed(session);
  }

  finish(): Promise<void> {
    return this.#folder.finish();
  }

  async leavePartial(): Promise<string> {
    await this.#folder.leavePartial();
    return this.#folder.partial;
  }

  async abandon(): Promise<void> {
    for (const file of [this.#current, this.#index, this.#losses]) await file?.file.close().catch(() => {});
    await this.#folder.abandon();
  }

  async complete(): Promise<void> {
    if (this.#index) {
      await this.#index.sink.addAll(this.#request.index?.end() ?? []);
      await this.#manifest.file(await this.#close(this.#index));
      this.#index = null;
    }
    if (this.#losses) await this.#manifest.file(await this.#close(this.#losses));
    this.#losses = null;
    await this.#manifest.end();
  }

  async #create(name: string): Promise<OpenFile> {
    const file = await this.#folder.create(name);
    return { file, sink: createSink(file) };
  }

  async #close({ file, sink }: OpenFile): Promise<WrittenFile> {
    await sink.flush();
    await this.#folder.settle(file);
    return { file: file.name, ...file.digest() };
  }
}

interface OpenFile {
  file: FolderFile;
  sink: Sink;
}
