import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { validateDeletionCheck } from '../../src/format/schemas.ts';
import { idOf } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { PurgedHome } from '../support/purged-home.ts';
import { flipBit, makeKey } from '../support/sealed-home.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

describe('a purge', () => {
  it('signs its receipt with the key of the settings, so that ssh-keygen finds it good', async () => {
    const purged = new PurgedHome();
    const { code, err } = await purged.purge(1);
    expect([code, err]).toEqual([0, expect.not.stringContaining('not signed')]);
    const receipt = purged.receipt(0);
    const args = ['-Y', 'verify', '-n', 'sessions-receipt', '-I', 'me@test', '-s', `${receipt}.sig`];
    const list = join(purged.outside, '.ssh/allowed_signers');
    expect(execFileSync('ssh-keygen', [...args, '-f', list], { input: readFileSync(receipt) }).toString()).toMatch(
      /^Good/,
    );
    const { results, journal, receipts } = await purged.verify();
    expect(journal).toMatchObject({ status: 'VERIFIED' });
    expect(receipts).toMatchObject([{ status: 'VERIFIED', signer: { principal: 'me@test' }, tx: txOf(receipt) }]);
    for (const result of results) expect(ajv.validate('urn:agent-sessions:schema:verify-result:1', result)).toBe(true);
  });

  it('says with --verify who has signed', async () => {
    const purged = new PurgedHome();
    await purged.purge(1);
    const tx = txOf(purged.receipt(0));
    const of = async () => {
      const { code, out } = await purged.run('prune', '--verify', tx, '--json');
      const checks = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      for (const check of checks) expect(validateDeletionCheck(check)).toEqual({ ok: true, unknown: null });
      const { signer, faults } = checks.find(({ layer }) => layer === 'receipt');
      return { code, signer, faults: faults.map(({ message }: { message: string }) => message) };
    };
    expect(await of()).toMatchObject({ code: 0, signer: { principal: 'me@test' }, faults: [] });
    purged.allow(makeKey(purged.outside, 'other'));
    expect(await of()).toMatchObject({
      code: 1,
      signer: { principal: null },
      faults: [expect.stringMatching(/no list/)],
    });
    rmSync(`${purged.receipt(0)}.sig`);
    expect(await of()).toMatchObject({ code: 1, signer: null, faults: [expect.stringMatching(/not signed/)] });
    rmSync(join(purged.outside, '.ssh/allowed_signers'));
    expect(await of()).toMatchObject({ code: 0, signer: null, faults: [] });
  });

  it('writes a receipt without a signature where no key is set, which is good where nobody asks for one', async () => {
    const purged = new PurgedHome();
    purged.signWith(null);
    await purged.purge(1);
    expect(purged.receipts()).toHaveLength(1);
    expect(await purged.verify()).toMatchObject({ receipts: [{ status: 'BAD-SIG', signer: null }] });
    expect(await purged.verify('--allow-unsigned')).toMatchObject({ receipts: [{ status: 'VERIFIED' }] });
    rmSync(join(purged.outside, '.ssh/allowed_signers'));
    expect(await purged.verify()).toMatchObject({ receipts: [{ status: 'VERIFIED', message: 'it is not signed' }] });
  });

  it('goes on where the key cannot be used, says so, and the next one signs both', async () => {
    const purged = new PurgedHome();
    renameSync(purged.key, `${purged.key}.away`);
    renameSync(`${purged.key}.pub`, `${purged.key}.away.pub`);
    expect(await purged.purge(1)).toMatchObject({
      code: 0,
      err: expect.stringMatching(/a deletion receipt is not signed yet; the next purge or seal signs it/),
    });
    expect(purged.receipts()).toHaveLength(1);
    renameSync(`${purged.key}.away`, purged.key);
    renameSync(`${purged.key}.away.pub`, `${purged.key}.pub`);
    // Which other receipts a run has signed is said once.
    const next = await purged.purge(2);
    expect(next).toMatchObject({ code: 0, err: expect.stringMatching(/signed the receipt of .*not made by this run/) });
    expect(next.err.match(/signed the receipt of/g)).toHaveLength(1);
    expect(purged.receipts().filter((name) => name.endsWith('.sig'))).toHaveLength(2);
    expect((await purged.verify()).receipts.map(({ status }) => status)).toEqual(['VERIFIED', 'VERIFIED']);
  });

  it('has its receipt signed by seal, or by restore, when it could not do so itself', async () => {
    const purged = new PurgedHome();
    purged.signWith(null);
    await purged.purge(1);
    expect(await purged.run('seal', '--key', purged.key)).toMatchObject({ code: 0 });
    expect((await purged.verify()).receipts).toMatchObject([{ status: 'VERIFIED', signer: { principal: 'me@test' } }]);
    await purged.purge(2);
    purged.signWith(purged.key);
    await purged.run('restore', '--all');
    expect(await purged.verify('--strict')).toMatchObject({
      receipts: [{ status: 'VERIFIED' }, { status: 'VERIFIED' }],
    });
  });
});

