import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { isInSubset } from '../../src/engine/seal/subset.ts';
import { idOf, jsonl } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { flipBit, makeKey, SealedHome, sessionLines } from '../support/sealed-home.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const [one, two] = [idOf(1), idOf(2)];

/** A home with two sealed sessions, the first in a plain file. */
async function sealedHome() {
  const sealed = new SealedHome();
  const path = sealed.home.rollout(one, sessionLines(one, 3));
  sealed.home.rollout(two, sessionLines(two, 2));
  await sealed.runSeal();
  return { sealed, path };
}

describe('verify', () => {
  it('finds nothing where nothing was sealed, and says so', async () => {
    const sealed = new SealedHome();
    expect(await sealed.verify()).toMatchObject({ code: 0, results: [] });
    sealed.home.rollout(one, sessionLines(one, 1));
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['UNSEALED'], log: null });
  });

  it('prints results that are what the schema says', async () => {
    const { sealed, path } = await sealedHome();
    flipBit(path, 100);
    const { results, code, log } = await sealed.verify();
    expect(code).toBe(1);
    expect(log).toMatchObject({ status: 'VERIFIED', sealed: 2 });
    expect(results).toMatchObject([
      { status: 'MODIFIED', first_bad: { line: 1, offset: 0 }, bad_lines: [1], thread_id: one },
      { status: 'VERIFIED', signer: { principal: 'me@test' } },
      { subject: 'log' },
    ]);
    for (const result of results) {
      expect(ajv.validate('urn:agent-sessions:schema:verify-result:1', result)).toBe(true);
    }
    const quiet = await sealed.run('verify', '-q');
    expect([quiet.code, quiet.out.toString()]).toEqual([1, `${one}\n`]);
    const onTerminal = await sealed.run('verify', two);
    expect(onTerminal.code).toBe(0);
  });

  it('holds a copy against the seal of the home', async () => {
    const { sealed, path } = await sealedHome();
    const copy = join(sealed.outside, path.slice(path.lastIndexOf('/') + 1));
    cpSync(path, copy);
    expect(await sealed.verify(copy)).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
    flipBit(copy, 30);
    expect(await sealed.verify(copy)).toMatchObject({ code: 1, statuses: ['MODIFIED'] });
    expect(await sealed.verify(path)).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
  });

  it('says which line was changed also where the leaves were damaged', async () => {
    const { sealed, path } = await sealedHome();
    flipBit(path, 30);
    flipBit(sealed.seal(one, 'leaves'), 3);
    const { sessions } = await sealed.verify(one);
    expect(sessions).toMatchObject([
      { status: 'MODIFIED', first_bad: null, message: expect.stringContaining('leaves') },
    ]);
  });

  it('misses what is gone, and knows what is back', async () => {
    const { sealed, path } = await sealedHome();
    const kept = readFileSync(path);
    rmSync(path);
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['MISSING', 'VERIFIED'] });
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MISSING'] });
    for (const selected of [[], ['--cwd', '/nowhere']]) {
      const listed = await sealed.runWith(`${two}\n${one}\n`, 'verify', ...selected, '-');
      expect([listed.code, listed.out.toString().match(/"status":"\w+","thread_id":"[^"]+"/g)]).toEqual([
        1,
        expect.arrayContaining([`"status":"MISSING","thread_id":"${one}"`]),
      ]);
    }
    const said = 'sessions: 1 sealed session is not in the home any more, which no selector finds';
    expect((await sealed.run('verify', '--limit', '9')).err).toContain(said);
    expect((await sealed.run('verify', two)).err).not.toContain('any more');
    await sealed.runSeal();
    expect(await sealed.verify()).toMatchObject({ statuses: ['MISSING', 'VERIFIED'], log: { sealed: 3 } });
    const tx = idOf(900);
    const files = [{ path: path.slice(sealed.home.path.length + 1) }];
    const entry = { schema: 'sessions.journal-entry/1', seq: 0, at: '2026-11-22T12:00:00Z', tx, thread_id: one, files };
    sealed.home.write('.sessions/journal.jsonl', jsonl([{ ...entry, event: 'purged' }]));
    // What the journal says has to be borne out by a tombstone and a receipt.
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MISSING'] });
    expect((await sealed.runSeal()).code).toBe(1);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MISSING'] });
    rmSync(sealed.path('.sessions/journal.jsonl'));
    writeFileSync(path, kept);
    await sealed.runSeal();
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    const log = readFileSync(sealed.path('.sessions/seals/log.jsonl'), 'utf8');
    expect(log.match(/"event":"\w+"/g)?.map((match) => match.slice(9, -1))).toEqual([
      ...['created', 'created', 'removed', 'restored'],
    ]);
  });

  it('refuses what is no part, and an anchor that is none', async () => {
    const { sealed, path } = await sealedHome();
    expect(await sealed.run('verify', '--subset', '8/7')).toMatchObject({ code: 2 });
    expect(await sealed.run('verify', '--anchor', path)).toMatchObject({ code: 2 });
    const folder = await sealed.run('verify', '--anchor', sealed.home.path);
    expect(folder).toMatchObject({ code: 2, err: expect.stringContaining(`${sealed.home.path}: cannot be read`) });
    expect(await sealed.run('verify', '--allowed-signers', 'none')).toMatchObject({ code: 2 });
  });

  it('says what it cannot read', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 9), { compressed: true });
    await sealed.runSeal();
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    expect(await sealed.verify()).toMatchObject({ code: 3, statuses: ['UNREADABLE'] });
  });

  it('finds one of 700 sessions in exactly one of seven parts', { timeout: 120_000 }, async () => {
    const ids = Array.from({ length: 700 }, (_, index) => idOf(index + 1));
    for (const id of ids) {
      const parts = [1, 2, 3, 4, 5, 6, 7].filter((part) => isInSubset(id, { part, of: 7 }));
      expect(parts).toHaveLength(1);
    }
    const sealed = new SealedHome();
    const paths = ids.map((id) => sealed.home.rollout(id, sessionLines(id, 1)));
    sealed.allowNobody();
    await sealed.runSeal('--unsigned', '-q');
    flipBit(paths[423] as string, 77);
    let checked = 0;
    const found: string[] = [];
    for (const part of [1, 2, 3, 4, 5, 6, 7]) {
      const { sessions, code } = await sealed.verify('--subset', `${part}/7`);
      checked += sessions.length;
      const bad = sessions.filter(({ status }) => status !== 'VERIFIED').map(({ thread_id }) => thread_id as string);
      expect(code).toBe(bad.length);
      found.push(...bad);
    }
    expect([checked, found]).toEqual([700, [ids[423]]]);
  });
});

