import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Puts a stream into a private temporary file, so that it can be read more than once. Nothing is written into a home.
 *
 * @returns the file, and what removes it
 */
export async function spool(content: AsyncIterable<Uint8Array>): Promise<{ path: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  const path = join(folder, 'stdin.jsonl');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await pipeline(Readable.from(content, { objectMode: true }), createWriteStream(path, { mode: 0o600 }));
    return { path, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
