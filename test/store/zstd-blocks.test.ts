import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Damage, openRollout } from '../../src/store/rollout-file.ts';
import { makeFolder, skippableFrame, zstdFrame } from '../builders.ts';
import { contentOf } from './content-of.ts';

const folder = makeFolder();
/** Lines that do not compress well, so that frames have several blocks. */
const lines = Array.from({ length: 12_000 }, (_, index) => `${index} ${noise(index)}\n`);
const text = lines.join('');

describe('a compressed file', () => {
  it('of one frame is read whole, as the zstd tool reads it', async () => {
    const path = join(folder, 'tool.jsonl.zst');
    writeFileSync(join(folder, 'tool.jsonl'), text);
    execFileSync('zstd', ['-q', '-3', join(folder, 'tool.jsonl'), '-o', path]);
    const rollout = await openRollout(path);
    expect(String(await contentOf(rollout))).toBe(text);
    expect(rollout).toMatchObject({ content: 'zstd', damage: null });
    await rollout.close();
  });

  it.each([
    ['many frames, cut anywhere', [...cut(text, 999)].map((part) => zstdFrame(part))],
    ['no checksum', [zstdFrame(text, { checksum: false })]],
    ['a checksum', [zstdFrame(text, { checksum: true })]],
    ['no content size', [zstdFrame(text, { contentSize: false })]],
    ['a skippable frame first', [skippableFrame('hello'), zstdFrame(text)]],
    ['a skippable frame last', [zstdFrame(text), skippableFrame('hello', 15)]],
    [
      'skippable frames between',
      [zstdFrame(text.slice(0, 50_000)), skippableFrame(Buffer.alloc(300_000)), zstdFrame(text.slice(50_000))],
    ],
    ['a seek table', seekable(text)],
    ['empty frames', [zstdFrame(''), zstdFrame(text), zstdFrame(''), zstdFrame('')]],
    ['the largest window allowed', [zstdFrame(text, { windowLog: 27, contentSize: false })]],
  ])('of %s is read whole', async (_what, frames) => {
    expect(await read(Buffer.concat(frames))).toEqual({ content: text, damage: null });
  });

  it('is read on from any place of its content', async () => {
    const bytes = Buffer.concat([zstdFrame(text.slice(0, 77_777)), skippableFrame('x'), zstdFrame(text.slice(77_777))]);
    for (const from of [1, 77_776, 77_777, 77_778, text.length - 1, text.length, text.length + 5]) {
      expect((await read(bytes, from)).content).toBe(text.slice(from));
    }
  });

  it('of one skippable frame alone has no content', async () => {
    expect(await read(skippableFrame('only this'))).toEqual({ content: '', damage: null });
  });
});

describe('a compressed file that is cut short', () => {
  const small = text.slice(0, 3000);

  it('at any byte gives what can be had, and says so', async () => {
    const bytes = Buffer.concat([zstdFrame(small.slice(0, 1000)), zstdFrame(small.slice(1000), { checksum: true })]);
    const firstEnd = zstdFrame(small.slice(0, 1000)).length;
    for (let length = 1; length < bytes.length; length += length < 20 || bytes.length - length < 20 ? 1 : 37) {
      const { content, damage } = await read(bytes.subarray(0, length));
      expect(small.startsWith(content)).toBe(true);
      if (length >= firstEnd) expect(content.length).toBeGreaterThanOrEqual(1000);
      if (length === firstEnd) expect(damage).toBeNull();
      else expect([length, damage?.rule]).toEqual([length, 'ZSTD-TRUNCATED']);
      expect(damage?.offset ?? 0).toBe(length > firstEnd ? firstEnd : 0);
    }
  });

  it('gives every block that is there', async () => {
    const whole = zstdFrame(text);
    const { content, damage } = await read(whole.subarray(0, whole.length - 1));
    expect(damage).toMatchObject({ rule: 'ZSTD-TRUNCATED', offset: 0 });
    expect(text.startsWith(content)).toBe(true);
    expect(text.length - content.length).toBeLessThan(128 * 1024);
    expect(content.length).toBeGreaterThan(text.length / 2);
  });
});