describe('a seal outlives', () => {
  it('zstd, one frame or several, and a move into the archive', async () => {
    const { sealed, path } = await sealedHome();
    const content = readFileSync(path);
    execFileSync('zstd', ['-q', '--rm', path]);
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    const frames = [content.subarray(0, 700), content.subarray(700)].map((part) =>
      execFileSync('zstd', ['-q', '-c', '-'], { input: part }),
    );
    writeFileSync(`${path}.zst`, Buffer.concat(frames));
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    mkdirSync(sealed.path('archived_sessions'));
    renameSync(`${path}.zst`, sealed.path('archived_sessions', `${path.slice(path.lastIndexOf('/') + 1)}.zst`));
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    execFileSync('zstd', [
      '-q',
      '-d',
      '--rm',
      sealed.path('archived_sessions', `${path.slice(path.lastIndexOf('/') + 1)}.zst`),
    ]);
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
  });

  it('lines that are added, and being made larger', async () => {
    const { sealed, path } = await sealedHome();
    appendFileSync(path, '{"a":1}\n{"b"');
    expect(await sealed.verify(one)).toMatchObject({ code: 0, sessions: [{ status: 'TAIL', sealed: 25, lines: 26 }] });
    appendFileSync(path, ':2}\n');
    await sealed.runSeal();
    expect(await sealed.verify('--strict')).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
  });

  it('a session that has several files, each with its own', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 2));
    const path = sealed.home.rollout(one, sessionLines(one, 1), { segment: two, time: '2026-01-03T00-00-00' });
    await sealed.runSeal(one);
    expect(await sealed.verify(one)).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    flipBit(path, 50);
    expect((await sealed.verify(one)).sessions).toMatchObject([
      { status: 'VERIFIED' },
      { status: 'MODIFIED', rollout_id: two },
    ]);
  });
});

