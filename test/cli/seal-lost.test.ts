import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idOf } from '../builders.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';

const [one, two, three] = [idOf(1), idOf(2), idOf(3)];
const seals = '.sessions/seals';

async function sealedTwo() {
  const sealed = new SealedHome();
  const paths = [one, two].map((id) => sealed.home.rollout(id, sessionLines(id, 2)));
  await sealed.runSeal();
  return { sealed, path: paths[0] as string, other: paths[1] as string };
}

describe('a run of seal that left something behind', () => {
  it('between a signature and its checkpoint, is gone on from', async () => {
    const { sealed } = await sealedTwo();
    const path = sealed.home.rollout(three, sessionLines(three, 1));
    const fresh = new SealedHome();
    fresh.home.rollout(three, readFileSync(path));
    await fresh.runSeal('--key', sealed.key);
    // Killed: the signature of the first seal has its name, and the seal has not.
    cpSync(fresh.seal(three, 'checkpoints/9.sig'), sealed.seal(three, 'checkpoints/7.sig'), { recursive: true });
    expect((await sealed.verify(three)).statuses).toEqual(['UNSEALED']);
    expect((await sealed.runSeal()).code).toBe(0);
    expect(await sealed.verify('--strict')).toMatchObject({ code: 0 });
    expect(existsSync(sealed.seal(three, 'checkpoints/7.sig'))).toBe(false);
  });

  it('has no line taken over with another time than its seal', async () => {
    const { sealed, path } = await sealedTwo();
    const before = join(sealed.outside, 'before');
    cpSync(sealed.path(seals), before, { recursive: true });
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    const line = readFileSync(sealed.path(seals, 'log.jsonl'), 'utf8').split('\n')[2] as string;
    const putBack = (tail: string) => {
      sealed.forget();
      for (const name of ['log.jsonl', 'log-checkpoints']) {
        rmSync(sealed.path(seals, name), { recursive: true });
        cpSync(join(before, name), sealed.path(seals, name), { recursive: true });
      }
      appendFileSync(sealed.path(seals, 'log.jsonl'), `${tail}\n`);
    };
    putBack(line.replace(/"at":"\d{4}/, '"at":"2020'));
    expect(await sealed.runSeal()).toMatchObject({ code: 1, err: expect.stringContaining('at another time') });
    putBack(line);
    expect(await sealed.runSeal()).toMatchObject({ code: 0, err: expect.stringContaining('took over one line') });
  });

  it('is waited for, and lines that nobody signed stay a finding while somebody holds the lock', async () => {
    const { sealed } = await sealedTwo();
    appendFileSync(
      sealed.path(seals, 'log.jsonl'),
      `${readFileSync(sealed.path(seals, 'log.jsonl'), 'utf8').split('\n', 1)[0]}\n`,
    );
    const holder = await holdLock(sealed.path(seals, 'lock'));
    try {
      expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'TAIL' } });
    } finally {
      await killHolder(holder);
    }
  });
});

describe('what is gone', () => {
  it('is said once by seal, and by every verify', async () => {
    const { sealed, path } = await sealedTwo();
    rmSync(path);
    expect(await sealed.runSeal()).toMatchObject({
      code: 1,
      err: expect.stringContaining(`session ${one} was sealed`),
    });
    expect(await sealed.runSeal()).toMatchObject({ code: 0 });
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['MISSING', 'VERIFIED'] });
  });

  it('is not hidden by a new log', async () => {
    const { sealed, path } = await sealedTwo();
    rmSync(path);
    rmSync(sealed.seal(one), { recursive: true });
    rmSync(sealed.path(seals, 'log-checkpoints'), { recursive: true });
    expect((await sealed.runSeal()).code).toBe(1);
    const begun = await sealed.runSeal('--new-log');
    expect(begun).toMatchObject({
      code: 1,
      err: expect.stringContaining(`session ${one} was sealed in the log before`),
    });
    const log = readFileSync(sealed.path(seals, 'log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.map(({ event }) => event)).toEqual(['began', 'created', 'removed']);
    const { code, statuses, log: result } = await sealed.verify();
    expect([code, statuses, result?.status]).toEqual([1, ['MISSING', 'VERIFIED'], 'VERIFIED']);
    expect(result?.message).toMatch(/begun anew on .*old-logs/);
    expect(await sealed.runSeal()).toMatchObject({ code: 0 });
  });

  it('is missed where all seals were thrown away, or put back', async () => {
    const { sealed, path } = await sealedTwo();
    const kept = join(sealed.outside, 'kept');
    cpSync(sealed.path(seals), kept, { recursive: true });
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    rmSync(sealed.path(seals), { recursive: true });
    for (const put of [false, true]) {
      if (put) cpSync(kept, sealed.path(seals), { recursive: true });
      expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
      const refused = await sealed.runSeal();
      expect([refused.code, refused.out.toString(), refused.err]).toEqual([
        1,
        '',
        expect.stringContaining('--new-log'),
      ]);
    }
    expect((await sealed.runSeal('--new-log')).code).toBe(0);
    expect((await sealed.runSeal()).code).toBe(0);
    expect((await sealed.verify()).code).toBe(0);
  });

  it('where nothing can be kept outside, is not missed, and that is said', async () => {
    const { sealed } = await sealedTwo();
    sealed.forget();
    writeFileSync(join(sealed.outside, '.local'), '');
    appendFileSync(sealed.path(seals, 'log.jsonl'), '');
    expect(await sealed.runSeal()).toMatchObject({ code: 0, err: expect.stringContaining('was not kept in') });
  });
});

