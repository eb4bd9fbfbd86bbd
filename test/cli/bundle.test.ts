import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeFolder } from '../builders.ts';
import { expectSchema, filesOf, remakeUnsigned, runScript, verifyBundle } from '../support/bundles.ts';
import { runHere } from '../support/run-here.ts';
import { makeKey, SealedHome, sessionLines } from '../support/sealed-home.ts';

const [one, two, three] = [idOf(1), idOf(2), idOf(3)];
const epoch = { SOURCE_DATE_EPOCH: '1795000000' };

let sealed: SealedHome;
let out: string;
let asked: Record<string, string>;
beforeAll(async () => {
  sealed = new SealedHome();
  sealed.home.rollout(one, sessionLines(one, 2));
  sealed.home.rollout(two, sessionLines(two, 3), { archived: true, compressed: true });
  sealed.home.rollout(three, sessionLines(three, 1));
  sealed.home.names({ [one]: 'the first' });
  expect((await sealed.runSeal()).code).toBe(0);
  await run('hold', 'add', '--matter', 'case 7', one);
  out = makeFolder();
  asked = { ALLOWED_SIGNERS: sealed.signers };
});

const run = (...args: string[]) => runHere(args, { env: { ...sealed.env, ...epoch } });
const pack = async (name: string, ...args: string[]) => {
  const path = join(out, name);
  const { code, err } = await run('export', '--format', 'bundle', '--key', sealed.key, '-o', path, ...args);
  expect([code, err]).toEqual([0, '']);
  return path;
};
const verify = (path: string, ...args: string[]) =>
  verifyBundle(path, ...(args.includes('--allowed-signers') ? [] : ['--allowed-signers', sealed.signers]), ...args);