describe('a compressed file that is damaged', () => {
  it('gives every frame before the damage', async () => {
    const good = zstdFrame(text);
    const bad = flipped(zstdFrame(text, { checksum: true }), 9, 200, 5000);
    const { content, damage } = await read(Buffer.concat([good, bad, good]));
    expect(content.startsWith(text)).toBe(true);
    expect(damage).toMatchObject({ rule: 'ZSTD-DAMAGED', offset: good.length });
  });

  it('gives every block before the damage', async () => {
    const frame = zstdFrame(text);
    // The last block's header claims a type that does not exist.
    const at = lastBlock(frame);
    frame[at] = (frame[at] as number) | 0b110;
    const { content, damage } = await read(frame);
    expect(damage).toMatchObject({ rule: 'ZSTD-DAMAGED', offset: 0 });
    expect(text.startsWith(content)).toBe(true);
    expect(text.length - content.length).toBeLessThanOrEqual(128 * 1024);
  });

  it('gives every block before the damage also where blocks are a few bytes long', async () => {
    const blocks = Array.from({ length: 40 }, (_, index) => runBlock(0x61 + (index % 26), 1000));
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]);
    const bytes = Buffer.concat([header, ...blocks, Buffer.from([0b111, 0, 0, 0])]);
    const { content, damage } = await read(bytes);
    expect(damage?.rule).toBe('ZSTD-DAMAGED');
    expect(content.length).toBe(40_000);
  });

  it('gives all of a frame whose checksum is wrong', async () => {
    const frame = zstdFrame(text, { checksum: true });
    frame[frame.length - 1] = (frame[frame.length - 1] as number) ^ 1;
    const { content, damage } = await read(frame);
    expect(content).toBe(text);
    expect(damage).toMatchObject({ rule: 'ZSTD-DAMAGED', message: expect.stringContaining('hecksum') });
  });

  it.each([
    ['zeros', Buffer.alloc(10)],
    ['text', Buffer.from('garbage behind the frame')],
    ['a single byte', Buffer.from('x')],
    ['another compressor', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
  ])('by %s behind the last frame is read whole', async (_what, garbage) => {
    const frame = zstdFrame(text);
    expect(await read(Buffer.concat([frame, garbage]))).toEqual({
      content: text,
      damage: { rule: 'ZSTD-TRAILING', message: `${garbage.length} bytes follow the last frame`, offset: frame.length },
    });
  });
});

describe('a compressed file that asks for too much', () => {
  it('of window gives what stands before it', async () => {
    const good = zstdFrame(text);
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (31 - 10) << 3]);
    const { content, damage } = await read(Buffer.concat([good, header, runBlock(0x61, 10, true)]));
    expect(content).toBe(text);
    expect(damage).toMatchObject({ rule: 'ZSTD-WINDOW', offset: good.length });
  });

  it('of a dictionary is unsupported', async () => {
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x23, 0xde, 0xad, 0xbe, 0xef, 10]);
    const { content, damage } = await read(Buffer.concat([header, runBlock(0x61, 10, true)]));
    expect(content).toBe('');
    expect(damage).toMatchObject({ rule: 'ZSTD-UNSUPPORTED', message: 'needs a zstd dictionary' });
  });
});

async function read(bytes: Buffer, from = 0): Promise<{ content: string; damage: Damage | null }> {
  const path = join(folder, 'case.jsonl.zst');
  writeFileSync(path, bytes);
  const rollout = await openRollout(path);
  const content = String(await contentOf(rollout, from));
  await rollout.close();
  return { content, damage: rollout.damage };
}

function noise(seed: number): string {
  let state = seed * 2654435761 + 1;
  let out = '';
  for (let i = 0; i < 10; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out += state.toString(36);
  }
  return out;
}

function* cut(content: string, size: number): Generator<string> {
  for (let at = 0; at < content.length; at += size * 100) yield content.slice(at, at + size * 100);
}

/** zstd's seekable format: frames, then a skippable frame that lists them. */
function seekable(content: string): Buffer[] {
  const parts = [...cut(content, 500)];
  const frames = parts.map((part) => zstdFrame(part));
  const entries = frames.map((frame, index) => {
    const entry = Buffer.alloc(8);
    entry.writeUInt32LE(frame.length, 0);
    entry.writeUInt32LE((parts[index] as string).length, 4);
    return entry;
  });
  const footer = Buffer.alloc(9);
  footer.writeUInt32LE(frames.length, 0);
  footer.writeUInt32LE(0x8f92eab1, 5);
  return [...frames, skippableFrame(Buffer.concat([...entries, footer]), 14)];
}

function flipped(bytes: Buffer, ...at: number[]): Buffer {
  for (const index of at) bytes[index] = (bytes[index] as number) ^ 0xff;
  return bytes;
}

/** A block that is one byte, repeated (RFC 8878, 3.1.1.2). */
function runBlock(byte: number, size: number, isLast = false): Buffer {
  const header = (size << 3) | (1 << 1) | (isLast ? 1 : 0);
  return Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16, byte]);
}

/** Where the header of a frame's last block stands. */
function lastBlock(frame: Buffer): number {
  const descriptor = frame[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  let at = 5 + (isSingleSegment ? 0 : 1) + sizeBytes;
  for (;;) {
    const header = frame.readUIntLE(at, 3);
    if (header & 1) return at;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
}
