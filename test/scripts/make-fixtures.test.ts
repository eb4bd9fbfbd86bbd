import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decompress } from 'zstd-napi';
import { makeFixtures } from '../../scripts/make-fixtures.mjs';

const folder = fileURLToPath(new URL('../../fixtures', import.meta.url));

describe('fixtures/', () => {
  const made: Map<string, Buffer> = makeFixtures();

  it('holds the files that the script makes', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    expect(files.sort()).toEqual([...made.keys()].sort());
  });

  it('is up to date', () => {
    // Another version of the library may compress the same content to other bytes.
    for (const [path, bytes] of made)
      expect([path, plain(readFileSync(join(folder, path)))]).toEqual([path, plain(bytes)]);
  });
});

function plain(bytes: Buffer): string {
  try {
    return decompress(bytes).toString('latin1');
  } catch {
    return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x28b52ffd ? 'damaged on purpose' : bytes.toString('latin1');
  }
}
