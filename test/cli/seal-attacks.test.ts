import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashContent } from '../../src/engine/seal/hash-content.ts';
import { leafHash, MerkleTree } from '../../src/engine/seal/merkle.ts';
import { readSealLog } from '../../src/engine/seal/read-log.ts';
import { homeAt } from '../../src/store/home.ts';
import { openRollout } from '../../src/store/rollout-file.ts';
import { idOf, jsonl } from '../builders.ts';
import { runProgram } from '../support/run-program.ts';
import { flipBit, makeKey, SealedHome, sessionLines } from '../support/sealed-home.ts';

const [one, two, three] = [idOf(1), idOf(2), idOf(3)];
const at = '2026-11-23T00:00:00.000Z';

/** Somebody who can write all of the home, and has no key. */
class Attacker {
  readonly sealed: SealedHome;
  readonly log: string;

  constructor(sealed: SealedHome) {
    this.sealed = sealed;
    this.log = sealed.path('.sessions/seals/log.jsonl');
  }

  async rootOf(path: string): Promise<{ size: number; root: string }> {
    const file = await openRollout(path);
    const { lines, root } = await hashContent(file, { at: [] });
    await file.close();
    return { size: lines, root: root.toString('base64') };
  }

  /** Puts a seal over what a file holds now in the place of all there are, and returns the line of the log for it. */
  async forge(id: string, path: string, event: string, more = ''): Promise<object> {
    const { size, root } = await this.rootOf(path);
    rmSync(this.sealed.seal(id, 'checkpoints'), { recursive: true, force: true });
    mkdirSync(this.sealed.seal(id, 'checkpoints'), { recursive: true });
    writeFileSync(this.sealed.seal(id, 'checkpoints', String(size)), `sessions/${id}\n${size}\n${root}\n${more}`);
    return { schema: 'sessions.seal-log-entry/1', at, event, rollout_id: id, thread_id: id, size, root, key: null };
  }

  /** Writes a log of these entries, and an unsigned checkpoint over it, under the origin that it has. */
  rewriteLog(entries: object[]): void {
    const folder = this.sealed.path('.sessions/seals/log-checkpoints');
    const [origin] = readFileSync(join(folder, newest(folder)), 'utf8').split('\n');
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const lines = jsonl(entries);
    const tree = new MerkleTree();
    for (const line of lines.trimEnd().split('\n')) tree.add(leafHash(Buffer.from(`${line}\n`)));
    writeFileSync(this.log, lines);
    const text = `${origin}\n${tree.size}\n${tree.root().toString('base64')}\nat ${at}\n`;
    writeFileSync(join(folder, String(tree.size)), text);
  }

  entries(): Record<string, unknown>[] {
    return readFileSync(this.log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}

function newest(folder: string): string {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a))[0] as string;
}

async function attacked() {
  const sealed = new SealedHome();
  const paths = [one, two].map((id) => sealed.home.rollout(id, sessionLines(id, 2)));
  await sealed.runSeal();
  const anchor = join(sealed.outside, 'anchor');
  writeFileSync(anchor, (await sealed.runSeal('--print-checkpoint')).out);
  return { sealed, path: paths[0] as string, other: paths[1] as string, attacker: new Attacker(sealed), anchor };
}

