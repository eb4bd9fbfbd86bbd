import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { idOf, jsonl } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { flipBit, makeKey, SealedHome, sessionLines } from '../support/sealed-home.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const [one, two] = [idOf(1), idOf(2)];

const recordsIn = (out: Buffer | string) =>
  out
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('seal', () => {
  it('asks for a key, and says how to make one', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 1));
    const { code, err } = await sealed.run('seal');
    expect([code, err]).toEqual([2, expect.stringContaining('ssh-keygen -t ed25519')]);
    expect((await sealed.runSeal('--key', join(sealed.outside, 'none'))).code).toBe(2);
    expect(existsSync(sealed.path('.sessions'))).toBe(false);
  });

  it('prints what it sealed, grows seals, and leaves alone what has not changed', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 2));
    sealed.home.rollout(two, sessionLines(two, 3), { archived: true, compressed: true });
    const before = readFileSync(path);
    const first = await sealed.runSeal();
    expect([first.code, first.err]).toEqual([
      0,
      expect.stringMatching(/^sessions: a new log of seals begins here.*\n$/),
    ]);
    expect(recordsIn(first.out)).toMatchObject([
      { event: 'created', thread_id: one, size: 17, previous_size: null, size_bytes: before.length },
      { event: 'created', thread_id: two },
    ]);
    appendFileSync(path, jsonl(sessionLines(one, 3).slice(17)));
    const second = recordsIn((await sealed.runSeal()).out);
    expect(second).toMatchObject([
      { event: 'extended', size: 25, previous_size: 17 },
      { event: 'unchanged', thread_id: two },
    ]);
    expect((await sealed.runSeal('-q')).out.toString()).toBe('');
    for (const record of [...recordsIn(first.out), ...second]) {
      expect(ajv.validate('urn:agent-sessions:schema:seal:1', record)).toBe(true);
    }
    const log = recordsIn(readFileSync(sealed.path('.sessions/seals/log.jsonl')));
    expect(log.map(({ event, size }) => [event, size])).toEqual([
      ['created', 17],
      ['created', 25],
      ['extended', 25],
    ]);
    for (const entry of log) expect(ajv.validate('urn:agent-sessions:schema:seal-log-entry:1', entry)).toBe(true);
    expect(readdirSync(sealed.seal(one, 'checkpoints')).sort()).toEqual(['17', '17.sig', '25', '25.sig']);
    expect(statSync(sealed.seal(one, 'leaves'))).toMatchObject({ size: 25 * 32, mode: 0o100600 });
    expect(readFileSync(path).subarray(0, before.length)).toEqual(before);
  });

  it('makes checkpoints that ssh-keygen alone can check', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 1));
    await sealed.runSeal();
    const at = sealed.seal(one, 'checkpoints', '9');
    const [origin, size, root, ...more] = readFileSync(at, 'utf8').split('\n');
    expect([origin, size]).toEqual([`sessions/${one}`, '9']);
    expect(Buffer.from(root as string, 'base64')).toHaveLength(32);
    expect(more).toEqual([
      `thread ${one}`,
      expect.stringMatching(/^at 20\d\d-\d\d-\d\dT[\d:.]+Z$/),
      expect.stringMatching(/^log sessions-log\/[0-9a-f-]{36} 1$/),
      expect.stringMatching(/^bytes \d+$/),
      expect.stringMatching(/^events \d+ [0-9a-f]{64}$/),
      '',
    ]);
    const args = ['-Y', 'verify', '-n', 'sessions-checkpoint', '-I', 'me@test', '-s', `${at}.sig`];
    const checked = spawnSync('ssh-keygen', [...args, '-f', sealed.signers], {
      input: readFileSync(at),
    });
    expect(checked.status).toBe(0);
  });

  it('leaves out a last line without a line feed', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, `${jsonl(sessionLines(one, 1))}{"timestamp":`);
    expect(recordsIn((await sealed.runSeal()).out)).toMatchObject([{ size: 9 }]);
    expect((await sealed.verify()).sessions).toMatchObject([{ status: 'TAIL', sealed: 9, lines: 9 }]);
    expect((await sealed.verify('--strict')).code).toBe(1);
  });

  it('seals without a signature when asked to, and never less than before', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 1));
    sealed.allowNobody();
    expect(recordsIn((await sealed.runSeal('--unsigned')).out)).toMatchObject([{ event: 'created', key: null }]);
    const unsigned = await sealed.verify();
    expect(unsigned.code).toBe(0);
    expect(unsigned.sessions).toMatchObject([
      { status: 'VERIFIED', signer: null, message: expect.stringContaining('not signed') },
    ]);
    // Who has a list of signers expects signatures.
    sealed.allow(sealed.key);
    expect(await sealed.verify()).toMatchObject({ code: 1, statuses: ['BAD-SIG'], log: { status: 'BAD-SIG' } });
    expect(await sealed.verify('--allow-unsigned')).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
    // And what nobody signed is signed only when somebody says so.
    const asked = await sealed.runSeal();
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('--adopt-unsigned')]);
    const adopted = await sealed.runSeal('--adopt-unsigned');
    expect(recordsIn(adopted.out)).toMatchObject([{ event: 'signed', size: 9 }]);
    expect(await sealed.verify()).toMatchObject({ code: 0, statuses: ['VERIFIED'] });
    appendFileSync(path, '{}\n');
    const refused = await sealed.runSeal('--unsigned');
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--unsigned would end that')]);
  });

  it('signs with a key that ssh-agent has', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 1));
    const started = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
    const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(started)?.[1] as string;
    const agent = /SSH_AGENT_PID=(\d+)/.exec(started)?.[1] as string;
    try {
      sealed.env.SSH_AUTH_SOCK = socket;
      execFileSync('ssh-add', ['-q', sealed.key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      rmSync(sealed.key);
      expect((await sealed.runSeal('--key', `${sealed.key}.pub`)).code).toBe(0);
      expect((await sealed.verify()).statuses).toEqual(['VERIFIED']);
    } finally {
      process.kill(Number(agent));
    }
  });

  it('takes the key that our own settings name', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 1));
    sealed.home.write('.sessions/config.toml', '[seal]\nkey = "~/key"\n');
    expect((await sealed.run('seal')).code).toBe(0);
    sealed.home.write('.sessions/config.toml', '[seal]\nkey = 3\n');
    expect(await sealed.run('seal')).toMatchObject({
      code: 2,
      err: expect.stringContaining("'seal.key' must be a path"),
    });
  });

  it('seals what selectors let through', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 1));
    sealed.home.rollout(two, sessionLines(two, 1));
    sealed.home.names({ [two]: 'second' });
    expect(recordsIn((await sealed.runSeal('--name', 'sec*')).out)).toMatchObject([{ thread_id: two }]);
    expect((await sealed.verify('--name', 'sec*')).statuses).toEqual(['VERIFIED']);
    expect((await sealed.verify()).statuses).toEqual(['UNSEALED', 'VERIFIED']);
  });

  it('says what cannot be read, and seals the rest', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 9), { compressed: true });
    sealed.home.rollout(two, sessionLines(two, 1));
    writeFileSync(path, readFileSync(path).subarray(0, -9));
    const { code, out, err } = await sealed.runSeal();
    expect([code, err]).toEqual([3, expect.stringContaining('cannot be sealed')]);
    expect(recordsIn(out)).toMatchObject([{ thread_id: two }]);
  });
});

