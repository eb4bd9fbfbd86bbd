import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { isMissingFile } from '../../base/system-error.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import type { FolderManifest, ListedFile, ListedFiles } from '../../store/listed-folder.ts';
import { MANIFEST_SCHEMA } from './manifest.ts';

/** What the manifest of an export says of the folder that it lies in. @param name of the manifest */
export function exportManifest(name: string): FolderManifest {
  return { name, filesOf: async (folder) => readListed(join(folder, name), name) };
}

/** Null for what is no manifest of ours that ends. */
async function readListed(path: string, name: string): Promise<ListedFiles | null> {
  const files = new Map<string, ListedFile | null>([[name, null]]);
  let kind: unknown = null;
  try {
    const framer = new LineFramer(LONGEST_LINE);
    for await (const chunk of createReadStream(path)) {
      for (const line of framer.push(chunk as Buffer)) {
        const record = parsed(line);
        if (record?.schema !== MANIFEST_SCHEMA || (kind === null) !== (record.kind === 'export')) return null;
        kind = record.kind;
        if (typeof record.file === 'string') files.set(record.file, listed(record));
      }
    }
  } catch (error) {
    if (isMissingFile(error) || (error as NodeJS.ErrnoException).code === 'EISDIR') return null;
    throw error;
  }
  return kind === 'end' ? files : null;
}

function listed({ bytes, sha256 }: { [key: string]: unknown }): ListedFile | null {
  return typeof bytes === 'number' && typeof sha256 === 'string' ? { bytes, sha256 } : null;
}

function parsed({ bytes, start, end }: Line): { [key: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : null;
  } catch {
    return null;
  }
}

const LONGEST_LINE = 100_000;
