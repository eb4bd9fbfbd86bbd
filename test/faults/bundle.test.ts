import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Header, pack } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeFolder, makeHome } from '../builders.ts';
import { runHere } from '../support/run-here.ts';
import { sessionLines } from '../support/sealed-home.ts';

const one = idOf(1);
const work = makeFolder();
let good: string;
let bundle: string;
const run = (home: string, ...args: string[]) =>
  runHere(args, { env: { CODEX_HOME: home, PATH: process.env.PATH ?? '' } });

beforeAll(async () => {
  const from = makeHome();
  from.rollout(one, sessionLines(one, 2));
  [good, bundle] = [join(work, 'good.tar'), join(work, 'good')];
  for (const path of [good, bundle]) {
    expect((await run(from.path, 'export', '--format', 'bundle', '-o', path, one)).code).toBe(0);
  }
});

/** Neither import nor verify takes it, and nothing appears anywhere. */
async function expectRefused(path: string, why: string): Promise<void> {
  const outside = readdirSync(work).sort();
  const to = makeHome();
  const imported = await run(to.path, 'import', path);
  expect([why, imported.code]).toEqual([why, 1]);
  expect(imported.err).not.toMatch(/^\s+at /m);
  expect([why, readdirSync(to.path)]).toEqual([why, []]);
  const verified = await run(to.path, 'verify', '--json', path);
  expect([why, verified.code, verified.out.toString().includes('"INVALID"')]).toEqual([why, 1, true]);
  expect(readdirSync(work).sort()).toEqual(outside);
}