describe('seals that were tampered with', () => {
  it('a seal that was dropped: UNSEALED', async () => {
    const { sealed } = await sealedHome();
    rmSync(sealed.seal(one), { recursive: true });
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['UNSEALED', 'VERIFIED'] });
  });

  it('the seal of another session: MODIFIED', async () => {
    const { sealed } = await sealedHome();
    rmSync(sealed.seal(one), { recursive: true });
    cpSync(sealed.seal(two), sealed.seal(one), { recursive: true });
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['MODIFIED', 'VERIFIED'] });
  });

  it('an old checkpoint that is played back: ROLLED-BACK', async () => {
    const { sealed, path } = await sealedHome();
    const before = readFileSync(path);
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    for (const name of ['26', '26.sig']) rmSync(sealed.seal(one, 'checkpoints', name));
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['ROLLED-BACK'] });
    writeFileSync(path, before);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['ROLLED-BACK'] });
  });

  it('signed again with another key: UNKNOWN-KEY; with a signature of something else: BAD-SIG', async () => {
    const { sealed } = await sealedHome();
    const at = sealed.seal(one, 'checkpoints/25');
    const kept = readFileSync(`${at}.sig`);
    rmSync(`${at}.sig`);
    const other = makeKey(sealed.outside, 'other');
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'sessions-checkpoint', '-f', other, at], { stdio: 'ignore' });
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['UNKNOWN-KEY', 'VERIFIED'] });
    rmSync(`${at}.sig`);
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'file', '-f', sealed.key, at], { stdio: 'ignore' });
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['BAD-SIG'] });
    cpSync(sealed.seal(two, 'checkpoints/17.sig'), `${at}.sig`);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['BAD-SIG'] });
    writeFileSync(`${at}.sig`, kept);
    expect(await sealed.verify(one)).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
    const text = readFileSync(at, 'utf8');
    // What says another size than its name is no seal at all.
    writeFileSync(at, text.replace('\n25\n', '\n24\n'));
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['UNSEALED'] });
    writeFileSync(at, text.replace(/^bytes \d+$/m, 'bytes 1'));
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['BAD-SIG'] });
    rmSync(`${at}.sig`);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['BAD-SIG'] });
  });

  it('bits all over a checkpoint and its signature', { timeout: 120_000 }, async () => {
    const { sealed } = await sealedHome();
    for (const name of ['25', '25.sig']) {
      const at = sealed.seal(one, 'checkpoints', name);
      const kept = readFileSync(at);
      for (let byte = 0; byte < kept.length; byte += 13) {
        flipBit(at, byte, byte % 7);
        const { code, statuses } = await sealed.verify(one);
        // A changed line end of the armour is no change of what it holds.
        if (name === '25') expect([name, byte, code]).toEqual([name, byte, 1]);
        else if (code === 0) expect(statuses).toEqual(['VERIFIED']);
        writeFileSync(at, kept);
      }
    }
  });

  it('the log: a line that is changed, dropped or put in; all of it gone', async () => {
    const { sealed } = await sealedHome();
    const path = sealed.path('.sessions/seals/log.jsonl');
    const kept = readFileSync(path, 'utf8');
    const lines = kept.trimEnd().split('\n');
    const of = async (text: string) => {
      writeFileSync(path, text);
      const { code, log } = await sealed.verify();
      return [code, log?.status];
    };
    expect(await of(kept.replace('created', 'removed'))).toEqual([1, 'MODIFIED']);
    expect(await of(`${lines[1]}\n`)).toEqual([1, 'TRUNCATED']);
    expect(await of(`${lines[1]}\n${lines[0]}\n`)).toEqual([1, 'MODIFIED']);
    expect(await of(`${lines[0]}\n${lines[0]}\n${lines[1]}\n`)).toEqual([1, 'MODIFIED']);
    expect(await of(`${kept}{}\n`)).toEqual([1, 'TAIL']);
    rmSync(path);
    expect((await sealed.verify()).log).toMatchObject({ status: 'MISSING' });
    rmSync(sealed.path('.sessions/seals/log-checkpoints'), { recursive: true });
    expect((await sealed.verify()).log).toMatchObject({ status: 'MISSING' });
    writeFileSync(path, kept);
    expect((await sealed.verify()).log).toMatchObject({ status: 'UNSEALED' });
  });

  it('a log that was put back to an earlier state, while a seal was not', async () => {
    const { sealed, path } = await sealedHome();
    cpSync(sealed.path('.sessions/seals'), join(sealed.outside, 'then'), { recursive: true });
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    for (const name of ['log.jsonl', 'log-checkpoints']) {
      rmSync(sealed.path('.sessions/seals', name), { recursive: true });
      cpSync(join(sealed.outside, 'then', name), sealed.path('.sessions/seals', name), { recursive: true });
    }
    expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
  });

  it('session, seal and log put back together: seen with an anchor, and only with one', async () => {
    const { sealed, path } = await sealedHome();
    cpSync(sealed.home.path, join(sealed.outside, 'then'), { recursive: true });
    const early = (await sealed.runSeal('--print-checkpoint')).out;
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    const late = (await sealed.runSeal('--print-checkpoint')).out;
    const [atEarly, atLate] = [join(sealed.outside, 'early'), join(sealed.outside, 'late')];
    writeFileSync(atEarly, early);
    writeFileSync(atLate, late);
    expect(await sealed.verify('--anchor', atEarly, '--anchor', atLate)).toMatchObject({ code: 0 });
    rmSync(sealed.home.path, { recursive: true });
    cpSync(join(sealed.outside, 'then'), sealed.home.path, { recursive: true });
    expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
    sealed.forget();
    expect(await sealed.verify('--anchor', atEarly)).toMatchObject({ code: 0 });
    expect(await sealed.verify('--anchor', atLate)).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
    // Sealed anew from the beginning, with the same key.
    rmSync(sealed.path('.sessions/seals'), { recursive: true });
    expect(await sealed.verify('--anchor', atEarly)).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
    await sealed.runSeal();
    expect(await sealed.verify()).toMatchObject({ code: 0 });
    expect(await sealed.verify('--anchor', atEarly)).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
    flipBit(atLate, 70);
    expect((await sealed.run('verify', '--anchor', atLate)).code).toBeGreaterThan(0);
  });
});

