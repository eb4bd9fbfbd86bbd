import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CompressedForm, writeCompressed } from '../../src/store/compress-content.ts';
import { openRollout } from '../../src/store/rollout-file.ts';
import { decodeSeekTable, FOOTER_BYTES, seekTableLength } from '../../src/store/seek-table.ts';
import { digestContent } from '../../src/store/writer/file-steps.ts';
import { makeFolder } from '../builders.ts';
import { createRandom } from '../support/random.ts';

const folder = makeFolder();
const MIB = 1024 * 1024;

/** Lines of random lengths and of text that does not compress to nothing. */
function lines(bytes: number, longest: number, seed = 1): Buffer {
  const random = createRandom(seed);
  const parts: string[] = [];
  for (let length = 0; length < bytes; ) {
    const word = Math.floor(random() * 1e15).toString(36);
    const line = `{"text":"${word.repeat(1 + Math.floor((random() * longest) / word.length))}"}\n`;
    parts.push(line);
    length += line.length;
  }
  return Buffer.from(parts.join(''));
}

async function compress(content: Buffer, form: CompressedForm): Promise<{ path: string; bytes: Buffer }> {
  const source = join(folder, 'source.jsonl');
  const path = join(folder, 'made.jsonl.zst');
  writeFileSync(source, content);
  const rollout = await openRollout(source);
  const handle = await open(path, 'w');
  const read: number[] = [];
  try {
    const digest = await writeCompressed(handle, rollout, form, { onBytes: (length) => read.push(length) });
    expect(digest).toEqual({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    expect(read.reduce((sum, length) => sum + length, 0)).toBe(content.length);
  } finally {
    await handle.close();
    await rollout.close();
  }
  return { path, bytes: readFileSync(path) };
}

function zstd(...args: string[]): Buffer {
  return execFileSync('zstd', args, { maxBuffer: 100 * MIB, stdio: ['ignore', 'pipe', 'pipe'] });
}

const contents: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one short line', Buffer.from('{"a":1}\n')],
  ['a line without an end', Buffer.from('{"a":1}\n{"b"')],
  ['many lines', lines(5 * MIB, 3000)],
  ['lines that are longer than a frame', lines(14 * MIB, 6 * MIB)],
  ['no line end at all', Buffer.alloc(9 * MIB + 17, 'x')],
  ['a line that ends where a frame does', Buffer.concat([Buffer.alloc(MIB - 1, 'y'), Buffer.from('\n{"b":2}\n')])],
];

describe.each([false, true])('a compressed rollout (seekable: %s)', (seekable) => {
  it.each(contents)('holds %s, for zstd and for us', async (_, content) => {
    const { path } = await compress(content, { level: 3, seekable });
    expect((await digestContent(path)).sha256).toBe(createHash('sha256').update(content).digest('hex'));
    zstd('-t', '-q', path);
    expect(zstd('-dc', '-q', path).equals(content)).toBe(true);
  });

  it('has checksums: no byte of it can change unseen', async () => {
    const content = lines(3 * MIB, 2000);
    const { path, bytes } = await compress(content, { level: 3, seekable });
    const frames = seekable ? tableOf(bytes).frames.reduce((sum, frame) => sum + frame.bytes, 0) : bytes.length;
    const random = createRandom(7);
    for (let round = 0; round < 25; round++) {
      const changed = Buffer.from(bytes);
      const place = Math.floor(random() * frames);
      changed[place] = (changed[place] as number) ^ (1 << Math.floor(random() * 8));
      writeFileSync(path, changed);
      const digest = await digestContent(path).catch(() => null);
      expect([place, digest]).toEqual([place, null]);
    }
  });

  it.each([1, 19, 22])('at level %i needs no window that Codex refuses', async (level) => {
    const content = lines(2 * MIB, 500);
    const { path } = await compress(content, { level, seekable });
    expect(zstd('-dc', '-q', '--memory=128MB', path).equals(content)).toBe(true);
  });
});

describe('the one frame', () => {
  it('says how long its content is, and has a checksum', async () => {
    const { path } = await compress(lines(3 * MIB, 2000), { level: 3, seekable: false });
    const listed = zstd('-lv', path).toString();
    expect(listed).toMatch(/# Zstandard Frames: 1\n/);
    expect(listed).toMatch(/Decompressed Size: 3\.\d+ MiB \(\d+ B\)/);
    expect(listed).toMatch(/Check: XXH64/);
  });
});

describe('the seek table', () => {
  it('lists every frame: each ends a line, decompresses alone and has the checksum that the table says', async () => {
    const content = lines(7 * MIB, 9000);
    const { path, bytes } = await compress(content, { level: 3, seekable: true });
    const { frames } = tableOf(bytes);
    expect(zstd('-l', path).toString()).toMatch(new RegExp(`^ *${frames.length + 1} +1 `, 'm'));
    expect(frames.length).toBeGreaterThanOrEqual(6);
    let offset = 0;
    let contentOffset = 0;
    for (const frame of frames) {
      const alone = join(folder, 'frame.zst');
      writeFileSync(alone, bytes.subarray(offset, offset + frame.bytes));
      const held = zstd('-dc', '-q', alone);
      expect(held.equals(content.subarray(contentOffset, contentOffset + frame.contentBytes))).toBe(true);
      expect(held.at(-1)).toBe(0x0a);
      expect(frame.contentBytes).toBeLessThan(1.1 * MIB);
      expect(zstd('-lv', alone).toString()).toContain(`XXH64 ${frame.checksum.toString(16).padStart(8, '0')}`);
      offset += frame.bytes;
      contentOffset += frame.contentBytes;
    }
    expect(contentOffset).toBe(content.length);
  });

  it('of another file, cut short or changed is none', async () => {
    const { bytes } = await compress(lines(3 * MIB, 2000), { level: 3, seekable: true });
    const { table } = tableOf(bytes);
    expect(decodeSeekTable(table, bytes.length + 1)).toBeNull();
    expect(decodeSeekTable(table.subarray(1), bytes.length)).toBeNull();
    for (const place of [0, 4, 8, table.length - 1, table.length - 9]) {
      const changed = Buffer.from(table);
      changed[place] = (changed[place] as number) ^ 1;
      expect([place, decodeSeekTable(changed, bytes.length)]).toEqual([place, null]);
    }
    expect(seekTableLength(Buffer.alloc(FOOTER_BYTES))).toBeNull();
    expect(seekTableLength(Buffer.alloc(3))).toBeNull();
  });

  it('without checksums, as other programs may write it, is read', () => {
    const table = Buffer.alloc(8 + 8 + 9);
    table.writeUInt32LE(0x184d2a5e, 0);
    table.writeUInt32LE(17, 4);
    table.writeUInt32LE(100, 8);
    table.writeUInt32LE(1000, 12);
    table.writeUInt32LE(1, 16);
    table.writeUInt32LE(0x8f92eab1, 21);
    expect(decodeSeekTable(table, 125)).toEqual([{ bytes: 100, contentBytes: 1000, checksum: 0 }]);
  });
});

function tableOf(bytes: Buffer) {
  const length = seekTableLength(bytes.subarray(-FOOTER_BYTES)) as number;
  const table = bytes.subarray(-length);
  const frames = decodeSeekTable(table, bytes.length);
  if (!frames) throw new Error('no seek table');
  return { table, frames };
}