describe('a hostile archive', () => {
  const evil: [string, (Partial<Header> & { name: string }) | (Partial<Header> & { name: string })[]][] = [
    ['a name that leads out', { name: 'sessions-bundle/../../evil' }],
    ['an absolute name', { name: `${work}/evil` }],
    ['a name with a backslash', { name: 'sessions-bundle/..\\evil' }],
    ['a name with a line feed', { name: 'sessions-bundle/a\nb' }],
    ['a symbolic link', { name: 'sessions-bundle/link', type: 'symlink', linkname: work }],
    ['a hard link', { name: 'sessions-bundle/link', type: 'link', linkname: '/etc/passwd' }],
    ['a device', { name: 'sessions-bundle/null', type: 'character-device', devmajor: 1, devminor: 3 }],
    ['a pipe', { name: 'sessions-bundle/pipe', type: 'fifo' }],
    ['a name that stands twice', [{ name: 'sessions-bundle/custody.json' }, { name: 'sessions-bundle/CUSTODY.json' }]],
    ['a file where a folder is', [{ name: 'sessions-bundle/data' }, { name: 'sessions-bundle/data/x' }]],
    ['a second folder', [{ name: 'sessions-bundle/a' }, { name: 'other/a' }]],
    ['a name in an extension', { name: `sessions-bundle/${'x'.repeat(300)}` }],
    ['a folder that leads out', { name: 'sessions-bundle/../..', type: 'directory' }],
  ];
  it.each(evil)('with %s is refused', async (why, headers) => {
    const archive = pack();
    for (const header of [headers].flat()) {
      if (header.type && header.type !== 'file') archive.entry(header);
      else archive.entry(header, 'evil');
    }
    archive.finalize();
    const path = join(work, `${createHash('sha256').update(why).digest('hex').slice(0, 8)}.tar`);
    const blocks: Uint8Array[] = [];
    for await (const block of archive) blocks.push(block as Uint8Array);
    writeFileSync(path, Buffer.concat(blocks));
    await expectRefused(path, why);
    expect(existsSync(join(work, 'evil'))).toBe(false);
  });

  it.each([
    ['a name behind a blank', ` ${record('path=sessions-bundle/x', 1)}`],
    ['a name behind two blanks', record('path=sessions-bundle/x', 1).replace(' ', '  ')],
    ['a name behind a tab', record('path=sessions-bundle/x').replace(' ', '\t')],
    ['a name behind a zero', `0${record('path=sessions-bundle/x', 1)}`],
    ['a size', record('size=3')],
    ['a sparse file', record('GNU.sparse.map=0,1')],
    ['a length that is none', 'x'],
    ['a record that goes on behind its end', `9${record('comment=x')}`],
  ])('with an extension that has %s is refused', async (why, text) => {
    const bytes = readFileSync(good);
    const extension = Buffer.alloc(512);
    extension.write(text, 'latin1');
    const path = join(work, 'extension.tar');
    const head = headerOf(bytes, (header) => {
      header[156] = 'x'.charCodeAt(0);
      header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    });
    writeFileSync(path, Buffer.concat([head, extension, bytes]));
    await expectRefused(path, why);
  });

  it('with an extension that changes nothing is read', async () => {
    const bytes = readFileSync(good);
    const text = record('mtime=1.5') + record('comment=path=a b') + record('SCHILY.xattr.user.x=y\nz');
    const extension = Buffer.alloc(512);
    extension.write(text, 'latin1');
    const head = headerOf(bytes, (header) => {
      header[156] = 'x'.charCodeAt(0);
      header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    });
    const path = join(work, 'harmless.tar');
    writeFileSync(path, Buffer.concat([head, extension, bytes]));
    expect((await run(makeHome().path, 'import', path)).code).toBe(0);
  });

  it('with a size that other programs read as another one, or a file with the name of a folder, is refused', async () => {
    const bytes = readFileSync(good);
    const path = join(work, 'header.tar');
    const size = Number.parseInt(bytes.toString('latin1', 124, 135), 8);
    const binary = (header: Buffer, more: number) => {
      header.fill(0, 124, 136);
      header.writeUInt32BE(0x80000000 + more, 124);
      header.writeBigUInt64BE(BigInt(size), 128);
    };
    writeFileSync(path, Buffer.concat([headerOf(bytes, (header) => binary(header, 0)), bytes.subarray(512)]));
    expect((await run(makeHome().path, 'import', path)).code).toBe(0);
    writeFileSync(path, Buffer.concat([headerOf(bytes, (header) => binary(header, 1)), bytes.subarray(512)]));
    await expectRefused(path, 'a large size');
    const slash = headerOf(bytes, (header) => void header.write('/', header.indexOf(0), 'latin1'));
    writeFileSync(path, Buffer.concat([slash, bytes.subarray(512)]));
    await expectRefused(path, 'a slash');
  });

  it('that is cut off anywhere, or damaged in a header, is refused', async () => {
    const bytes = readFileSync(good);
    const path = join(work, 'cut.tar');
    for (let at = 600; at < bytes.length - 1024; at += Math.floor(bytes.length / 23)) {
      writeFileSync(path, bytes.subarray(0, at));
      await expectRefused(path, `cut at ${at}`);
    }
    for (const at of [0, 120, 130, 156]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(path, damaged);
      await expectRefused(path, `damaged at ${at}`);
    }
  }, 60_000);

  it('that unpacks to far more than it is, is refused before it fills the disk', async () => {
    const path = join(work, 'bomb.tar.zst');
    const header = Buffer.from(readFileSync(good).subarray(0, 512));
    header.write('77777777777\0', 124, 'latin1');
    header.write('        ', 148, 'latin1');
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    const head = join(work, 'bomb.head');
    writeFileSync(head, header);
    execFileSync('sh', [
      '-c',
      `(cat '${head}'; head -c 900000000 /dev/zero) | zstd -q -19 --single-thread -o '${path}' -f`,
    ]);
    await expectRefused(path, 'bomb');
  }, 120_000);

  it('that goes on behind its end mark, or has half of one, is refused', async () => {
    const bytes = readFileSync(good);
    const end = bytes.length - 1024;
    const path = join(work, 'behind.tar');
    const endings: [string, Buffer][] = [
      ['one block of zeros', Buffer.alloc(512)],
      ['another archive', Buffer.concat([Buffer.alloc(1024), bytes])],
      ['another archive behind one block', Buffer.concat([Buffer.alloc(512), bytes])],
      ['a byte', Buffer.concat([Buffer.alloc(10_240), Buffer.from('x')])],
    ];
    for (const [why, ending] of endings) {
      writeFileSync(path, Buffer.concat([bytes.subarray(0, end), ending]));
      await expectRefused(path, why);
    }
    writeFileSync(path, Buffer.concat([bytes.subarray(0, end), Buffer.alloc(10_240)]));
    expect((await run(makeHome().path, 'import', path)).code).toBe(0);
  });

  it('is unpacked in the home, of which nothing stays, or where TMPDIR says', async () => {
    const to = makeHome();
    const left = join(to.path, '.sessions/tmp/sessions-bundle-left');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, '.lock'), '');
    await run(to.path, 'verify', good);
    expect(readdirSync(join(to.path, '.sessions/tmp'))).toEqual([]);
    const elsewhere = makeHome();
    const TMPDIR = makeFolder();
    const env = { CODEX_HOME: elsewhere.path, PATH: process.env.PATH ?? '', TMPDIR };
    const { out } = await runHere(['verify', '--json', good], { env });
    expect(out.toString()).toContain('bundle-check');
    expect([readdirSync(TMPDIR), readdirSync(elsewhere.path)]).toEqual([[], []]);
  });

  it('that another program has packed is read', async () => {
    const path = join(work, 'other.tar');
    for (const format of ['gnu', 'ustar', 'pax']) {
      const again = join(work, format);
      mkdirSync(again);
      cpSync(bundle, join(again, 'any-name'), { recursive: true });
      execFileSync('tar', [`--format=${format}`, '-C', again, '-cf', path, './any-name']);
      const { code, out } = await run('/none', 'verify', '--json', '--allow-unsigned', path);
      expect([format, code, out.toString().includes('"VALID"')]).toEqual([format, 1, true]);
      expect(out.toString()).toContain('UNSEALED');
      expect((await run(makeHome().path, 'import', path)).code).toBe(0);
    }
  });
});