describe('a bundle', () => {
  it('holds the sessions, what they refer to, and all that speaks of them', async () => {
    const folder = await pack('whole', one, two, three);
    const files = filesOf(folder);
    for (const file of [
      ...['bagit.txt', 'bag-info.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt', 'README.txt', 'verify.sh'],
      ...[`data/${one}/rollout.jsonl`, `data/${one}/events.ndjson`, `data/${two}/rollout.jsonl.zst`],
      ...[`proofs/${one}/leaves`, 'seal-log.jsonl', 'allowed_signers', 'holds.jsonl', 'journal.jsonl', 'custody.json'],
      ...['schema/event.schema.json', 'schema/custody.schema.json'],
    ]) {
      expect(files).toContain(file);
    }
    const events = await run('export', one);
    expect(readFileSync(join(folder, `data/${one}/events.ndjson`)).equals(events.out)).toBe(true);
    const raw = await run('export', '--raw', two);
    expect(readFileSync(join(folder, `data/${two}/rollout.jsonl`)).equals(raw.out)).toBe(true);
    const custody = JSON.parse(readFileSync(join(folder, 'custody.json'), 'utf8'));
    expectSchema('custody', custody);
    expect(custody).toMatchObject({
      ...{ made_at: '2026-11-18T11:06:40.000Z', clock: 'SOURCE_DATE_EPOCH', home: sealed.home.path, redacted: false },
      completeness: { home_sessions: 3, exported_sessions: 3, excluded_sessions: 0, failed: [], unreadable: [] },
    });
    expect(custody.sessions.map(({ name }: { name: string | null }) => name)).toEqual(['the first', null, null]);
  });

  it('keeps the rules of BagIt', async () => {
    checkBag(await pack('rules', one, two));
  });

  it('says what of the home is not in it', async () => {
    const folder = await pack('some', two);
    const { completeness } = JSON.parse(readFileSync(join(folder, 'custody.json'), 'utf8'));
    expect(completeness).toMatchObject({ home_sessions: 3, exported_sessions: 1, excluded_sessions: 2 });
  });

  it('is the same bytes each time, in every form', async () => {
    const first = readFileSync(await pack('a.tar', one, two));
    expect(readFileSync(await pack('c.tar', one, two)).equals(first)).toBe(true);
    const packed = await pack('d.tar.zst', one, two);
    expect(execFileSync('zstd', ['-dcq', packed], { maxBuffer: 1e9 }).equals(first)).toBe(true);
    const streamed = await run('export', '--format', 'bundle', '--key', sealed.key, one, two);
    expect([streamed.code, streamed.out.equals(first)]).toEqual([0, true]);
    const unpacked = makeFolder();
    execFileSync('tar', ['-xf', join(out, 'a.tar'), '-C', unpacked]);
    const folder = await pack('e', one, two);
    const [base, ...more] = readdirSync(unpacked) as [string, ...string[]];
    expect([base, more]).toEqual([expect.stringMatching(/^sessions-bundle-[0-9a-f]{12}$/), []]);
    // Another one can be unpacked beside it.
    execFileSync('tar', ['-xf', await pack('f.tar', one), '-C', unpacked]);
    expect(readdirSync(unpacked)).toHaveLength(2);
    expect(filesOf(join(unpacked, base))).toEqual(filesOf(folder));
    for (const file of filesOf(folder)) {
      expect(readFileSync(join(unpacked, base, file)).equals(readFileSync(join(folder, file)))).toBe(true);
    }
    expect(readdirSync(out).filter((name) => /partial|\.bag/.test(name))).toEqual([]);
  });

  it('is good by verify and by its own script, which needs two programs', async () => {
    for (const name of ['good', 'good.tar', 'good.tar.zst']) {
      const { code, statuses, err } = await verify(await pack(name, one, two));
      // Two rollouts, the log, the journal; and what else the log knows.
      expect([code, statuses, err]).toEqual([0, [...Array(4).fill('VERIFIED'), 'ABSENT', 'VALID'], '']);
    }
    const { status, stdout, stderr } = runScript(join(out, 'good'), asked);
    const good = /^GOOD: \d+ files, 4 signatures; the bundle is signed by me@test\n$/;
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(good), '']);
  });

  it('is good, and can be imported, also through a link to its folder', async () => {
    const link = join(makeFolder(), 'link');
    symlinkSync(await pack('linked', two), link);
    expect((await verify(link)).code).toBe(0);
    const { home, env } = new SealedHome();
    const imported = await runHere(['import', link, '--allowed-signers', sealed.signers, '--json'], {
      env: { ...env, CODEX_HOME: home.path },
    });
    expect([imported.code, imported.out.toString()]).toEqual([0, expect.stringContaining(two)]);
  });

  it('tells people of the first few sessions that it leaves out, and counts the others', async () => {
    const plain = new SealedHome();
    const ids = Array.from({ length: 7 }, (_, index) => idOf(index + 1));
    for (const id of ids) plain.home.rollout(id, sessionLines(id, 1));
    await plain.runSeal();
    const path = join(out, 'one-of-seven');
    await runHere(['export', '--format', 'bundle', '-o', path, one], { env: plain.env });
    const told = await runHere(['verify', '--allow-unsigned', path], { env: plain.env, tty: true });
    const rows = told.out.toString().split('\n');
    expect(rows.filter((row) => row.includes('is not in the bundle'))).toHaveLength(3);
    expect(rows.filter((row) => row.includes('3 more sessions of the log are not in it'))).toHaveLength(1);
    expect((await verify(path, '--allow-unsigned')).statuses.filter((status) => status === 'ABSENT')).toHaveLength(6);
  });

  it('is not good when signed by somebody else, or not sealed', async () => {
    const folder = await pack('signer', one);
    const other = makeKey(out, 'other');
    const list = join(out, 'signers');
    writeFileSync(list, `me@test namespaces="sessions-*" ${readFileSync(`${other}.pub`, 'utf8')}`);
    const { code, records } = await verify(folder, '--allowed-signers', list);
    const bad = records.filter(({ status }) => status === 'UNKNOWN-KEY');
    expect([code, bad.length]).toEqual([1, 3]);
    for (const { message } of bad) expect(message).toContain('the bundle itself says that it is the key of me@test');
    expect(runScript(folder, { ALLOWED_SIGNERS: list })).toMatchObject({ status: 1 });
    const plain = new SealedHome();
    plain.home.rollout(one, sessionLines(one, 1));
    const path = join(out, 'unsealed');
    await runHere(['export', '--format', 'bundle', '-o', path, one], { env: plain.env });
    const unsigned = await verify(path);
    expect(unsigned).toMatchObject({ code: 1, statuses: ['BAD-SIG', 'UNSEALED', 'INVALID'] });
    // Nobody has changed it.
    expect(unsigned.records.at(-1).message).toBe('nobody who may has signed it');
    expect(await verify(path, '--allow-unsigned')).toMatchObject({ code: 1, statuses: ['UNSEALED', 'VALID'] });
    expect(runScript(path, asked).status).toBe(1);
    expect(runScript(path, { ALLOW_UNSIGNED: '1' }).status).toBe(0);
  });
});