describe('verify finds a receipt', () => {
  /** Two purges, of sessions that were sealed, and noted by a later seal. */
  async function sealedAndPurged() {
    const purged = new PurgedHome();
    expect(await purged.run('seal')).toMatchObject({ code: 0 });
    await purged.purge(1);
    await purged.purge(2);
    expect(await purged.run('seal')).toMatchObject({ code: 0 });
    const { receipts, journal, sessions } = await purged.verify();
    expect([journal?.status, receipts.map(({ status }) => status)]).toEqual(['VERIFIED', ['VERIFIED', 'VERIFIED']]);
    expect(sessions.map(({ status }) => status)).toEqual(['PRUNED', 'PRUNED', 'VERIFIED', 'VERIFIED']);
    const log = readFileSync(purged.path('.sessions/seals/log.jsonl'), 'utf8');
    const noted = createHash('sha256')
      .update(readFileSync(purged.receipt(0)))
      .digest('hex');
    expect(log).toContain(`"receipt_sha256":"${noted}"`);
    return purged;
  }

  it.each<[string, (purged: PurgedHome) => void, object]>([
    ['of which a bit was flipped', (purged) => flipBit(purged.receipt(0), 200), { status: 'BAD-SIG' }],
    ['that is gone', (purged) => rmSync(purged.receipt(0)), { status: 'MISSING', path: null }],
    ['whose signature is gone', (purged) => rmSync(`${purged.receipt(0)}.sig`), { status: 'BAD-SIG' }],
    [
      'whose signature is that of another one',
      (purged) => writeFileSync(`${purged.receipt(0)}.sig`, readFileSync(`${purged.receipt(1)}.sig`)),
      { status: 'BAD-SIG' },
    ],
    ['that was changed, its signature taken away', changeUnsigned, { status: 'BAD-SIG' }],
    ['that somebody else has changed and signed', (purged) => resign(purged, 'stranger'), { status: 'UNKNOWN-KEY' }],
  ])('%s', async (_, change, expected) => {
    const purged = await sealedAndPurged();
    change(purged);
    expect(await purged.verify()).toMatchObject({ code: 1, receipts: [expected, { status: 'VERIFIED' }] });
  });

  it('that was changed with the journal, also when it is signed by the owner', async () => {
    const purged = await sealedAndPurged();
    resign(purged, 'key');
    const sha256 = createHash('sha256')
      .update(readFileSync(purged.receipt(0)))
      .digest('hex');
    purged.forgeJournal((entries) => {
      const done = entries.find(({ event }) => event === 'purge-done') as { receipt: { sha256: string } };
      done.receipt.sha256 = sha256;
    });
    expect(await purged.verify()).toMatchObject({
      code: 1,
      receipts: [
        { status: 'MODIFIED', message: 'the signed log has another receipt of this purge' },
        { status: 'MODIFIED', message: 'it does not follow from the one before' },
      ],
    });
  });

  it('that the journal knows nothing of', async () => {
    const purged = await sealedAndPurged();
    writeFileSync(purged.path('.sessions/receipts', `${idOf(99)}.json`), readFileSync(purged.receipt(0)));
    expect(await purged.verify('--allow-unsigned')).toMatchObject({
      code: 1,
      receipts: [{}, {}, { status: 'MODIFIED', message: 'the journal knows nothing of this purge' }],
    });
  });

  it('that is no file, and goes on', async () => {
    const purged = await sealedAndPurged();
    rmSync(purged.receipt(0));
    execFileSync('mkfifo', [purged.path('.sessions/receipts', `${txOf(purged.receipts()[0] as string)}.json`)]);
    expect(await purged.verify()).toMatchObject({
      code: 3,
      receipts: [{ status: 'UNREADABLE' }, { status: 'VERIFIED' }],
    });
  });

  it('and a journal that was changed, cut, moved away, or made anew', async () => {
    const purged = await sealedAndPurged();
    const journal = readFileSync(purged.journal, 'utf8');
    writeFileSync(purged.journal, journal.replace('"event":"trashed"', '"event":"trasheD"'));
    expect(await purged.verify()).toMatchObject({
      code: 1,
      journal: { status: 'MODIFIED', first_bad: { line: expect.any(Number) } },
    });
    expect(await purged.run('seal')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/journal\.jsonl:\d+ .*damaged/),
    });
    const lines = journal.trimEnd().split('\n');
    writeFileSync(purged.journal, `${lines.slice(0, -3).join('\n')}\n`);
    expect((await purged.verify()).journal).toMatchObject({ status: 'TRUNCATED' });
    rmSync(purged.journal);
    expect((await purged.verify()).journal).toMatchObject({ status: 'MISSING' });
    writeFileSync(purged.journal, journal);
    purged.forgeJournal((entries) => {
      for (const entry of entries) if (entry.event === 'purged') entry.tx = idOf(77);
    });
    expect((await purged.verify()).journal).toMatchObject({
      status: 'MODIFIED',
      message: expect.stringMatching(/signed log/),
    });
  });
});