describe("what was wrong with journald's sealing", () => {
  it('CVE-2023-31437: cut off what was sealed, and go on as if nothing had happened', async () => {
    const { sealed, path } = await sealedHome();
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${lines.slice(0, 9).join('\n')}\n`);
    appendFileSync(
      path,
      lines
        .slice(0, 9)
        .map(() => '{"new":1}\n')
        .join(''),
    );
    expect(await sealed.verify(one)).toMatchObject({
      code: 1,
      sessions: [{ status: 'MODIFIED', first_bad: { line: 10 } }],
    });
    expect((await sealed.runSeal(one)).code).toBe(1);
    // Nor by a seal that begins behind the cut.
    rmSync(sealed.seal(one), { recursive: true });
    expect((await sealed.runSeal(one)).code).toBe(1);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['UNSEALED'] });
  });

  it('CVE-2023-31438: change what is sealed, and let it be sealed on', async () => {
    const { sealed, path } = await sealedHome();
    flipBit(path, 300);
    appendFileSync(path, '{"later":1}\n');
    expect((await sealed.runSeal(one)).code).toBe(1);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MODIFIED'] });
    // Compressed and archived, it is what it was.
    execFileSync('zstd', ['-q', '--rm', path]);
    expect((await sealed.runSeal(one)).code).toBe(1);
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MODIFIED'] });
  });

  it('CVE-2023-31439: seal other content for an older time with a newer key', async () => {
    const { sealed, path } = await sealedHome();
    const next = makeKey(sealed.outside, 'next');
    sealed.allow(sealed.key, next);
    flipBit(path, 300);
    // In a home of their own, somebody who has the newer key makes a seal over the changed lines.
    const forged = new SealedHome();
    forged.home.rollout(one, readFileSync(path));
    await forged.runSeal('--key', next);
    rmSync(sealed.seal(one), { recursive: true });
    cpSync(forged.seal(one), sealed.seal(one), { recursive: true });
    const { code, sessions } = await sealed.verify(one);
    expect([code, sessions]).toMatchObject([
      1,
      [{ status: 'MODIFIED', message: expect.stringContaining('sealed again') }],
    ]);
    expect((await sealed.runSeal('--key', next, one)).code).toBe(1);
    // Made to look as if it had only grown.
    appendFileSync(path, '{}\n');
    forged.home.rollout(one, readFileSync(path));
    await forged.runSeal('--key', next);
    rmSync(sealed.seal(one), { recursive: true });
    cpSync(forged.seal(one), sealed.seal(one), { recursive: true });
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MODIFIED'], log: { status: 'ROLLED-BACK' } });
  });
});