describe('a hostile folder', () => {
  const changed = (name: string, change: (folder: string) => void) => {
    const folder = join(work, name);
    cpSync(bundle, folder, { recursive: true });
    change(folder);
    return folder;
  };
  const remake = (folder: string) => {
    for (const name of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n');
      const sums = lines.map((line) => {
        const file = line.slice(66);
        return `${createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex')}  ${file}\n`;
      });
      writeFileSync(join(folder, name), sums.join(''));
    }
  };

  it('with a manifest that leads out is refused', async () => {
    const folder = changed('manifest', (at) => {
      writeFileSync(join(work, 'secret'), 'x');
      const sum = createHash('sha256').update('x').digest('hex');
      for (const name of ['data/../../secret', '/etc/passwd', '../secret']) {
        writeFileSync(join(at, 'manifest-sha256.txt'), `${sum}  ${name}\n`, { flag: 'a' });
      }
    });
    await expectRefused(folder, 'manifest');
  });

  it.each([
    ['a name that is no UTF-8', (at: string) => writeFileSync(Buffer.from(`${at}/\xff`, 'latin1'), '')],
    ['a folder for the signature', (at: string) => mkdirSync(join(at, 'tagmanifest-sha256.txt.sig'))],
    ['a folder for the keys', (at: string) => mkdirSync(join(at, 'allowed_signers'))],
    [
      'a pipe for a manifest',
      (at: string) => {
        rmSync(join(at, 'manifest-sha256.txt'));
        execFileSync('mkfifo', [join(at, 'manifest-sha256.txt')]);
      },
    ],
  ])('with %s is refused, also by its own script', async (why, change) => {
    const folder = changed(why.replaceAll(/\W/g, '-'), change);
    await expectRefused(folder, why);
    const env = { ...process.env, ALLOW_UNSIGNED: '1' };
    const script = spawnSync('sh', [join(folder, 'verify.sh')], { env, timeout: 30_000 });
    expect([why, script.status]).toEqual([why, 1]);
  });

  it.each([
    ['a place outside', '../../evil/rollout-2026-01-02T03-04-05-ID.jsonl'],
    ['an absolute place', '/tmp/rollout-2026-01-02T03-04-05-ID.jsonl'],
    ['no name of a rollout', 'sessions/2026/01/02/config.toml'],
    ['another id', `sessions/2026/01/02/rollout-2026-01-02T03-04-05-${idOf(9)}.jsonl`],
  ])('with a custody record that names %s brings nothing in', async (why, place) => {
    const folder = changed(`custody ${why}`.replaceAll(' ', '-'), (at) => {
      const file = join(at, 'custody.json');
      const custody = JSON.parse(readFileSync(file, 'utf8'));
      custody.rollouts[0].path = place.replace('ID', one);
      writeFileSync(file, JSON.stringify(custody));
      remake(at);
    });
    const to = makeHome();
    expect([why, (await run(to.path, 'import', folder)).code, readdirSync(to.path)]).toEqual([why, 1, []]);
  });

  it.each(['null', '{}', '[]', 'x', '{"schema":"sessions.custody/1","sessions":[null],"rollouts":[{}]}'])(
    'with the custody record %s is refused',
    async (text) => {
      const folder = changed(`record-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`, (at) => {
        writeFileSync(join(at, 'custody.json'), text);
        remake(at);
      });
      await expectRefused(folder, text);
    },
  );
});

/** A record of an extension of tar, with its length in front. @param more how much longer it is said to be */
function record(text: string, more = 0): string {
  for (let length = text.length + 3; ; length++) {
    const made = `${length + more} ${text}\n`;
    if (made.length === length) return made;
  }
}

/** The first header of an archive, changed, with a checksum that fits. */
function headerOf(archive: Buffer, change: (header: Buffer) => void): Buffer {
  const header = Buffer.from(archive.subarray(0, 512));
  change(header);
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
