import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeFolder } from '../builders.ts';
import { barePath, editText, remakeUnsigned, resign, runScript } from '../support/bundles.ts';
import { runHere } from '../support/run-here.ts';
import { makeKey, SealedHome, sessionLines } from '../support/sealed-home.ts';

const one = idOf(1);
const out = makeFolder();
let sealed: SealedHome;
let good: string;
let script: string;

beforeAll(async () => {
  sealed = new SealedHome();
  sealed.home.rollout(one, sessionLines(one, 2));
  await sealed.runSeal();
  good = join(out, 'good');
  const command = ['export', '--format', 'bundle', '--key', sealed.key, '-o', good, one];
  expect((await runHere(command, { env: sealed.env })).code).toBe(0);
  script = join(good, 'verify.sh');
});

let count = 0;
const changed = (change: (folder: string) => void) => {
  const folder = join(out, `changed-${count++}`);
  cpSync(good, folder, { recursive: true });
  change(folder);
  return folder;
};
const signers = () => ({ ALLOWED_SIGNERS: sealed.signers });

describe('verify.sh', () => {
  it('says whose the bundle is, in every shell that there is', () => {
    const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/usr/bin/ksh', '/bin/busybox'].filter(existsSync);
    for (const shell of shells) {
      const { status, stdout } = runScript(good, signers(), { shell });
      expect([shell, status, stdout]).toEqual([shell, 0, expect.stringContaining('signed by me@test')]);
    }
  });

  it('takes the list that was named, and no other', () => {
    const cwd = makeFolder();
    const other = makeKey(cwd, 'other');
    const line = (key: string) => `x@test namespaces="sessions-*" ${readFileSync(`${key}.pub`, 'utf8')}`;
    // Of the same name as the one in the bundle, and named without a folder.
    writeFileSync(join(cwd, 'allowed_signers'), line(other));
    for (const ALLOWED_SIGNERS of ['allowed_signers', './allowed_signers', join(cwd, 'allowed_signers')]) {
      expect([ALLOWED_SIGNERS, runScript(good, { ALLOWED_SIGNERS }, { cwd }).status]).toEqual([ALLOWED_SIGNERS, 1]);
    }
    writeFileSync(join(cwd, 'allowed_signers'), line(sealed.key));
    expect(runScript(good, { ALLOWED_SIGNERS: './allowed_signers' }, { cwd }).status).toBe(0);
  });

  it('cannot check with a list that is not there, or no file', () => {
    for (const ALLOWED_SIGNERS of ['typo', '', '/', '/dev/null', join(out, 'none')]) {
      const { status, stdout, stderr } = runScript(good, { ALLOWED_SIGNERS });
      expect([ALLOWED_SIGNERS, status, stdout]).toEqual([ALLOWED_SIGNERS, 2, '']);
      expect(stderr).toContain('ALLOWED_SIGNERS');
    }
  });

  it('does not say that a bundle is good of which it is not known whose it is', () => {
    expect(runScript(good)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('ALLOWED_SIGNERS: is not set'),
    });
    const stripped = changed((at) => {
      editText(join(at, `data/${one}/rollout.jsonl`), (text) => text.replace('turn 1', 'turn X'));
      rmSync(join(at, 'signatures'), { recursive: true });
      remakeUnsigned(at);
    });
    for (const env of [signers(), {}] as Record<string, string>[]) expect(runScript(stripped, env).status).toBe(1);
    const { status, stdout } = runScript(stripped, { ...signers(), ALLOW_UNSIGNED: '1' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^GOOD BY CHECKSUMS ALONE: .*nobody known vouches/)]);
    expect(runScript(good, { ALLOW_UNSIGNED: '1' }).status).toBe(0);
  });

  it('finds a rollout that was rewritten, with checksums that fit', () => {
    const folder = changed((at) => {
      editText(join(at, `data/${one}/rollout.jsonl`), (text) => text.replace('turn 1', 'turn X'));
      const signature = readFileSync(join(at, 'tagmanifest-sha256.txt.sig'));
      remakeUnsigned(at);
      writeFileSync(join(at, 'tagmanifest-sha256.txt.sig'), signature);
    });
    expect(runScript(folder, signers())).toMatchObject({ status: 1 });
    expect(runScript(folder, { ALLOW_UNSIGNED: '1' })).toMatchObject({ status: 1 });
  });

  it('counts no file twice', () => {
    const folder = changed((at) => {
      const path = join(at, 'manifest-sha256.txt');
      writeFileSync(join(at, 'data/extra'), 'x');
      editText(path, (text) => `${text.split('\n')[0]}\n${text}`);
      // By hand: `remake` would name it.
      const lines = readFileSync(path, 'utf8');
      resign(at, sealed.key);
      rmSync(join(at, 'data/extra'));
      resign(at, sealed.key);
      writeFileSync(join(at, 'data/extra'), 'x');
      writeFileSync(path, lines);
    });
    expect(runScript(folder, { ...signers(), ALLOW_UNSIGNED: '1' }).stdout).toContain('twice, or out of order');
  });

  it.each(['./bagit.txt', './/bagit.txt', 'schema/../bagit.txt', 'data/./x', 'schema//event.schema.json'])(
    'counts no file twice by another name: %s',
    (name) => {
      const folder = changed((at) => {
        remakeUnsigned(at);
        rmSync(join(at, 'signatures'), { recursive: true });
        remakeUnsigned(at);
        writeFileSync(join(at, 'extra'), 'x');
        if (name === 'data/./x') writeFileSync(join(at, 'data/x'), 'x');
        const sum = createHash('sha256')
          .update(readFileSync(join(at, name)))
          .digest('hex');
        const path = join(at, name.startsWith('data/') ? 'manifest-sha256.txt' : 'tagmanifest-sha256.txt');
        editText(path, (text) => {
          const lines = [...text.trimEnd().split('\n'), `${sum}  ${name}`];
          return `${lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('\n')}\n`;
        });
      });
      const { status, stdout } = runScript(folder, { ALLOW_UNSIGNED: '1' });
      expect([status, stdout]).toEqual([1, expect.stringContaining('names what is no file of a bundle')]);
    },
  );

  it('is not led elsewhere by CDPATH, nor by the folder it is called from', () => {
    const cwd = makeFolder();
    mkdirSync(join(cwd, 'here'));
    cpSync(good, join(cwd, 'here/bundle'), { recursive: true });
    const decoy = makeFolder();
    cpSync(good, join(decoy, 'bundle'), { recursive: true });
    const bad = join(cwd, 'here/bundle', `data/${one}/rollout.jsonl`);
    editText(bad, (text) => text.replace('turn 1', 'turn X'));
    const called = { cwd: join(cwd, 'here'), script: 'bundle/verify.sh' };
    expect(runScript('', { ...signers(), CDPATH: decoy }, called).status).toBe(1);
    cpSync(join(good, `data/${one}/rollout.jsonl`), bad);
    expect(runScript('', { ...signers(), CDPATH: decoy }, called)).toMatchObject({ status: 0, stderr: '' });
    expect(runScript('', signers(), { cwd: good, script: 'verify.sh' }).status).toBe(0);
  });

  it('reads names that an older ssh-keygen writes on one line', () => {
    const folder = makeFolder();
    const real = join(barePath(), 'ssh-keygen');
    writeFileSync(
      join(folder, 'ssh-keygen'),
      `#!/bin/sh\ncase " $* " in *find-principals*) echo nobody@test,me@test ;; *) exec ${real} "$@" ;; esac\n`,
      { mode: 0o755 },
    );
    symlinkSync(join(dirname(real), 'sha256sum'), join(folder, 'sha256sum'));
    expect(runScript(good, { ...signers(), PATH: folder })).toMatchObject({ status: 0 });
  });

  it('says what it needs', () => {
    expect(runScript(good, { ...signers(), PATH: makeFolder() })).toMatchObject({ status: 2, stdout: '' });
    expect(readFileSync(script, 'utf8')).not.toContain('undefined');
  });
});