describe('the log of the seals notes how long the journal is', () => {
  it('so that the newest receipt is missed, which vanishes with its lines', { timeout: 60_000 }, async () => {
    const purged = new PurgedHome();
    // Of a session that was never sealed, the log says nothing else.
    await purged.purge(1);
    const before = readFileSync(purged.journal, 'utf8');
    const receipt = purged.receipt(0);
    await purged.purge(2);
    const newest = purged.receipt(1);
    expect(await purged.run('seal')).toMatchObject({ code: 0 });
    const log = readFileSync(purged.path('.sessions/seals/log.jsonl'), 'utf8');
    expect(log.match(/"event":"journal"/g)).toHaveLength(1);
    const whole = readFileSync(purged.journal, 'utf8');
    writeFileSync(purged.journal, before);
    for (const path of [newest, `${newest}.sig`]) renameSync(path, `${path}.away`);
    expect(await purged.verify()).toMatchObject({ code: 1, journal: { status: 'TRUNCATED' } });
    rmSync(purged.journal);
    for (const path of [receipt, `${receipt}.sig`]) renameSync(path, `${path}.away`);
    expect(await purged.verify()).toMatchObject({ code: 1, journal: { status: 'MISSING' } });
    for (const path of [receipt, newest].flatMap((path) => [path, `${path}.sig`])) renameSync(`${path}.away`, path);
    writeFileSync(purged.journal, whole);
    purged.forgeJournal((entries) => {
      (entries[0] as { rule: string }).rule = 'another one';
    });
    expect((await purged.verify()).journal).toMatchObject({
      status: 'MODIFIED',
      message: expect.stringMatching(/another one than the signed log knows/),
    });
    writeFileSync(purged.journal, whole);
    expect((await purged.verify()).journal).toMatchObject({ status: 'VERIFIED' });
  });

  it('once for each length, and not of one that is another one', { timeout: 60_000 }, async () => {
    const purged = new PurgedHome();
    await purged.purge(1);
    const notes = async () => {
      await purged.run('seal');
      const log = readFileSync(purged.path('.sessions/seals/log.jsonl'), 'utf8');
      for (const line of log.trim().split('\n')) {
        expect(ajv.validate('urn:agent-sessions:schema:seal-log-entry:1', JSON.parse(line))).toBe(true);
      }
      return log.match(/"event":"journal"/g)?.length;
    };
    expect(await notes()).toBe(1);
    expect(await notes()).toBe(1);
    await purged.purge(2);
    expect(await notes()).toBe(2);
    purged.forgeJournal((entries) => {
      (entries[0] as { rule: string }).rule = 'another one';
      entries.push({ ...entries.at(-1) });
    });
    expect(await notes()).toBe(2);
  });

  it('so that a receipt stays good when its key is retired, and the next key signs the next one', {
    timeout: 60_000,
  }, async () => {
    const purged = new PurgedHome();
    await purged.purge(1);
    const next = makeKey(purged.outside, 'next');
    purged.allow(purged.key, next);
    expect(await purged.run('seal', '--key', next)).toMatchObject({ code: 0 });
    purged.retire(purged.key, next);
    const signer = { principal: 'me@test' };
    expect((await purged.verify()).receipts).toMatchObject([{ status: 'VERIFIED', signer }]);
    expect(await purged.run('prune', '--verify', txOf(purged.receipt(0)))).toMatchObject({ code: 0 });
    purged.signWith(next);
    expect(await purged.purge(2)).toMatchObject({ code: 0, err: expect.not.stringMatching(/was not signed/) });
    expect((await purged.verify()).receipts).toMatchObject([
      { status: 'VERIFIED', signer },
      { status: 'VERIFIED', signer },
    ]);
    // Whoever still has the old key gets nothing by it.
    changeUnsigned(purged);
    sign(purged.key, purged.receipt(0));
    expect((await purged.verify()).receipts[0]).toMatchObject({ status: 'UNKNOWN-KEY' });
    rmSync(`${purged.receipt(1)}.sig`);
    sign(purged.key, purged.receipt(1));
    expect((await purged.verify()).receipts[1]).toMatchObject({ status: 'UNKNOWN-KEY' });
  });
});