describe('a changed bundle', () => {
  it('is not good, whichever file was changed, and wherever', async () => {
    const folder = await pack('flipped', two);
    const files = filesOf(folder).filter((file) => !file.startsWith('schema/') || file.includes('/event.'));
    for (const file of files) {
      const path = join(folder, file);
      const before = readFileSync(path);
      const places = [0, before.length >> 1, before.length - 1];
      for (const [index, at] of places.entries()) {
        const bytes = Buffer.from(before);
        bytes[at] = (bytes[at] as number) ^ ([0x20, 0x01, 0x0a][index] as number);
        writeFileSync(path, bytes);
        expect([file, at, runScript(folder, asked).status]).not.toEqual([file, at, 0]);
        if (index === 1) expect([file, at, (await verify(folder)).code]).toEqual([file, at, 1]);
      }
      writeFileSync(path, before);
    }
    expect([runScript(folder, asked).status, (await verify(folder)).code]).toEqual([0, 0]);
  }, 120_000);

  it('is not good with a damaged script', async () => {
    const folder = await pack('script', one);
    const path = join(folder, 'verify.sh');
    const before = readFileSync(path);
    for (let at = 3; at < before.length; at += 41) {
      const bytes = Buffer.from(before);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 7));
      writeFileSync(path, bytes);
      // One that goes wrong may go on for ever, up through all folders.
      expect([at, runScript(folder, asked, { timeout: 3000 }).status]).not.toEqual([at, 0]);
    }
  }, 120_000);

  it('is not good with a file more or less, or a link', async () => {
    const folder = await pack('more', one);
    const changes: [string, () => void, () => void][] = [
      ['EXTRA', () => writeFileSync(join(folder, 'data/more'), ''), () => rmSync(join(folder, 'data/more'))],
      ['EXTRA', () => writeFileSync(join(folder, '.hidden'), ''), () => rmSync(join(folder, '.hidden'))],
      [
        'MISSING',
        () => renameSync(join(folder, `data/${one}/events.ndjson`), join(out, 'away')),
        () => renameSync(join(out, 'away'), join(folder, `data/${one}/events.ndjson`)),
      ],
      [
        'MISSING',
        () => renameSync(join(folder, 'bagit.txt'), join(out, 'away')),
        () => renameSync(join(out, 'away'), join(folder, 'bagit.txt')),
      ],
      [
        'UNSAFE',
        () => {
          renameSync(join(folder, 'custody.json'), join(out, 'away'));
          symlinkSync(join(out, 'away'), join(folder, 'custody.json'));
        },
        () => renameSync(join(out, 'away'), join(folder, 'custody.json')),
      ],
    ];
    for (const [status, change, undo] of changes) {
      change();
      const { code, statuses } = await verify(folder);
      expect([code, statuses.includes(status)]).toEqual([1, true]);
      expect(runScript(folder, asked).status).toBe(1);
      undo();
    }
    expect((await verify(folder)).code).toBe(0);
  });

  it('is not good when its parts are made to fit the manifests again', async () => {
    const folder = await pack('forged', one);
    const events = join(folder, `data/${one}/events.ndjson`);
    writeFileSync(events, readFileSync(events, 'utf8').replace('turn 1', 'turn X'));
    remakeUnsigned(folder);
    expect(runScript(folder, asked).status).toBe(1);
    expect((await verify(folder, '--allow-unsigned')).statuses).toEqual(expect.arrayContaining(['DIFFERS', 'INVALID']));
    const rollout = join(folder, `data/${one}/rollout.jsonl`);
    writeFileSync(rollout, readFileSync(rollout, 'utf8').replace('turn 1', 'turn X'));
    remakeUnsigned(folder);
    const { code, statuses } = await verify(folder);
    expect([code, statuses]).toEqual([1, expect.arrayContaining(['MODIFIED', 'DIFFERS'])]);
  });
});

describe('usage', () => {
  it('is refused where a part of a session is asked for, a file is named, or something is there', async () => {
    const path = await pack('there', one);
    expect((await run('export', '--format', 'bundle', '-o', path, one)).code).toBe(2);
    expect((await run('export', '--format', 'bundle', '--force', '-o', path, one)).code).toBe(0);
    expect((await run('export', '--format', 'bundle', '--turn', '1', one)).code).toBe(2);
    const file = join(out, 'x.jsonl');
    writeFileSync(file, readFileSync(join(path, `data/${one}/rollout.jsonl`)));
    expect((await run('export', '--format', 'bundle', '-o', join(out, 'y'), file)).code).toBe(2);
    expect((await run('verify', path, one)).code).toBe(2);
    expect((await run('verify', path, '--since', '2026-01-01')).code).toBe(2);
    expect((await run('verify', path, '--allowed-signers', join(out, 'none'))).code).toBe(2);
    expect((await run('export', '--format', 'raw', '--key', sealed.key, one)).code).toBe(2);
    expect((await run('verify', join(out, 'none.tar'))).code).toBe(2);
  });
});

/** BagIt's rules by the text of RFC 8493, with nothing of ours. */
function checkBag(folder: string): void {
  expect(readFileSync(join(folder, 'bagit.txt'), 'utf8')).toBe(
    'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n',
  );
  const sum = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
  const manifest = (name: string) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  };
  const all = filesOf(folder);
  const payload = manifest('manifest-sha256.txt');
  expect([...payload.keys()].sort()).toEqual(all.filter((file) => file.startsWith('data/')));
  const tags = manifest('tagmanifest-sha256.txt');
  const others = all.filter((file) => !file.startsWith('data/') && !file.startsWith('tagmanifest-sha256.txt'));
  expect([...tags.keys()].sort()).toEqual(others);
  for (const [file, sha256] of [...payload, ...tags]) expect([file, sum(file)]).toEqual([file, sha256]);
  const info = readFileSync(join(folder, 'bag-info.txt'), 'utf8');
  for (const line of info.trim().split('\n')) expect(line).toMatch(/^[A-Za-z-]+: \S.*$/);
  const bytes = [...payload.keys()].reduce((total, file) => total + statSync(join(folder, file)).size, 0);
  expect(info).toContain(`Payload-Oxum: ${bytes}.${payload.size}\n`);
}
