import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRollout } from '../../src/store/rollout-file.ts';
import { makeFolder, TestHome, zstdFrame } from '../builders.ts';
import { contentOf } from './content-of.ts';

const folder = new TestHome(makeFolder());

describe('a plain file', () => {
  it('is read byte for byte, from any place and more than once', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_500_000 }, (_, index) => (index * 7919) & 0xff));
    const rollout = await openRollout(folder.write('plain.jsonl', bytes));
    expect((await contentOf(rollout)).equals(bytes)).toBe(true);
    expect((await contentOf(rollout, 3_000_000)).equals(bytes.subarray(3_000_000))).toBe(true);
    expect((await contentOf(rollout, 9_000_000)).length).toBe(0);
    expect(rollout).toMatchObject({ content: 'plain', damage: null });
    await rollout.close();
  });

  it('is read as it was when it was opened', async () => {
    const path = folder.write('grows.jsonl', 'one\n');
    const rollout = await openRollout(path);
    appendFileSync(path, 'two\n');
    expect(String(await contentOf(rollout))).toBe('one\n');
    expect(rollout.identity.size).toBe(4);
    await rollout.close();
  });

  it('gives blocks that stay as they are until the one after the next is asked for', async () => {
    const bytes = Buffer.concat(Array.from({ length: 9 }, (_, index) => Buffer.alloc(1024 * 1024, index)));
    const rollout = await openRollout(folder.write('blocks.jsonl', bytes));
    let before: { block: Buffer; copy: Buffer } | null = null;
    for await (const block of rollout.blocks()) {
      // The read ahead has time to end.
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (before) expect(before.block.equals(before.copy)).toBe(true);
      before = { block, copy: Buffer.from(block) };
    }
    expect(before?.copy.at(-1)).toBe(8);
    await rollout.close();
  });

  it('may be left in the middle', async () => {
    const rollout = await openRollout(folder.write('left.jsonl', Buffer.alloc(5_000_000, 0x61)));
    for await (const block of rollout.blocks()) {
      expect(block.length).toBeGreaterThan(0);
      break;
    }
    await rollout.close();
  });
});

describe('what a file is', () => {
  it('is told by its content, not by its name', async () => {
    const compressed = await openRollout(folder.write('really-zstd.jsonl', zstdFrame('hello\n')));
    expect(String(await contentOf(compressed))).toBe('hello\n');
    await compressed.close();
    const plain = await openRollout(folder.write('really-plain.jsonl.zst', 'hello\n'));
    expect(String(await contentOf(plain))).toBe('hello\n');
    await plain.close();
  });

  it.each([
    ['is gzip, not zstd', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]],
    ['is a zstd format older than 1.0', [0x27, 0xb5, 0x2f, 0xfd, 0, 0]],
  ])('%s: nothing is read', async (message, bytes) => {
    const rollout = await openRollout(folder.write('old.jsonl.zst', Buffer.from(bytes)));
    expect((await contentOf(rollout)).length).toBe(0);
    expect(rollout.damage).toEqual({ rule: 'ZSTD-UNSUPPORTED', message, offset: 0 });
    await rollout.close();
  });
});

describe('what is never read', () => {
  it('is a symbolic link', async () => {
    symlinkSync(folder.write('target', 'secret'), join(folder.path, 'link.jsonl'));
    await expect(openRollout(join(folder.path, 'link.jsonl'))).rejects.toMatchObject({
      rule: 'SYMLINK',
      kind: 'findings',
    });
  });

  it('is a pipe, without waiting for its writer', async () => {
    execFileSync('mkfifo', [join(folder.path, 'pipe.jsonl')]);
    await expect(openRollout(join(folder.path, 'pipe.jsonl'))).rejects.toMatchObject({ rule: 'NOT-REGULAR' });
  });

  it('is a folder or a device', async () => {
    mkdirSync(join(folder.path, 'folder.jsonl'));
    await expect(openRollout(join(folder.path, 'folder.jsonl'))).rejects.toMatchObject({ rule: 'NOT-REGULAR' });
    await expect(openRollout('/dev/zero')).rejects.toMatchObject({ rule: 'NOT-REGULAR' });
  });

  it('is a file that is not there', async () => {
    const path = join(folder.path, 'missing.jsonl');
    await expect(openRollout(path)).rejects.toMatchObject({
      kind: 'usage',
      message: 'no such file',
      place: { file: path },
    });
    await expect(openRollout(join(folder.path, 'target', 'x'))).rejects.toMatchObject({ kind: 'trouble' });
  });
});