describe('somebody without a key', () => {
  it('cannot get a changed session signed by a seal behind the log', { timeout: 60_000 }, async () => {
    const { sealed, path, attacker, anchor } = await attacked();
    const before = readFileSync(attacker.log);
    flipBit(path, 300);
    appendFileSync(path, '{}\n');
    const more = `thread ${one}\nat ${at}\nlog ${(await readSealLog(homeAt(sealed.home.path))).checkpoint?.origin} 3\n`;
    appendFileSync(attacker.log, jsonl([await attacker.forge(one, path, 'extended', more)]));
    // The built program, as from cron.
    const run = await runProgram(['seal', '--key', sealed.key], { env: sealed.env });
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('was not taken over')]);
    const { code, statuses, log } = await sealed.verify('--anchor', anchor);
    expect([code, statuses, log?.status]).toEqual([1, ['BAD-SIG', 'VERIFIED'], 'ROLLED-BACK']);
    expect(readFileSync(attacker.log)).toEqual(before);
    // Nor where the seal is given to a key that nobody knows.
    const file = sealed.seal(one, 'checkpoints', newest(sealed.seal(one, 'checkpoints')));
    const stranger = makeKey(sealed.outside, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'sessions-checkpoint', '-f', stranger, file], {
      stdio: 'ignore',
    });
    const key = execFileSync('ssh-keygen', ['-lf', stranger], { encoding: 'utf8' }).split(' ')[1];
    appendFileSync(
      attacker.log,
      jsonl([
        {
          ...(await attacker.rootOf(path)),
          schema: 'sessions.seal-log-entry/1',
          at,
          event: 'extended',
          rollout_id: one,
          thread_id: one,
          key,
        },
      ]),
    );
    const again = await sealed.runSeal();
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('unknown key')]);
    expect((await sealed.verify(one)).statuses).toEqual(['UNKNOWN-KEY']);
  });

  it('cannot hide a change by dropping the checkpoints before it', async () => {
    const { sealed, path } = await attacked();
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    // A home of their own, with the same key: what a bug, or a stolen signature, might bring about.
    const forged = new SealedHome();
    flipBit(path, 300);
    forged.home.rollout(one, readFileSync(path));
    await forged.runSeal('--key', sealed.key);
    appendFileSync(path, '{}\n');
    forged.home.rollout(one, readFileSync(path));
    await forged.runSeal('--key', sealed.key);
    rmSync(sealed.seal(one), { recursive: true });
    cpSync(forged.seal(one), sealed.seal(one), { recursive: true });
    for (const size of ['17', '18'])
      for (const end of ['', '.sig']) rmSync(sealed.seal(one, 'checkpoints', size + end), { force: true });
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MODIFIED'] });
    expect((await sealed.runSeal()).code).toBe(1);
  });

  it('is seen when an earlier seal, which the log has, is dropped', async () => {
    const { sealed, path } = await attacked();
    appendFileSync(path, '{}\n');
    await sealed.runSeal();
    for (const name of ['17', '17.sig']) rmSync(sealed.seal(one, 'checkpoints', name));
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['MODIFIED'] });
  });

  it('cannot get a log signed that was written anew, without a session', async () => {
    const { sealed, path, attacker } = await attacked();
    rmSync(path);
    rmSync(sealed.seal(one), { recursive: true });
    const rest = attacker.entries().filter(({ rollout_id }) => rollout_id !== one);
    attacker.rewriteLog(rest.map((entry) => ({ ...entry, key: null })));
    sealed.home.rollout(three, sessionLines(three, 1));
    for (const more of [[], ['--adopt-unsigned'], ['--unsigned']]) {
      const { code, out, err } = await sealed.runSeal(...more);
      expect([code, out.toString(), err]).toEqual([1, '', expect.stringContaining('although it was, or seals are')]);
    }
    expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'BAD-SIG' } });
    sealed.allowNobody();
    expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'BAD-SIG' } });
    // Not even with --allow-unsigned: seals that the log calls unsigned are signed.
    expect(await sealed.verify('--allow-unsigned')).toMatchObject({ code: 1 });
  });

  it('cannot have a new log begun where there are seals', async () => {
    const { sealed, path, attacker } = await attacked();
    rmSync(path);
    rmSync(sealed.seal(one), { recursive: true });
    rmSync(attacker.log);
    rmSync(sealed.path('.sessions/seals/log-checkpoints'), { recursive: true });
    const refused = await sealed.runSeal();
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/their log is gone[\s\S]*--new-log/)]);
    // Only by who knows what has happened; seals that are there are not lost.
    const begun = await sealed.runSeal('--new-log');
    expect([begun.code, begun.err]).toEqual([0, expect.stringContaining('a new log of seals begins')]);
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED'], log: { sealed: 2 } });
    expect(await sealed.runSeal('--new-log')).toMatchObject({
      code: 2,
      err: expect.stringContaining('this one is good'),
    });
  });

  it('has a log that is damaged kept, and good seals entered into the next one', async () => {
    const { sealed, path, other, attacker } = await attacked();
    flipBit(attacker.log, 80);
    flipBit(path, 300);
    const damaged = readFileSync(attacker.log);
    expect((await sealed.runSeal()).code).toBe(1);
    const begun = await sealed.runSeal('--new-log');
    expect([begun.code, begun.err]).toEqual([1, expect.stringContaining('lines that were sealed have changed')]);
    const [kept] = readdirSync(sealed.path('.sessions/seals/old-logs'));
    expect(readFileSync(sealed.path('.sessions/seals/old-logs', kept as string, 'log.jsonl'))).toEqual(damaged);
    expect(await sealed.verify()).toMatchObject({
      code: 1,
      statuses: ['MODIFIED', 'VERIFIED'],
      log: { status: 'VERIFIED' },
    });
    appendFileSync(other, '{}\n');
    await sealed.runSeal();
    expect((await sealed.verify(two)).statuses).toEqual(['VERIFIED']);
  });

  it('cannot take a session out of a log that was put back, by lines behind it', async () => {
    const { sealed, path, other, attacker } = await attacked();
    const early = join(sealed.outside, 'early');
    cpSync(sealed.path('.sessions/seals'), early, { recursive: true });
    sealed.home.rollout(three, sessionLines(three, 1));
    appendFileSync(other, '{}\n');
    await sealed.runSeal();
    const lines = readFileSync(attacker.log, 'utf8').trimEnd().split('\n');
    // The last two: session two has grown, session three was created. The first of them goes, and its session with it.
    rmSync(other);
    rmSync(sealed.seal(two), { recursive: true });
    for (const name of ['log.jsonl', 'log-checkpoints', two]) {
      rmSync(sealed.path('.sessions/seals', name), { recursive: true, force: true });
      if (name !== two) cpSync(join(early, name), sealed.path('.sessions/seals', name), { recursive: true });
    }
    appendFileSync(attacker.log, `${lines[3]}\n`);
    expect(path).not.toBe(other);
    expect(await sealed.verify()).toMatchObject({ code: 1, log: { status: 'ROLLED-BACK' } });
    sealed.forget();
    const { code, err } = await sealed.runSeal();
    expect([code, err]).toEqual([1, expect.stringContaining('was announced in line 4 of the log, and this is line 3')]);
  });

  it('is not trusted for a list in the home, nor for one that says nothing of seals', async () => {
    const sealed = new SealedHome();
    sealed.allowNobody();
    sealed.home.rollout(one, sessionLines(one, 1));
    const theirs = makeKey(sealed.outside, 'theirs');
    const publicKey = readFileSync(`${theirs}.pub`, 'utf8');
    sealed.home.write('.sessions/allowed_signers', `you@example.org namespaces="sessions-*" ${publicKey}`);
    const first = await sealed.runSeal('--key', theirs);
    expect(first.err).toContain(`namespaces="sessions-*" ${publicKey.split(' ').slice(0, 2).join(' ')}' >> `);
    const unknown = await sealed.verify();
    expect([unknown.code, unknown.statuses, unknown.err]).toEqual([
      1,
      ['UNKNOWN-KEY'],
      expect.stringContaining('there is no list of who may sign'),
    ]);
    for (const options of ['', 'namespaces="git" ', 'namespaces="git,!sessions-*,x*" ', '# namespaces="sessions-*" ']) {
      writeFileSync(sealed.signers, `you@example.org ${options}${publicKey}`);
      expect([options, (await sealed.verify()).statuses]).toEqual([options, ['UNKNOWN-KEY']]);
    }
    writeFileSync(
      sealed.signers,
      `"you@example.org,a b" valid-after="20200101",namespaces="git,sessions-check*" ${publicKey}`,
    );
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
    expect((await sealed.runSeal('--key', theirs)).err).toBe('');
    // A list that was named counts whole.
    const named = join(sealed.outside, 'named');
    writeFileSync(named, `me@test ${publicKey}`);
    expect(await sealed.verify('--allowed-signers', named)).toMatchObject({ code: 0 });
  });

  it('gains nothing by taking signatures away', async () => {
    const { sealed } = await attacked();
    for (const list of [true, false]) {
      if (!list) sealed.allowNobody();
      const name = sealed.seal(one, 'checkpoints/17.sig');
      const kept = readFileSync(name);
      rmSync(name);
      const { statuses } = await sealed.verify('--allow-unsigned', one);
      expect([list, statuses]).toEqual([list, ['BAD-SIG']]);
      writeFileSync(name, kept);
    }
  });

  it('cannot pass a session off as another one by its name', async () => {
    const { sealed, path } = await attacked();
    const fake = idOf(9);
    renameSync(path, path.replace(one, `${fake}_${one}`));
    const { code, sessions } = await sealed.verify();
    expect([code, sessions]).toMatchObject([
      1,
      [
        { status: 'MODIFIED', thread_id: fake, rollout_id: one, message: expect.stringContaining(`of thread ${one}`) },
        {},
      ],
    ]);
    const { code: refused, err } = await sealed.runSeal();
    expect([refused, err]).toEqual([1, expect.stringContaining('the file has the name of another one')]);
    // Nor one that was not sealed yet.
    sealed.home.rollout(fake, sessionLines(three, 1));
    expect((await sealed.runSeal(fake)).err).toContain(`says that it is of thread ${three}`);
  });

  it('cannot hide a changed file behind a good one, or behind a link', async () => {
    const { sealed, path } = await attacked();
    const archive = sealed.path('archived_sessions');
    mkdirSync(archive);
    const copy = join(archive, path.slice(path.lastIndexOf('/') + 1));
    cpSync(path, copy);
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED', 'VERIFIED'] });
    flipBit(copy, 100);
    for (const what of [[], [one]]) {
      const { code, sessions } = await sealed.verify(...what);
      expect(code).toBe(1);
      expect(sessions.filter(({ rollout_id }) => rollout_id === one).map(({ path, status }) => [path, status])).toEqual(
        [
          [path, 'VERIFIED'],
          [copy, 'MODIFIED'],
        ],
      );
    }
    rmSync(copy);
    symlinkSync(sealed.outside, sealed.path('sessions/2025'));
    const { code, sessions } = await sealed.verify();
    expect([code, sessions[0]]).toMatchObject([
      1,
      { status: 'UNSEALED', thread_id: null, path: sealed.path('sessions/2025') },
    ]);
  });

  it.each(['../x', '00000000-0000-0000-0000-00000000000g'])(
    'does not stop a check by a line of the log for %s',
    async (id) => {
      const { sealed, attacker } = await attacked();
      appendFileSync(
        attacker.log,
        jsonl([
          {
            schema: 'sessions.seal-log-entry/1',
            at,
            event: 'created',
            rollout_id: id,
            thread_id: id,
            size: 1,
            root: 'x',
            key: null,
          },
        ]),
      );
      expect(await sealed.verify()).toMatchObject({
        code: 1,
        statuses: ['VERIFIED', 'VERIFIED'],
        log: { status: 'TAIL' },
      });
      expect(await sealed.runSeal()).toMatchObject({ code: 0 });
      expect(await sealed.verify()).toMatchObject({ code: 0, log: { status: 'VERIFIED' } });
    },
  );

  it('does not hold up a check with what is no file, nor decide by a name', { timeout: 20_000 }, async () => {
    const { sealed } = await attacked();
    execFileSync('mkfifo', [sealed.seal(one, 'checkpoints/99')]);
    symlinkSync('/etc/passwd', sealed.seal(one, 'checkpoints/98'));
    writeFileSync(sealed.seal(one, 'checkpoints/999999999999999'), readFileSync(sealed.seal(one, 'checkpoints/17')));
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    expect(await sealed.runSeal()).toMatchObject({ code: 0 });
  });

  it('has no seal over nothing stand for something', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, '');
    await sealed.runSeal();
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
    writeFileSync(path, jsonl(sessionLines(one, 1)));
    expect(await sealed.verify()).toMatchObject({
      code: 1,
      sessions: [{ status: 'UNSEALED', message: expect.stringContaining('no line') }],
    });
  });

  it('has no changed log anchored', async () => {
    const { sealed, attacker } = await attacked();
    flipBit(attacker.log, 80);
    const { code, out, err } = await sealed.runSeal('--print-checkpoint');
    expect([code, out.toString(), err]).toEqual([1, '', expect.stringContaining('is MODIFIED')]);
  });
});

