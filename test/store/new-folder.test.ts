import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FolderManifest, ListedFile } from '../../src/store/listed-folder.ts';
import { type NewFolder, openNewFolder } from '../../src/store/new-folder.ts';
import { makeFolder } from '../builders.ts';

/** Lists the files of a folder, one a line, with length and checksum, and itself not. */
const manifest: FolderManifest = {
  name: 'manifest',
  async filesOf(folder) {
    if (!existsSync(join(folder, 'manifest'))) return null;
    const [first, ...lines] = readFileSync(join(folder, 'manifest'), 'utf8').split('\n');
    const files = lines.map((line): [string, ListedFile] => {
      const [name, bytes, sha256] = line.split(' ') as [string, string, string];
      return [name, { bytes: Number(bytes), sha256 }];
    });
    return first === 'made by us' ? new Map<string, ListedFile | null>([['manifest', null], ...files]) : null;
  },
};

async function fill(folder: NewFolder, text: string): Promise<void> {
  for (const name of ['a', 'deep/b']) {
    const file = await folder.create(name);
    await file.write(text);
    await folder.settle(file);
  }
  const listed = `${text.length} ${createHash('sha256').update(text).digest('hex')}`;
  await folder.manifest.write(`made by us\na ${listed}\ndeep/b ${listed}`);
}

/** As a run leaves it that is killed. */
function leaveUnfinished(path: string): void {
  mkdirSync(`${path}.partial/deep`, { recursive: true });
  const { dev, ino } = statSync(`${path}.partial`);
  const names = ['manifest', 'deep/', 'deep/half', 'deep/linked', 'taken'].map((name) => `+"${name}"\n`).join('');
  const header = `sessions writes this folder ${dev} ${ino}\n`;
  writeFileSync(`${path}.partial/.unfinished`, `${header}${names}-"taken"\n+"torn`);
  writeFileSync(`${path}.partial/deep/half`, 'half');
}

const content = ['a', 'deep', 'manifest'];

