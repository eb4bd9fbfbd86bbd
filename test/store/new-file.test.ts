import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNewFile } from '../../src/store/new-file.ts';
import { makeFolder } from '../builders.ts';

describe('a new file', () => {
  it('has its name when it is whole, and belongs to its owner alone', async () => {
    const folder = makeFolder();
    const path = join(folder, 'out');
    const file = await openNewFile(path, false);
    await file.write('one ');
    expect(readdirSync(folder)).toEqual(['out.partial']);
    await file.write(Buffer.from('two'));
    await file.finish();
    expect(readdirSync(folder)).toEqual(['out']);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await file.abandon();
    expect(existsSync(path)).toBe(true);
  });

  it('that ends in .zst is one frame with a checksum, that zstd reads', async () => {
    const path = join(makeFolder(), 'out.zst');
    const file = await openNewFile(path, false);
    const text = 'line of text\n'.repeat(300_000);
    for (let at = 0; at < text.length; at += 1_000_003) await file.write(text.slice(at, at + 1_000_003));
    await file.finish();
    const { status, stdout } = spawnSync('zstd', ['-dcq', path], { maxBuffer: 1e8 });
    expect([status, stdout.toString() === text]).toEqual([0, true]);
    // The third bit of the frame's descriptor says that it has a checksum.
    expect(((readFileSync(path)[4] as number) >> 2) & 1).toBe(1);
  });

  it('does not take the place of another one, neither before nor while it is written', async () => {
    const path = join(makeFolder(), 'out');
    writeFileSync(path, 'mine');
    await expect(openNewFile(path, false)).rejects.toMatchObject({ kind: 'usage', hint: '--force replaces it' });
    const late = join(makeFolder(), 'late');
    const file = await openNewFile(late, false);
    await file.write('new');
    writeFileSync(late, 'mine');
    await expect(file.finish()).rejects.toMatchObject({ kind: 'usage' });
    expect([readFileSync(late, 'utf8'), readFileSync(`${late}.partial`, 'utf8')]).toEqual(['mine', 'new']);
  });

  it('takes the place of another one, or of a link, when it is told to', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'target'), 'mine');
    symlinkSync(join(folder, 'target'), join(folder, 'link'));
    for (const name of ['link', 'target']) {
      const file = await openNewFile(join(folder, name), true);
      await file.write('new');
      if (name === 'target') expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
      await file.finish();
      expect(readFileSync(join(folder, name), 'utf8')).toBe('new');
    }
    expect(readdirSync(folder).sort()).toEqual(['link', 'target']);
  });

  it.each([true, false])('is never made of what is no file (replaces: %s)', async (replaces) => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'folder'));
    spawnSync('mkfifo', [join(folder, 'pipe'), join(folder, 'file.partial')]);
    for (const path of ['/dev/null', join(folder, 'folder'), join(folder, 'pipe'), join(folder, 'file')]) {
      await expect(openNewFile(path, replaces)).rejects.toMatchObject({ kind: 'usage' });
    }
    await expect(openNewFile('/no/such/folder/file', replaces)).rejects.toMatchObject({
      kind: 'usage',
      message: 'there is no such folder',
    });
  });

  it('is never put in the place of a link to what is no file, nor is that advised', async () => {
    const folder = makeFolder();
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    writeFileSync(join(folder, 'file'), '');
    for (const [name, target] of Object.entries({ device: '/dev/null', fifo: 'pipe', folder: '.' })) {
      symlinkSync(target, join(folder, name));
      for (const replaces of [true, false])
        await expect(openNewFile(join(folder, name), replaces)).rejects.toMatchObject({
          ...{ kind: 'usage', message: 'is a link to what is no regular file', hint: undefined },
        });
    }
    for (const [name, target] of Object.entries({ link: 'file', loose: 'nothing' })) {
      symlinkSync(target, join(folder, name));
      await expect(openNewFile(join(folder, name), false)).rejects.toMatchObject({
        ...{ kind: 'usage', message: 'is a link', hint: expect.stringContaining('--force replaces the link') },
      });
    }
  });

  it('is written by one run at a time', async () => {
    const path = join(makeFolder(), 'out');
    const file = await openNewFile(path, false);
    for (const replaces of [false, true])
      await expect(openNewFile(path, replaces)).rejects.toMatchObject({ kind: 'busy' });
    await file.write('new');
    await file.finish();
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('does not touch what is called .partial, unless it is empty or it is told to', async () => {
    const path = join(makeFolder(), 'out');
    const partial = `${path}.partial`;
    writeFileSync(partial, 'my own notes', { mode: 0o666 });
    chmodSync(partial, 0o666);
    await expect(openNewFile(path, false)).rejects.toMatchObject({ kind: 'usage', place: { file: partial } });
    expect(readFileSync(partial, 'utf8')).toBe('my own notes');
    const reader = openSync(partial, 'r');
    for (const replaces of [true, false]) {
      const file = await openNewFile(path, replaces);
      await file.write('secret');
      expect([statSync(partial).mode & 0o777, readFileSync(reader).includes('secret')]).toEqual([0o600, false]);
      await file.abandon();
      writeFileSync(partial, '', { mode: 0o666 });
    }
    closeSync(reader);
  });

  it.each([true, false])('does not follow links, and keeps other names of a file (replaces: %s)', async (replaces) => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'mine'), 'mine');
    linkSync(join(folder, 'mine'), join(folder, 'hard.partial'));
    symlinkSync(join(folder, 'mine'), join(folder, 'soft.partial'));
    symlinkSync(join(folder, 'new'), join(folder, 'loose.partial'));
    for (const name of ['hard', 'soft', 'loose'])
      await expect(openNewFile(join(folder, name), replaces)).rejects.toMatchObject({ kind: 'usage' });
    expect([readFileSync(join(folder, 'mine'), 'utf8'), existsSync(join(folder, 'new'))]).toEqual(['mine', false]);
  });

  it.skipIf(process.geteuid?.() !== 0)('is never made of what somebody else has made', async () => {
    const path = join(makeFolder(), 'out');
    writeFileSync(`${path}.partial`, '', { mode: 0o666 });
    chownSync(`${path}.partial`, 12_345, 12_345);
    for (const replaces of [true, false])
      await expect(openNewFile(path, replaces)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('does not give its name to what was put in its place', async () => {
    const folder = makeFolder();
    const path = join(folder, 'out');
    const file = await openNewFile(path, false);
    await file.write('new');
    rmSync(`${path}.partial`);
    writeFileSync(`${path}.partial`, 'of somebody else');
    await expect(file.finish()).rejects.toMatchObject({ kind: 'usage' });
    expect(readdirSync(folder)).toEqual(['out.partial']);
    await file.abandon();
    expect(readFileSync(`${path}.partial`, 'utf8')).toBe('of somebody else');
  });

  it('is gone when it is abandoned, and stays when it is left', async () => {
    const folder = makeFolder();
    const gone = await openNewFile(join(folder, 'gone'), false);
    await gone.write('x');
    await gone.abandon();
    expect(readdirSync(folder)).toEqual([]);
    const left = await openNewFile(join(folder, 'left.zst'), false);
    await left.write('x');
    await left.leavePartial();
    expect(readdirSync(folder)).toEqual(['left.zst.partial']);
    expect(spawnSync('zstd', ['-dc'], { input: readFileSync(left.partial) }).stdout.toString()).toBe('x');
  });
});