describe('a key that is retired', () => {
  it('is good for what the log had before, and for nothing else', { timeout: 60_000 }, async () => {
    const { sealed, path } = await attacked();
    const next = makeKey(sealed.outside, 'next');
    const anchor = join(sealed.outside, 'anchor');
    writeFileSync(anchor, (await sealed.runSeal('--print-checkpoint')).out);
    sealed.allow(sealed.key, next);
    // The log goes over to the new key also where nothing is new.
    expect((await sealed.runSeal('--key', next)).code).toBe(0);
    const end = new Date(Date.now() + 1000).toISOString().replace(/[-:T]/g, '').slice(0, 14);
    const line = (key: string, more = '') =>
      `me@test namespaces="sessions-*"${more} ${readFileSync(`${key}.pub`, 'utf8')}`;
    writeFileSync(sealed.signers, line(sealed.key, `,valid-before="${end}Z"`) + line(next));
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await sealed.verify()).toMatchObject({
      code: 0,
      statuses: ['VERIFIED', 'VERIFIED'],
      log: { status: 'VERIFIED' },
    });
    // Of one that was kept elsewhere, the log has the lines.
    expect(await sealed.verify('--anchor', anchor)).toMatchObject({ code: 0, log: { status: 'VERIFIED' } });
    sealed.allow(next);
    expect(await sealed.verify('--anchor', anchor)).toMatchObject({ code: 1, log: { status: 'UNKNOWN-KEY' } });
    writeFileSync(sealed.signers, line(sealed.key, `,valid-before="${end}Z"`) + line(next));
    appendFileSync(path, '{}\n');
    expect((await sealed.runSeal('--key', next)).code).toBe(0);
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED', 'VERIFIED'] });
    // Whoever still has the old key can write any time into a seal, but not into the log.
    const forged = new SealedHome();
    flipBit(path, 300);
    appendFileSync(path, '{}\n');
    forged.home.rollout(one, readFileSync(path));
    await forged.runSeal('--key', sealed.key);
    const name = newest(forged.seal(one, 'checkpoints'));
    const backdated = readFileSync(forged.seal(one, 'checkpoints', name), 'utf8').replace(
      /^at .*$/m,
      'at 2026-01-01T00:00:00.000Z',
    );
    const target = sealed.seal(one, 'checkpoints', name);
    writeFileSync(target, backdated);
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'sessions-checkpoint', '-f', sealed.key, target], {
      stdio: 'ignore',
    });
    expect(await sealed.verify(one)).toMatchObject({ code: 1, statuses: ['UNKNOWN-KEY'] });
    expect((await sealed.runSeal('--key', next)).code).toBe(1);
  });
});
