import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listDir } from '../../../../src/runner/tools/files/list-dir.ts';
import { readFile } from '../../../../src/runner/tools/files/read-file.ts';
import { searchFiles } from '../../../../src/runner/tools/files/search-files.ts';
import { viewImage } from '../../../../src/runner/tools/files/view-image.ts';
import { full, hasBubblewrap, makeRoom, type Room, readOnly } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';

function fill(files: Record<string, string | Buffer>): Room {
  const room = makeRoom();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(room.cwd, name, '..'), { recursive: true });
    writeFileSync(join(room.cwd, name), content);
  }
  return room;
}

describe('read_file', () => {
  it('numbers lines, and gives a part of them', async () => {
    const room = fill({ f: 'one\r\ntwo\nthrée\nfour' });
    const context = contextOf(room);
    const all = await call(readFile, context, { path: 'f' });
    const part = await call(readFile, context, { path: join(room.cwd, 'f'), offset: 2, limit: 2 });
    const after = await call(readFile, context, { path: 'f', offset: 9 });
    expect(all).toEqual({ output: 'L1: one\nL2: two\nL3: thrée\nL4: four', status: 'completed' });
    expect(part.output).toBe('L2: two\nL3: thrée\n[… more from line 4 on …]');
    expect(after).toEqual({ output: 'err: f: has only 4 lines', status: 'failed' });
  });

  it('caps lines, their length, and bytes', async () => {
    const context = contextOf(
      fill({
        many: 'x\n'.repeat(5000),
        long: `${'y'.repeat(1_000_000)}\nend\n`,
        wide: `${'z'.repeat(1900)}\n`.repeat(100),
        empty: '',
      }),
    );
    const [many, long, wide, empty] = await Promise.all(
      ['many', 'long', 'wide', 'empty'].map(async (path) => (await call(readFile, context, { path })).output as string),
    );
    expect(many!.endsWith('L2000: x\n[… more from line 2001 on …]')).toBe(true);
    expect(long).toBe(`L1: ${'y'.repeat(2000)} [… 998000 bytes left out …]\nL2: end`);
    expect(wide!.length).toBeLessThan(70_000);
    expect(wide).toMatch(/\[… more from line 3\d on …\]$/);
    expect(empty).toBe('');
  });

  it('refuses what is no text, no file, or a key', async () => {
    const room = fill({ binary: Buffer.from([1, 0, 2]) });
    execFileSync('mkfifo', [join(room.cwd, 'pipe')]);
    symlinkSync(join(room.home, 'auth.json'), join(room.cwd, 'link'));
    symlinkSync('/proc/self', join(room.cwd, 'self'));
    const context = contextOf(room, { sandbox: full });
    const outputOf = async (path: string) => (await call(readFile, context, { path })).output;
    expect(await outputOf('binary')).toBe('err: binary: is a binary file of 3 bytes');
    expect(await outputOf('pipe')).toBe('err: pipe: is no regular file');
    expect(await outputOf('.')).toBe('err: .: is a directory');
    expect(await outputOf('gone')).toBe('err: gone: no such file or directory');
    for (const path of ['link', '../home/auth.json', 'self/environ', '/proc/self/environ', '/dev/zero']) {
      expect(await outputOf(path)).toBe(`err: ${path}: reading it is not allowed`);
    }
    expect(await outputOf('a\0b')).toMatch(/^err: /);
  });
});

describe('list_dir', () => {
  it('lists levels, sorted, without entering .git or links', async () => {
    const room = fill({ 'b/x/deep': '', 'a.txt': '', '.git/config': '', 'line\nfeed': '' });
    symlinkSync('/', join(room.cwd, 'root'));
    const context = contextOf(room);
    const two = await call(listDir, context, {});
    const one = await call(listDir, context, { path: 'b', depth: 1 });
    const cut = await call(listDir, context, { limit: 2 });
    expect(two.output).toBe(`${room.cwd}:\n  .git/\n  a.txt\n  b/\n    x/\n  line\\nfeed\n  root@`);
    expect(one.output).toBe(`${room.cwd}/b:\n  x/`);
    expect(cut.output).toBe(`${room.cwd}:\n  .git/\n  a.txt\n[… there is more …]`);
    expect((await call(listDir, context, { path: 'gone' })).output).toMatch(/^err: gone: /);
    expect((await call(listDir, context, { path: 'a.txt' })).output).toBe('err: a.txt: not a directory');
    expect((await call(listDir, context, { path: '/proc' })).output).toBe('err: /proc: reading it is not allowed');
  });
});