describe('seal goes on from nothing that is not as it was signed', () => {
  const damaged = async (damage: (sealed: SealedHome, path: string) => unknown) => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 2));
    sealed.home.rollout(two, sessionLines(two, 2));
    await sealed.runSeal();
    appendFileSync(path, '{}\n');
    await damage(sealed, path);
    return sealed.runSeal();
  };

  it.each<[string, RegExp, (sealed: SealedHome, path: string) => unknown]>([
    ['a session that was changed', /lines that were sealed have changed/, (_, path) => flipBit(path, 40)],
    ['a session that was cut', /17 lines were sealed, and 1 are there/, (_, path) => writeFileSync(path, '{}\n')],
    ['a seal that is gone', /is gone, which the log has/, (sealed) => rmSync(sealed.seal(one), { recursive: true })],
    [
      'a signature that is gone',
      /signature of the seal is gone/,
      (sealed) => rmSync(sealed.seal(one, 'checkpoints/17.sig')),
    ],
    [
      'a seal of another key',
      /unknown key|does not fit/,
      (sealed) => {
        const at = sealed.seal(one, 'checkpoints/17');
        rmSync(`${at}.sig`);
        const other = makeKey(sealed.outside, 'other');
        execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'sessions-checkpoint', '-f', other, at], {
          stdio: 'ignore',
        });
      },
    ],
  ])('%s', async (_, message, damage) => {
    const { code, out, err } = await damaged(damage);
    expect([code, err]).toEqual([1, expect.stringMatching(message)]);
    expect(recordsIn(out)).toMatchObject([{ thread_id: two, event: 'unchanged' }]);
  });

  it.each<[string, RegExp, (sealed: SealedHome) => unknown]>([
    [
      'a log that was changed',
      /not what its checkpoint says/,
      (sealed) => flipBit(sealed.path('.sessions/seals/log.jsonl'), 80),
    ],
    [
      'a log that was cut',
      /not what its checkpoint says/,
      (sealed) => writeFileSync(sealed.path('.sessions/seals/log.jsonl'), ''),
    ],
    [
      'a log without checkpoint',
      /lost its checkpoint/,
      (sealed) => rmSync(sealed.path('.sessions/seals/log-checkpoints'), { recursive: true }),
    ],
    [
      'a log signed by another key',
      /unknown key/,
      async (sealed) => {
        rmSync(sealed.path('.sessions/seals'), { recursive: true });
        sealed.forget();
        await sealed.runSeal('--key', makeKey(sealed.outside, 'other'));
      },
    ],
  ])('%s', async (_, message, damage) => {
    const { code, out, err } = await damaged(damage);
    expect([code, out.toString(), err]).toEqual([1, '', expect.stringMatching(message)]);
  });

  it('but from seals of an earlier key that is allowed', async () => {
    const sealed = new SealedHome();
    const path = sealed.home.rollout(one, sessionLines(one, 2));
    await sealed.runSeal();
    const next = makeKey(sealed.outside, 'next');
    appendFileSync(path, '{}\n');
    sealed.allow(sealed.key, next);
    expect((await sealed.runSeal('--key', next)).code).toBe(0);
    expect((await sealed.verify()).statuses).toEqual(['VERIFIED']);
  });
});
