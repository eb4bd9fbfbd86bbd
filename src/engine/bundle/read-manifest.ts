import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { LineFramer } from '../../format/line-framer.ts';
import { isSafeName } from './names.ts';

export interface Manifest {
  /** By name, the checksum. */
  files: Map<string, string>;
  faults: { line: number; message: string }[];
  /** Of its own text. */
  sha256: string;
}

/** Reads a manifest as this program writes it: each line exactly a checksum, two spaces and a name, in order. */
export async function readManifest(folder: string, name: string, isOwn: (file: string) => boolean): Promise<Manifest> {
  const framer = new LineFramer(LONGEST_LINE);
  const manifest: Manifest = { files: new Map(), faults: [], sha256: '' };
  const hash = createHash('sha256');
  let last = '';
  const take = (text: string, line: number, isEnded: boolean) => {
    const [, sha256, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(text) ?? [];
    const fault = (message: string) => manifest.faults.push({ line, message });
    if (!sha256 || !file || !isEnded) fault('the line is not a checksum and a name');
    else if (!isSafeName(file)) fault('the name leads out of the bundle, or is not one that this program writes');
    else if (!isOwn(file)) fault(`${file} does not belong in this manifest`);
    else if (manifest.files.has(file)) fault(`${file} is named twice`);
    else if (file < last) fault(`${file} is out of order`);
    else manifest.files.set(file, sha256);
    if (file) last = file;
  };
  const framed = (lines: ReturnType<LineFramer['push']>) => {
    for (const { bytes, start, end, number, terminated, whole } of lines) {
      take(whole ? bytes.toString('latin1', start, end) : '', number, terminated);
    }
  };
  for await (const block of createReadStream(join(folder, name))) {
    hash.update(block as Buffer);
    framed(framer.push(block as Buffer));
  }
  framed(framer.end());
  return { ...manifest, sha256: hash.digest('hex') };
}

const LONGEST_LINE = 4096;
