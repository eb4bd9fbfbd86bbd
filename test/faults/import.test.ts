import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeFolder } from '../builders.ts';
import { filesOf } from '../support/bundles.ts';
import { type CallPoint, failAt, findCallPoints, killAt, sampleOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { runHere } from '../support/run-here.ts';
import { program } from '../support/run-program.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';
import { canTrace, isKilled } from '../support/strace.ts';
import { isFull } from './recorder-runs.ts';

const [one, two] = [idOf(1), idOf(2)];
const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));
const work = makeFolder();
let sealed: SealedHome;
/** Three sessions: one with a name, one archived and compressed, one a copied fork; all sealed. */
let bundle: string;
let whole: string[];
let points: CallPoint[];
let homes: string;

beforeAll(async () => {
  homes = mkdtempSync(join(tmpdir(), 'sessions-import-homes-'));
  sealed = new SealedHome();
  sealed.home.rollout(one, sessionLines(one, 2));
  sealed.home.rollout(two, sessionLines(two, 1), { archived: true, compressed: true });
  sealed.home.names({ [one]: 'first' });
  const fork = (await runHere(['fork', one], { env: sealed.env })).out.toString().trim();
  await sealed.runSeal();
  bundle = join(work, 'bundle');
  const command = ['export', '--format', 'bundle', '--key', sealed.key, '-o', bundle, one, two, fork];
  expect((await runHere(command, { env: sealed.env })).code).toBe(0);
  if (!canTrace) return;
  points = await findCallPoints(commandFor(newHome()), homes);
  const reference = newHome();
  expect(await run(reference)).toMatchObject({ status: 0, stderr: '' });
  whole = contentOf(reference);
}, 300_000);
afterAll(() => rmSync(homes, { recursive: true, force: true }));

describe.skipIf(!canTrace)(`an import (seed ${seed})`, { timeout: 3_600_000 }, () => {
  it('that is killed before any change to the home leaves whole files, and is brought to its end by the next one', async () => {
    expect(points.length).toBeGreaterThan(100);
    const tally = { nothing: 0, some: 0, all: 0 };
    const kills = isFull ? points : sampleOf(points, 24, createRandom(seed));
    let killed = 0;
    for (const point of kills) {
      const home = newHome();
      if (isKilled(await killAt(point, commandFor(home)))) killed++;
      const left = contentOf(home);
      // What is in its place is what will be there in the end.
      const strange = left.filter((file) => !whole.includes(file) && !file.startsWith('.sessions/lineage/'));
      expect([point, strange]).toEqual([point, []]);
      tally[left.length === 0 ? 'nothing' : left.length < whole.length ? 'some' : 'all']++;
      expect([point, await run(home)]).toMatchObject([point, { status: 0, stderr: '' }]);
      expect([point, contentOf(home)]).toEqual([point, whole]);
      expect([point, leftovers(home)]).toEqual([point, []]);
      const env = { ...sealed.env, CODEX_HOME: home };
      const verified = await runHere(['verify', '--json'], { env });
      expect([point, verified.code, verified.out.toString()]).toEqual([point, 0, expect.any(String)]);
      rmSync(home, { recursive: true });
    }
    expect(killed).toBeGreaterThan(kills.length / 2);
    process.stdout.write(`${points.length} calls: ${JSON.stringify(tally)}\n`);
  });

  it.each(['ENOSPC', 'EIO'])('of which a call fails with %s brings in all or nothing', async (error) => {
    let failed = 0;
    for (const point of isFull ? points : sampleOf(points, 12, createRandom(seed + 1))) {
      const home = newHome();
      const { code, signal, stdout, stderr } = await failAt(point, error, commandFor(home));
      const left = contentOf(home).filter((file) => !file.startsWith('session_index'));
      if (code === 2) failed++;
      // A name is given when everything is there.
      const isNamed = !stderr.includes('is in the home, but');
      const isIn = code === 0 || !isNamed;
      const all = whole.filter((file) => !file.startsWith('session_index'));
      // A call of Node's own, which ends it at once: as a kill does.
      const isCrash = signal !== null || code === null || code > 128;
      if (!isCrash) expect([point, code, stdout, stderr, left]).toEqual([point, code, stdout, stderr, isIn ? all : []]);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect([point, await run(home)]).toMatchObject([point, { status: 0, stderr: '' }]);
      expect([point, contentOf(home)]).toEqual([point, whole]);
      rmSync(home, { recursive: true });
    }
    expect(failed).toBeGreaterThan(0);
  });
});

describe('a home on a disk that is full', { timeout: 120_000 }, () => {
  it('gets nothing, and everything when there is room', async () => {
    const disk = mkdtempSync('/var/tmp/sessions-disk-');
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', disk]);
    if (status !== 0) return rmSync(disk, { recursive: true });
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(200_000));
      const ended = await run(disk);
      expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('no space left on device') });
      expect(contentOf(disk)).toEqual([]);
      rmSync(join(disk, 'ballast'));
      spawnSync('mount', ['-o', 'remount,size=8m', disk]);
      expect(await run(disk)).toMatchObject({ status: 0 });
      expect(contentOf(disk)).toEqual(whole);
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });
});

let count = 0;
function newHome(): string {
  const home = join(homes, `home-${count++}`);
  spawnSync('mkdir', [home]);
  return home;
}

function commandFor(home: string): string[] {
  const env = [`CODEX_HOME=${home}`, `HOME=${sealed.outside}`, `TMPDIR=${work}`];
  return ['env', ...env, process.execPath, program, 'import', '-q', '--key', sealed.key, bundle];
}

async function run(home: string) {
  const [command = '', ...args] = commandFor(home);
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env.PATH, TZ: 'UTC' } });
  return { status, stderr };
}

/** Everything in a home that an import makes, with its content; of the log, which is another one each time, nothing. */
function contentOf(home: string): string[] {
  return filesOf(home)
    .filter((name) =>
      /^(?:sessions|archived_sessions|\.sessions\/(?:lineage|seals\/0)|session_index\.jsonl$)/.test(name),
    )
    .filter((name) => !name.endsWith('.lock'))
    .map(
      (name) =>
        `${name} ${readFileSync(join(home, name)).toString(name.startsWith('session_index') ? 'utf8' : 'base64')}`,
    )
    .map((text) => text.replace(/"updated_at":"[^"]*"/g, ''));
}

/** What is in a home that belongs to no session. */
function leftovers(home: string): string[] {
  const namesIn = (folder: string) => (existsSync(join(home, folder)) ? readdirSync(join(home, folder)) : []);
  return [
    ...namesIn('.sessions/tmp'),
    ...namesIn('thread-writer-locks').filter((name) => name !== '.coordination.lock'),
  ];
}