describe('a new folder', () => {
  it('has its name when it is whole', async () => {
    const path = join(makeFolder(), 'out');
    const folder = await openNewFolder(path, manifest, false);
    await fill(folder, 'x');
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(`${path}.partial`).sort()).toEqual(['.unfinished', ...content]);
    await folder.finish();
    expect([readdirSync(path).sort(), existsSync(`${path}.partial`)]).toEqual([content, false]);
    expect(readFileSync(join(path, 'deep/b'), 'utf8')).toBe('x');
    for (const name of ['', 'deep', 'deep/b']) expect(statSync(join(path, name)).mode & 0o077).toBe(0);
  });

  it('takes the place of an empty one', async () => {
    const path = makeFolder();
    const folder = await openNewFolder(path, manifest, false);
    await fill(folder, 'x');
    await folder.finish();
    expect(readdirSync(path).sort()).toEqual(content);
  });

  it('does not take the place of one that was empty when it was begun', async () => {
    const path = makeFolder();
    const folder = await openNewFolder(path, manifest, false);
    await fill(folder, 'x');
    writeFileSync(join(path, 'mine'), 'precious');
    await expect(folder.finish()).rejects.toMatchObject({ kind: 'usage', place: { file: path } });
    expect(readFileSync(join(path, 'mine'), 'utf8')).toBe('precious');
    expect(readdirSync(`${path}.partial`).sort()).toEqual(content);
  });

  it('takes the place of one that holds nothing but what its manifest names, when it is told to', async () => {
    const parent = makeFolder();
    const path = join(parent, 'out');
    for (const text of ['old', 'new']) {
      const folder = await openNewFolder(path, manifest, true);
      await fill(folder, text);
      await folder.finish();
      expect([readFileSync(join(path, 'a'), 'utf8'), readdirSync(parent)]).toEqual([text, ['out']]);
    }
    await expect(openNewFolder(path, manifest, false)).rejects.toMatchObject({ kind: 'usage' });
  });

  it.each([
    ['a manifest of its own', (path: string) => writeFileSync(join(path, 'manifest'), '{}')],
    ['no manifest', (path: string) => rmSync(join(path, 'manifest'))],
    ['a file of somebody else', (path: string) => writeFileSync(join(path, 'deep/mine'), '')],
    ['a folder of somebody else', (path: string) => mkdirSync(join(path, 'mine'))],
    ['a file that is longer', (path: string) => writeFileSync(join(path, 'a'), 'old and mine')],
    ['a file that was changed', (path: string) => writeFileSync(join(path, 'deep/b'), 'own')],
    ['a file that was changed, and its time set back', (path: string) => changeSecretly(join(path, 'deep/b'))],
    ['a link instead of a file', (path: string) => swapForLink(join(path, 'a'))],
    ['a link instead of a folder', (path: string) => swapForLink(join(path, 'deep'))],
  ])('does not take the place of one with %s', async (_what, change) => {
    const parent = makeFolder();
    const path = join(parent, 'out');
    const before = await openNewFolder(path, manifest, false);
    await fill(before, 'old');
    await before.finish();
    change(path);
    const names = readdirSync(path, { recursive: true });
    await expect(openNewFolder(path, manifest, true)).rejects.toMatchObject({ kind: 'usage', place: { file: path } });
    expect([readdirSync(path, { recursive: true }), readdirSync(parent)]).toEqual([names, ['out']]);
  });

  it('keeps what somebody puts into the one that it should replace, while it is written', async () => {
    const path = join(makeFolder(), 'out');
    const before = await openNewFolder(path, manifest, false);
    await fill(before, 'old');
    await before.finish();
    const folder = await openNewFolder(path, manifest, true);
    await fill(folder, 'new');
    writeFileSync(join(path, 'mine'), 'precious');
    await expect(folder.finish()).rejects.toMatchObject({ kind: 'usage' });
    expect(readdirSync(path).sort()).toEqual([...content, 'mine'].sort());
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('old');
  });

  it('ends what a run began that was killed between two names', async () => {
    const parent = makeFolder();
    const path = join(parent, 'out');
    for (const text of ['first', 'second', 'third']) {
      const folder = await openNewFolder(path, manifest, true);
      await fill(folder, text);
      await folder.finish();
      // The old one was renamed, the new one was not yet; or it was, and the old one is half removed.
      renameSync(path, `${path}.replaced`);
      if (text !== 'second') continue;
      cpSync(`${path}.replaced`, path, { recursive: true });
      rmSync(join(`${path}.replaced`, 'a'));
    }
    const last = await openNewFolder(path, manifest, true);
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('third');
    await last.abandon();
    expect(readdirSync(parent)).toEqual(['out']);
  });

  it('is not made where a file, a link, or something else that is called .partial stands', async () => {
    const parent = makeFolder();
    writeFileSync(join(parent, 'file'), '');
    symlinkSync(makeFolder(), join(parent, 'link'));
    mkdirSync(join(parent, 'folder.partial'));
    writeFileSync(join(parent, 'folder.partial/manifest'), '');
    for (const name of ['file', 'link', 'folder'])
      await expect(openNewFolder(join(parent, name), manifest, true)).rejects.toMatchObject({ kind: 'usage' });
    expect(existsSync(join(parent, 'folder.partial/manifest'))).toBe(true);
    await expect(openNewFolder('/no/such/folder', manifest, true)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('is written by one run at a time', async () => {
    const path = join(makeFolder(), 'out');
    const folder = await openNewFolder(path, manifest, false);
    await expect(openNewFolder(path, manifest, false)).rejects.toMatchObject({ kind: 'busy' });
    await expect(openNewFolder(path, manifest, true)).rejects.toMatchObject({ kind: 'busy' });
    await fill(folder, 'x');
    await folder.finish();
    expect(readdirSync(path).sort()).toEqual(content);
  });

  it('takes the place of what a killed run has left, not of a copy of that', async () => {
    const parent = makeFolder();
    const path = join(parent, 'out');
    leaveUnfinished(path);
    cpSync(`${path}.partial`, join(parent, 'copy.partial'), { recursive: true });
    const folder = await openNewFolder(path, manifest, false);
    await fill(folder, 'x');
    await folder.finish();
    expect(readdirSync(path).sort()).toEqual(content);
    await expect(openNewFolder(join(parent, 'copy'), manifest, true)).rejects.toMatchObject({ kind: 'usage' });
    expect(existsSync(join(parent, 'copy.partial/deep/half'))).toBe(true);
  });

  it.each([true, false])('keeps what somebody put into what a killed run has left (replaces: %s)', async (replaces) => {
    const path = join(makeFolder(), 'out');
    const elsewhere = join(makeFolder(), 'elsewhere');
    leaveUnfinished(path);
    mkdirSync(`${path}.partial/sub`);
    for (const name of ['notes', 'sub/mine', 'deep/mine', 'deep/linked', 'taken'])
      writeFileSync(`${path}.partial/${name}`, 'precious');
    linkSync(`${path}.partial/deep/linked`, elsewhere);
    for (let run = 0; run < 2; run++) {
      await expect(openNewFolder(path, manifest, replaces)).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(/has not made: deep\/linked, deep\/mine, notes, sub, taken$/),
        hint: expect.stringContaining('move that'),
      });
      const left = ['.unfinished', 'deep', 'deep/linked', 'deep/mine', 'notes', 'sub', 'sub/mine', 'taken'];
      expect((readdirSync(`${path}.partial`, { recursive: true }) as string[]).sort()).toEqual(left);
    }
    for (const name of ['notes', 'sub', 'deep/mine', 'deep/linked', 'taken'])
      rmSync(`${path}.partial/${name}`, { recursive: true });
    await (await openNewFolder(path, manifest, replaces)).abandon();
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it('keeps what somebody put into it, when it is abandoned', async () => {
    const path = join(makeFolder(), 'out');
    const folder = await openNewFolder(path, manifest, false);
    await fill(folder, 'x');
    writeFileSync(`${path}.partial/notes`, 'precious');
    writeFileSync(`${path}.partial/deep/c`, 'precious');
    await expect(folder.create('deep/c')).rejects.toMatchObject({ kind: 'trouble' });
    await folder.abandon();
    expect((readdirSync(`${path}.partial`, { recursive: true }) as string[]).sort()).toEqual([
      ...['.unfinished', 'deep', 'deep/c', 'notes'],
    ]);
  });

  it('takes the place of a folder whose mark a killed run has not written, when nothing else is in it', async () => {
    const path = join(makeFolder(), 'out');
    for (const text of ['', 'sessions writes']) {
      mkdirSync(`${path}.partial`);
      writeFileSync(`${path}.partial/.unfinished`, text);
      await (await openNewFolder(path, manifest, false)).abandon();
      expect(existsSync(`${path}.partial`)).toBe(false);
    }
    mkdirSync(`${path}.partial`);
    for (const name of ['.unfinished', 'mine']) writeFileSync(`${path}.partial/${name}`, '');
    await expect(openNewFolder(path, manifest, true)).rejects.toMatchObject({ kind: 'usage' });
    expect(existsSync(`${path}.partial/mine`)).toBe(true);
  });

  it('is not stopped by what cannot be removed of an older one', async () => {
    const parent = makeFolder();
    const path = join(parent, 'out');
    mkdirSync(`${path}.replaced`);
    writeFileSync(`${path}.replaced/mine`, 'precious');
    for (const text of ['old', 'new']) {
      const left: string[] = [];
      const folder = await openNewFolder(path, manifest, true, (name) => left.push(name));
      await fill(folder, text);
      await folder.finish();
      expect([readFileSync(join(path, 'a'), 'utf8'), left]).toEqual([text, [`${path}.replaced`]]);
      expect(readdirSync(parent).sort()).toEqual(['out', 'out.replaced']);
    }
    expect(readFileSync(`${path}.replaced/mine`, 'utf8')).toBe('precious');
  });

  it('is gone when it is abandoned, and stays when it is left, for the next one that may replace it', async () => {
    const parent = makeFolder();
    const gone = await openNewFolder(join(parent, 'gone'), manifest, false);
    await fill(gone, 'x');
    await gone.abandon();
    expect(readdirSync(parent)).toEqual([]);
    const left = await openNewFolder(join(parent, 'left'), manifest, false);
    await fill(left, 'x');
    await left.leavePartial();
    expect(readdirSync(parent)).toEqual(['left.partial']);
    await left.abandon();
    expect(readdirSync(join(parent, 'left.partial')).sort()).toEqual(content);
    await expect(openNewFolder(join(parent, 'left'), manifest, false)).rejects.toMatchObject({ kind: 'usage' });
    await (await openNewFolder(join(parent, 'left'), manifest, true)).abandon();
    expect(readdirSync(parent)).toEqual([]);
  });
});

function changeSecretly(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, 'own');
  utimesSync(path, atime, mtime);
}

function swapForLink(path: string): void {
  rmSync(path, { recursive: true });
  symlinkSync(makeFolder(), path);
}