describe('view_image', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  it('gives an image by what it is, not by its name', async () => {
    const context = contextOf(
      fill({
        'a.txt': png,
        'b.png': 'no image',
        'c.webp': 'RIFF1234WEBPVP8 ',
        'd.gif': 'GIF89a..',
        'e.jpg': Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
      }),
    );
    const outcome = await call(viewImage, context, { path: 'a.txt' });
    expect(outcome).toEqual({
      output: [{ type: 'input_image', image_url: `data:image/png;base64,${png.toString('base64')}` }],
      status: 'completed',
    });
    expect((await call(viewImage, context, { path: 'b.png' })).output).toBe(
      'err: b.png: is no PNG, JPEG, GIF or WebP image',
    );
    for (const [path, kind] of [
      ['c.webp', 'webp'],
      ['d.gif', 'gif'],
      ['e.jpg', 'jpeg'],
    ]) {
      const { output } = await call(viewImage, context, { path });
      expect(output).toEqual([
        { type: 'input_image', image_url: expect.stringMatching(`^data:image/${kind};base64,`) },
      ]);
    }
  });

  it('refuses a large one', async () => {
    const context = contextOf(fill({ 'a.png': Buffer.concat([png, Buffer.alloc(11 * 1024 * 1024)]) }));
    expect((await call(viewImage, context, { path: 'a.png' })).output).toBe('err: a.png: is larger than 10 MiB');
  });
});

describe('search_files', () => {
  const files = {
    'a.ts': 'const x = 1;\nfoo(bar)\n',
    'd/b.txt': 'FOO(bar)\nfoo.bar\n',
    '.git/c': 'foo(bar)\n',
    bin: Buffer.from('foo(bar)\0\n'),
  };
  const policies = [full, ...(hasBubblewrap ? [readOnly] : [])];

  it.each(policies)('finds texts and expressions with $type', async (sandbox) => {
    const context = contextOf(fill(files), { sandbox });
    const search = async (args: object) => (await call(searchFiles, context, args)).output;
    expect(await search({ pattern: 'foo(bar)' })).toBe('a.ts:2:foo(bar)');
    expect(await search({ pattern: 'foo(bar)', ignore_case: true })).toBe('a.ts:2:foo(bar)\nd/b.txt:1:FOO(bar)');
    expect(await search({ pattern: '^foo.bar', regex: true, glob: '*.txt' })).toBe('d/b.txt:2:foo.bar');
    expect(await search({ pattern: 'bar', path: 'd', limit: 1 })).toBe('d/b.txt:1:FOO(bar)\n[… there is more …]');
    expect(await search({ pattern: '--version' })).toBe('No matches.');
    expect(await search({ pattern: 'x', path: '--files' })).toMatch(/^err: .*--files/);
    expect(await search({ pattern: '(', regex: true })).toMatch(/^err: /);
    expect(await search({ pattern: 'a\nb' })).toBe('err: the pattern must be one line');
    expect(await search({ pattern: 'KEY', path: '../home/auth.json' })).toBe(
      'err: ../home/auth.json: reading it is not allowed',
    );
  });

  it.skipIf(!hasBubblewrap)('does not find keys', async () => {
    const room = fill(files);
    const { output } = await call(searchFiles, contextOf(room), { pattern: 'sk-secret', path: '..' });
    expect(output).not.toContain('sk-secret-of');
  });

  it('cuts long lines and long results', async () => {
    const context = contextOf(fill({ wide: `hit ${'x'.repeat(100_000)}\n`, many: 'hit\n'.repeat(100_000) }), {
      sandbox: full,
    });
    const wide = (await call(searchFiles, context, { pattern: 'hit x', path: 'wide' })).output as string;
    const many = (await call(searchFiles, context, { pattern: 'hit', path: 'many' })).output as string;
    expect(wide.length).toBeLessThan(1000);
    expect(many.split('\n')).toHaveLength(201);
    expect(many.endsWith('many:200:hit\n[… there is more …]')).toBe(true);
  });
});