describe('verify holds the holds against the journal', () => {
  it('of a home, and of a bundle', { timeout: 60_000 }, async () => {
    const purged = new PurgedHome();
    for (const n of [1, 2]) await purged.run('hold', 'add', '--matter', 'a case', idOf(n));
    const holds = purged.path('.sessions/holds.jsonl');
    const whole = readFileSync(holds, 'utf8');
    const both = async () => {
      const bundle = join(purged.outside, `bundle-${existsSync(holds)}-${Math.random()}`);
      await purged.run('export', '--format', 'bundle', '-o', bundle, idOf(1));
      const { out } = await purged.run('verify', '--json', bundle);
      const found = out.split('\n').find((line) => line.includes('"subject":"journal"')) ?? '{}';
      return [(await purged.verify()).journal, JSON.parse(found)].map(({ status, message }) => `${status} ${message}`);
    };
    expect(await both()).toEqual([expect.stringMatching(/^VERIFIED/), expect.stringMatching(/^VERIFIED/)]);
    for (const wrong of [whole.split('\n', 1)[0], whole.replace(idOf(1), idOf(3)), `${whole}{}\n`, '']) {
      writeFileSync(holds, wrong as string);
      const fault = expect.stringMatching(/^MODIFIED holds\.jsonl: /);
      expect(await both(), wrong).toEqual([fault, fault]);
    }
    rmSync(holds);
    expect(await both()).toEqual([expect.stringMatching(/^MODIFIED/), expect.stringMatching(/^MODIFIED/)]);
  });
});

