import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { lockSeals } from '../../src/store/seals.ts';
import { idOf, jsonl, makeFolder } from '../builders.ts';
import { filesOf, verifyBundle } from '../support/bundles.ts';
import { runHere } from '../support/run-here.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';

const one = idOf(1);
let sealed: SealedHome;
let path: string;
beforeAll(async () => {
  sealed = new SealedHome();
  path = sealed.home.rollout(one, sessionLines(one, 2));
  await sealed.runSeal();
});

const out = makeFolder();
const pack = (target: string, ...args: string[]) =>
  runHere(['export', '--format', 'bundle', '--key', sealed.key, '-o', target, ...args, one], { env: sealed.env });

describe('a bundle', () => {
  it('replaces a bundle and nothing else', async () => {
    const target = join(out, 'there');
    expect((await pack(target)).code).toBe(0);
    expect((await pack(target)).code).toBe(2);
    expect((await pack(target, '--force')).code).toBe(0);
    writeFileSync(join(target, 'mine.txt'), 'x');
    expect((await pack(target, '--force')).code).toBe(2);
    expect(readFileSync(join(target, 'mine.txt'), 'utf8')).toBe('x');
    const bag = join(out, 'bag');
    mkdirSync(join(bag, 'data'), { recursive: true });
    writeFileSync(join(bag, 'bagit.txt'), 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
    writeFileSync(join(bag, 'manifest-sha256.txt'), '');
    writeFileSync(join(bag, 'tagmanifest-sha256.txt'), '');
    expect((await pack(bag, '--force')).code).toBe(2);
    expect(filesOf(bag)).toEqual(['bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt']);
  });

  it('keeps nothing in the folder of temporary files', async () => {
    const { code } = await runHere(['export', '--format', 'bundle', '--key', sealed.key, one], { env: sealed.env });
    const temporary = sealed.path('.sessions/tmp');
    expect([code, existsSync(temporary) ? readdirSync(temporary) : []]).toEqual([0, []]);
  });

  it('has the seals of one moment: it waits for who seals', async () => {
    const before = readFileSync(path);
    const lock = await lockSeals(homeAt(sealed.home.path), { clock: { now: Date.now, sleep: async () => {} } });
    try {
      expect((await pack(join(out, 'locked'))).code).toBe(5);
    } finally {
      lock.release();
    }
    expect(readdirSync(out).filter((name) => name.startsWith('locked'))).toEqual([]);
    // What comes behind the seal while it is packed is newer, and no fault.
    writeFileSync(path, Buffer.concat([before, Buffer.from(jsonl(sessionLines(one, 3).slice(-3)))]));
    const target = join(out, 'grown');
    expect((await pack(target)).code).toBe(0);
    const { code, statuses } = await verifyBundle(target, '--allowed-signers', sealed.signers);
    expect([code, statuses]).toEqual([0, ['TAIL', 'VERIFIED', 'VALID']]);
    writeFileSync(path, before);
  });

  it('can be made of a home that cannot be written to', async () => {
    execFileSync('chmod', ['-R', 'a-w', sealed.home.path]);
    try {
      expect((await pack(join(out, 'read-only'))).code).toBe(0);
    } finally {
      execFileSync('chmod', ['-R', 'u+w', sealed.home.path]);
    }
  });

  it('with a rollout that cannot be read says so, and has no seal of it', async () => {
    const two = idOf(2);
    const other = sealed.home.rollout(two, sessionLines(two, 1));
    await sealed.runSeal();
    rmSync(other);
    mkdirSync(other);
    const target = join(out, 'failed');
    const { code } = await pack(target, two);
    expect(code).not.toBe(0);
    rmSync(other, { recursive: true });
  });
});
