import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderFile } from '../../../store/folder-file.ts';
import type { NewFolder } from '../../../store/new-folder.ts';
import { bagNames, byName, DECLARATION } from '../names.ts';

/** A file of a bag that is complete. */
export interface BagFile {
  /** In the bag, with slashes. */
  name: string;
  bytes: number;
  sha256: string;
}

/** Fills a folder with a bag (BagIt, RFC 8493): payload below `data/`, everything else beside it, and the manifests of both. */
export class BagWriter {
  readonly files: BagFile[] = [];
  readonly #folder: NewFolder;
  readonly #open = new Set<FolderFile>();

  /** @param folder whose manifest file is `bagit.txt` */
  constructor(folder: NewFolder) {
    this.#folder = folder;
  }

  get path(): string {
    return this.#folder.partial;
  }

  /** Makes a file, which `add` or `close` completes. */
  async create(name: string): Promise<FolderFile> {
    const file = await this.#folder.create(name);
    this.#open.add(file);
    return file;
  }

  async close(file: FolderFile): Promise<BagFile> {
    this.#open.delete(file);
    await this.#folder.settle(file);
    const made = { name: file.name, ...file.digest() };
    this.files.push(made);
    return made;
  }

  /** A whole file. */
  async add(name: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<BagFile> {
    const file = await this.create(name);
    if (typeof content === 'string' || content instanceof Uint8Array) await file.write(content);
    else for await (const block of content) await file.write(block);
    return this.close(file);
  }

  /** Takes files out again. */
  async drop(isOut: (name: string) => boolean): Promise<void> {
    for (const { name } of this.files.filter(({ name }) => isOut(name))) await rm(join(this.path, name));
    this.files.splice(0, this.files.length, ...this.files.filter(({ name }) => !isOut(name)));
  }

  /**
   * Writes what says what belongs to the bag. Nothing is added behind that; what did not become whole goes.
   *
   * @param sign makes the signature over the text of the last manifest, which covers all; null for none
   */
  async complete(
    info: readonly [label: string, value: string][],
    sign: ((text: string) => Promise<string>) | null,
  ): Promise<void> {
    for (const file of this.#open) await this.#folder.discard(file);
    const payload = this.files.filter(({ name }) => name.startsWith('data/')).sort(byName);
    const bytes = payload.reduce((sum, file) => sum + file.bytes, 0);
    const lines = [...info, ['Payload-Oxum', `${bytes}.${payload.length}`] as const];
    await this.add(bagNames.info, lines.map(([label, value]) => `${label}: ${value}\n`).join(''));
    await this.add(bagNames.manifest, manifestText(payload));
    await this.#folder.manifest.write(DECLARATION);
    this.files.push({ name: bagNames.declaration, ...this.#folder.manifest.digest() });
    const tags = this.files.filter(({ name }) => !name.startsWith('data/')).sort(byName);
    const text = manifestText(tags);
    await this.add(bagNames.tagManifest, text);
    if (sign) await this.add(bagNames.signature, await sign(text));
  }
}

function manifestText(files: readonly BagFile[]): string {
  return files.map(({ sha256, name }) => `${sha256}  ${name}\n`).join('');
}