it('a log from a backup, beside seals that are newer, can be begun anew', async () => {
  const { sealed, path } = await sealedTwo();
  const kept = join(sealed.outside, 'kept');
  cpSync(sealed.path(seals), kept, { recursive: true });
  appendFileSync(path, '{}\n');
  await sealed.runSeal();
  for (const name of ['log.jsonl', 'log-checkpoints']) {
    rmSync(sealed.path(seals, name), { recursive: true });
    cpSync(join(kept, name), sealed.path(seals, name), { recursive: true });
  }
  sealed.forget();
  expect(await sealed.runSeal()).toMatchObject({ code: 1, err: expect.stringContaining('--new-log') });
  expect((await sealed.runSeal('--new-log')).code).toBe(0);
  expect(await sealed.verify('--strict')).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
});

it('a journal that is damaged keeps no session from being sealed', async () => {
  const { sealed, path } = await sealedTwo();
  appendFileSync(path, '{}\n');
  sealed.home.write('.sessions/journal.jsonl', '{"no":"journal"}\n');
  const { code, out, err } = await sealed.runSeal();
  expect([code, err]).toEqual([1, expect.stringMatching(/journal[\s\S]*move it aside/)]);
  expect(out.toString()).toContain('"extended"');
});

it('who has a key asks for signatures', async () => {
  const { sealed } = await sealedTwo();
  sealed.allowNobody();
  rmSync(sealed.path(seals), { recursive: true });
  sealed.forget();
  expect((await sealed.runSeal('--unsigned')).code).toBe(0);
  expect((await sealed.verify()).code).toBe(0);
  sealed.home.write('.sessions/config.toml', '[seal]\nkey = "~/key"\n');
  expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['BAD-SIG', 'BAD-SIG'] });
});

it('verify -q names also what is no session', async () => {
  const { sealed } = await sealedTwo();
  renameSync(sealed.path(seals, 'log-checkpoints'), join(sealed.outside, 'away'));
  const { out } = await sealed.run('verify', '-q');
  expect(out.toString()).toContain(sealed.path(seals, 'log.jsonl'));
});

it('verify begins no check of a signature that nobody asks for', async () => {
  const sealed = new SealedHome();
  const ids = Array.from({ length: 12 }, (_, index) => idOf(index + 1));
  const paths = ids.map((id) => sealed.home.rollout(id, sessionLines(id, 1)));
  await sealed.runSeal();
  const runs = countRuns(sealed);
  await sealed.verify();
  const whenAllIsThere = runs();
  for (const path of paths) rmSync(path);
  expect((await sealed.verify()).statuses).toEqual(ids.map(() => 'MISSING'));
  expect(runs() - whenAllIsThere).toBeLessThan(ids.length);
});

/** Counts from here on how often ssh-keygen runs. */
function countRuns(sealed: SealedHome): () => number {
  const log = join(sealed.outside, 'runs');
  const folder = join(sealed.outside, 'bin');
  mkdirSync(folder);
  writeFileSync(log, '');
  const script = `#!/bin/sh\necho run >> '${log}'\nPATH='${sealed.env.PATH}' exec ssh-keygen "$@"\n`;
  writeFileSync(join(folder, 'ssh-keygen'), script, { mode: 0o755 });
  sealed.env.PATH = `${folder}:${sealed.env.PATH}`;
  return () => readFileSync(log, 'utf8').split('\n').length - 1;
}