describe('seal takes over from the journal', () => {
  it('no deletion that nothing bears out: it is named, and the session is missing', async () => {
    const purged = new PurgedHome();
    await purged.run('seal');
    // A session whose deletion the journal tells of, and then another one that was just deleted.
    await purged.purge(4);
    rmSync(rolloutOf(purged, 1));
    purged.forgeJournal((entries) => {
      const forged = entries.map((entry) => JSON.parse(JSON.stringify(entry).replaceAll(idOf(4), idOf(1))));
      const events = ['trash-intent', 'trashed', 'purge-intent', 'purged'];
      entries.push(...forged.filter(({ event }) => events.includes(event)));
    });
    expect(await purged.run('seal')).toMatchObject({
      code: 1,
      err: expect.stringMatching(new RegExp(`nothing bears out that session ${idOf(1)} was`)),
    });
    const { sessions } = await purged.verify();
    expect(sessions.map(({ status }) => status)).toEqual(['MISSING', 'VERIFIED', 'VERIFIED', 'PRUNED']);
  });

  it('nothing at all of a journal whose lines do not follow from each other', async () => {
    const purged = new PurgedHome();
    await purged.run('seal');
    await purged.purge(4);
    rmSync(rolloutOf(purged, 1));
    const log = readFileSync(purged.path('.sessions/seals/log.jsonl'), 'utf8');
    const forged = { schema: 'sessions.journal-entry/1', seq: 9999, at: '2026-11-22T12:00:00Z', event: 'purged' };
    const files = [{ path: rolloutOf(purged, 1).slice(purged.home.path.length + 1) }];
    appendFileSync(purged.journal, `${JSON.stringify({ ...forged, tx: idOf(900), thread_id: idOf(1), files })}\n`);
    expect(await purged.run('seal')).toMatchObject({ code: 1, err: expect.stringMatching(/journal\.jsonl:/) });
    expect(readFileSync(purged.path('.sessions/seals/log.jsonl'), 'utf8')).toBe(log);
    const { sessions, journal } = await purged.verify();
    expect([sessions[0]?.status, journal?.status]).toEqual(['MISSING', 'MODIFIED']);
  });

  it('no signature for a receipt that was changed before it was signed', async () => {
    const purged = new PurgedHome();
    purged.signWith(null);
    await purged.purge(1);
    changeUnsigned(purged);
    expect(await purged.run('seal', '--key', purged.key)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/a deletion receipt was not signed: it is not what the journal recorded/),
    });
    expect(existsSync(`${purged.receipt(0)}.sig`)).toBe(false);
    // A journal that was made to fit is not enough: all of it has to tell the same.
    const sha256 = createHash('sha256')
      .update(readFileSync(purged.receipt(0)))
      .digest('hex');
    purged.forgeJournal((entries) => {
      (entries.find(({ event }) => event === 'purge-done') as { receipt: { sha256: string } }).receipt.sha256 = sha256;
    });
    purged.signWith(purged.key);
    expect((await purged.purge(2)).err).toMatch(/does not say what the journal says/);
    expect(existsSync(`${purged.receipt(0)}.sig`)).toBe(false);
    expect(existsSync(`${purged.receipt(1)}.sig`)).toBe(true);
  });

  it('what a command has put something in the place of, not as if it was removed', async () => {
    const purged = new PurgedHome();
    await purged.run('seal');
    expect(await purged.run('compress', idOf(1))).toMatchObject({ code: 0 });
    await purged.run('prune', '--purge', '--grace', '0', '--yes');
    expect(await purged.run('seal')).toMatchObject({ code: 0 });
    expect(readFileSync(purged.path('.sessions/seals/log.jsonl'), 'utf8')).not.toMatch(/purged|trashed|removed/);
    expect(await purged.verify()).toMatchObject({ code: 0 });
  });
});

function txOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.json(?:\.sig)?$/, '');
}

function rolloutOf(purged: PurgedHome, n: number): string {
  return purged.path(`sessions/2026/01/02/rollout-2026-01-02T03-04-05-${idOf(n)}.jsonl`);
}

function changeUnsigned(purged: PurgedHome): void {
  const path = purged.receipt(0);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"rule":"prune', '"rule":"prunE'));
  rmSync(`${path}.sig`, { force: true });
}

/** Changes the first receipt and signs it: with the owner's key, or with one that nobody knows. */
function resign(purged: PurgedHome, name: string): void {
  changeUnsigned(purged);
  const key = name === 'key' ? purged.key : makeKey(purged.outside, name);
  sign(key, purged.receipt(0));
}

function sign(key: string, receipt: string): void {
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'sessions-receipt', '-f', key, receipt], { stdio: 'ignore' });
}
