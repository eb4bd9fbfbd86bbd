import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasChecksum } from '../../src/format/zstd-frames.ts';
import { compressRollout } from '../../src/store/compress-rollout.ts';
import { homeAt } from '../../src/store/home.ts';
import { openRollout } from '../../src/store/rollout-file.ts';
import { envelope, idOf, jsonl, makeHome, record, turn, zstdFrame } from '../builders.ts';

const { decompress } = createRequire(import.meta.url)('zstd-napi') as typeof import('zstd-napi');
const id = idOf(1);
const session = jsonl(envelope(record.meta(id), ...turn('hello'), ...turn('Grüße 🚀')));

describe('compressing a rollout', () => {
  it('makes one frame with checksum and content size, of the same time, and removes the plain file', async () => {
    const { home, path } = existing(session);
    utimesSync(path, 1_700_000_000.123_456, 1_700_000_000.123_456);
    const made = await compressRollout(home, id, path);
    const stored = readFileSync(made.path);
    expect(made).toEqual({ path: `${path}.zst`, bytes: Buffer.byteLength(session), compressedBytes: stored.length });
    expect(existsSync(path)).toBe(false);
    expect(decompress(stored).toString()).toBe(session);
    expect(hasChecksum(stored)).toBe(true);
    // RFC 8878: no content size is the flag 0 without a single segment.
    expect((stored[4] as number) & 0b1110_0000).not.toBe(0);
    expect(statSync(made.path, { bigint: true }).mtimeNs / 1000n).toBe(1_700_000_000_123_456n);
    expect(statSync(made.path).nlink).toBe(1);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
  });

  it('needs no more memory for a long one', async () => {
    const line = `${'{"text":"'}${'words and words '.repeat(64)}"}\n`;
    const content = Buffer.from(line.repeat(64 * 1024));
    const { home, path } = existing(content);
    const before = process.memoryUsage.rss();
    const { path: made } = await compressRollout(home, id, path);
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * 1024 * 1024);
    const rollout = await openRollout(made);
    let bytes = 0;
    for await (const block of rollout.blocks()) bytes += block.length;
    await rollout.close();
    expect(bytes).toBe(content.length);
  });

  it('ends what a killed run began', async () => {
    const { home, path } = existing(session);
    const folder = join(home.path, '.sessions/tmp');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `zst-${id}`), 'half');
    writeFileSync(`${path}.zst`, zstdFrame(session));
    await compressRollout(home, id, path);
    expect(readdirSync(join(path, '..'))).toEqual([`${path.split('/').at(-1)}.zst`]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves both where the compressed one holds something else', async () => {
    const { home, path } = existing(session);
    const other = zstdFrame('{"other":1}\n');
    writeFileSync(`${path}.zst`, other);
    await expect(compressRollout(home, id, path)).rejects.toMatchObject({ kind: 'refused' });
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.zst`)]).toEqual([session, other]);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
  });

  it('is refused for what is compressed already', async () => {
    const { home, path } = existing(zstdFrame(session));
    await expect(compressRollout(home, id, path)).rejects.toMatchObject({ kind: 'refused' });
    expect(readFileSync(path)).toEqual(zstdFrame(session));
  });
});

function existing(content: string | Uint8Array) {
  const home = makeHome();
  return { home: homeAt(home.path), path: home.rollout(id, content) };
}
