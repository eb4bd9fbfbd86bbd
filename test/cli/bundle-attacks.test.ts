import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeFolder } from '../builders.ts';
import { editJson, editText, remakeUnsigned, resign, runScript, sign, verifyBundle } from '../support/bundles.ts';
import { runHere } from '../support/run-here.ts';
import { makeKey, SealedHome, sessionLines } from '../support/sealed-home.ts';

const [one, two, three] = [idOf(1), idOf(2), idOf(3)];
const out = makeFolder();
let sealed: SealedHome;
let good: string;
/** Of somebody who is not the owner. */
let strange: string;

beforeAll(async () => {
  sealed = new SealedHome();
  sealed.home.rollout(one, sessionLines(one, 2));
  sealed.home.rollout(two, sessionLines(two, 3), { compressed: true });
  sealed.home.rollout(three, sessionLines(three, 1));
  expect((await sealed.runSeal()).code).toBe(0);
  strange = makeKey(out, 'strange');
  good = await pack('good', one, two);
});

const pack = async (name: string, ...args: string[]) => {
  const path = join(out, name);
  const command = ['export', '--format', 'bundle', '--key', sealed.key, '-o', path, ...args];
  expect((await runHere(command, { env: sealed.env })).code).toBe(0);
  return path;
};
let count = 0;
/** A copy that somebody has changed. */
const changed = (change: (folder: string) => void) => {
  const folder = join(out, `changed-${count++}`);
  cpSync(good, folder, { recursive: true });
  change(folder);
  return folder;
};
const verify = (path: string, ...args: string[]) => verifyBundle(path, '--allowed-signers', sealed.signers, ...args);
const asked = () => ({ ALLOWED_SIGNERS: sealed.signers });
const rollout = (id: string) => `data/${id}/rollout.jsonl`;

interface CustodyText {
  redacted: boolean;
  tool: { version: string };
  sessions: { thread_id: string; events_file: string }[];
  rollouts: { [key: string]: string | null }[];
  completeness: { exported_sessions: number; excluded_sessions: number };
}
const editCustody = (folder: string, edit: (custody: CustodyText) => void) =>
  editJson<CustodyText>(join(folder, 'custody.json'), edit);

describe('who vouches for a bundle', () => {
  it('is not said by the bundle itself', async () => {
    const folder = changed((at) => {
      const pub = readFileSync(`${strange}.pub`, 'utf8');
      writeFileSync(join(at, 'allowed_signers'), `auditor@corp namespaces="sessions-*" ${pub}`);
      for (const id of ['log', one, two]) {
        for (const size of readdirSync(join(at, 'checkpoints', id))) {
          const checkpoint = join(at, 'checkpoints', id, size);
          sign(checkpoint, strange, 'sessions-checkpoint');
          renameSync(`${checkpoint}.sig`, join(at, 'signatures', id, `${size}.sig`));
        }
      }
      resign(at, strange);
    });
    for (const args of [['--allowed-signers', sealed.signers], []]) {
      const { code, records } = await verifyBundle(folder, ...args);
      expect(code).toBe(1);
      const told = records.filter(({ status }) => status === 'UNKNOWN-KEY').map(({ message }) => message);
      expect(told.length).toBeGreaterThanOrEqual(2);
      for (const message of told)
        expect(message).toContain('the bundle itself says that it is the key of auditor@corp');
    }
    expect(runScript(folder, asked()).status).toBe(1);
  });

  it('is asked for: without a list, with the signatures gone, or with one of a seal', async () => {
    expect((await verifyBundle(good)).code).toBe(1);
    const stripped = changed((at) => {
      rmSync(join(at, 'signatures'), { recursive: true });
      editText(join(at, rollout(one)), (text) => text.replace('turn 1', 'turn X'));
      remakeUnsigned(at);
    });
    const { code, statuses } = await verify(stripped);
    expect([code, statuses.includes('BAD-SIG')]).toEqual([1, true]);
    expect((await verifyBundle(stripped, '--allow-unsigned')).code).toBe(1);
    const borrowed = changed((at) => sign(join(at, 'tagmanifest-sha256.txt'), sealed.key, 'sessions-checkpoint'));
    expect((await verify(borrowed)).statuses).toContain('BAD-SIG');
    expect(runScript(borrowed, asked()).status).toBe(1);
  });

  it('is said by who signs it, also with a key of the settings', async () => {
    sealed.home.write('.sessions/config.toml', `[seal]\nkey = "${sealed.key}"\n`);
    const path = join(out, 'settings');
    expect(await runHere(['export', '--format', 'bundle', '-o', path, one], { env: sealed.env })).toMatchObject({
      ...{ code: 0, err: '' },
    });
    rmSync(sealed.path('.sessions/config.toml'));
    const { code, records } = await verify(path);
    expect([code, records.at(-1).message]).toEqual([0, expect.stringContaining('signed by me@test')]);
    const { err } = await runHere(['export', '--format', 'bundle', '-o', `${path}.tar`, one], { env: sealed.env });
    expect(err).toContain('the bundle is not signed');
  });
});

describe('what the custody record does not say', () => {
  const cases: [string, (folder: string) => void][] = [
    [
      'nothing of a rollout that is there',
      (at) => {
        editText(join(at, rollout(one)), (text) => text.replace('turn 1', 'turn X'));
        editCustody(at, (custody) => {
          custody.rollouts = custody.rollouts.filter(({ rollout_id: id }) => id !== one);
          custody.sessions = custody.sessions.filter(({ thread_id: id }) => id !== one);
          custody.completeness.exported_sessions = 1;
          custody.completeness.excluded_sessions = 2;
        });
      },
    ],
    [
      'nothing of anything',
      (at) =>
        editCustody(at, (custody) => {
          custody.rollouts = [];
          custody.sessions = [];
          custody.completeness.exported_sessions = 0;
        }),
    ],
    [
      'that a file is another one',
      (at) =>
        editCustody(at, ({ rollouts: [first, second] }) => {
          if (first && second) [first.file, second.file] = [second.file ?? null, first.file ?? null];
        }),
    ],
    [
      'that damage is why a compressed form is another one',
      (at) => {
        cpSync(join(good, `${rollout(two)}.zst`), join(at, `${rollout(two)}.zst`));
        editText(join(at, rollout(two)), (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
        editCustody(at, ({ rollouts }) => {
          for (const rollout of rollouts) if (rollout.rollout_id === two) rollout.damage = 'the file is cut off';
        });
      },
    ],
    [
      'that something was taken out',
      (at) =>
        editCustody(at, (custody) => {
          custody.redacted = true;
        }),
    ],
    [
      'that a session is another one',
      (at) =>
        editCustody(at, ({ rollouts: [first] }) => {
          if (first) first.thread_id = three;
        }),
    ],
  ];
  // The owner's key makes it sure that it is not the signature alone that tells.
  it.each(cases)('or says wrongly, is found: %s', async (_, change) => {
    const folder = changed((at) => {
      change(at);
      resign(at, sealed.key);
    });
    const { code, statuses } = await verify(folder);
    expect([code, statuses.at(-1)]).toEqual([1, 'INVALID']);
  });

  it('of sessions that the log knows is named', async () => {
    const { code, records } = await verify(good);
    expect(code).toBe(0);
    expect(records.filter(({ status }) => status === 'ABSENT')).toMatchObject([{ thread_id: three }]);
    const hiding = changed((at) => {
      editCustody(at, ({ completeness }) => {
        completeness.excluded_sessions = 0;
      });
      resign(at, sealed.key);
    });
    const hidden = await verify(hiding);
    expect([hidden.code, hidden.statuses.includes('DIFFERS')]).toEqual([1, true]);
  });
});

describe('a bundle', () => {
  it('with an old seal, or none of those that the log has, is not good', async () => {
    const older = changed((at) => {
      editText(join(at, 'checkpoints', one, String(linesOf(at))), (text) => text.replace(/\n\d+\n/, '\n3\n'));
      renameSync(join(at, 'checkpoints', one, String(linesOf(at))), join(at, 'checkpoints', one, '3'));
      renameSync(join(at, 'signatures', one, `${linesOf(at)}.sig`), join(at, 'signatures', one, '3.sig'));
      resign(at, sealed.key);
    });
    expect((await verify(older)).statuses).toContain('BAD-SIG');
    const none = changed((at) => {
      for (const folder of ['checkpoints', 'signatures', 'proofs']) rmSync(join(at, folder, one), { recursive: true });
      resign(at, sealed.key);
    });
    expect((await verify(none)).statuses).toContain('UNSEALED');
  });

  it('with events of another version is held to who signed it', async () => {
    const change = (at: string) => {
      editText(join(at, `data/${one}/events.ndjson`), (text) => text.replace('turn 1', 'turn X'));
      editCustody(at, ({ tool }) => {
        tool.version = '0.0.1';
      });
    };
    const signed = changed((at) => {
      change(at);
      resign(at, sealed.key);
    });
    const { code, statuses } = await verify(signed);
    expect([code, statuses.includes('UNCOMPARED')]).toEqual([0, true]);
    const unsigned = changed((at) => {
      change(at);
      remakeUnsigned(at);
    });
    expect((await verify(unsigned, '--allow-unsigned')).statuses).toContain('DIFFERS');
  });

  it('with folders and files where no bundle has any is named, not stumbled over', async () => {
    for (const name of [`checkpoints/${one}/x/y`, `proofs/${one}/leaves/x`, 'data/more', 'lineage/x.json']) {
      const folder = changed((at) => {
        const path = join(at, name);
        rmSync(join(path, '..'), { recursive: true, force: true });
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, 'x');
        resign(at, sealed.key);
      });
      const { code, statuses, err } = await verify(folder);
      expect([name, code, statuses.at(-1), err]).toEqual([name, 1, 'INVALID', '']);
    }
  });

  it('with an empty folder, or one that speaks of files elsewhere, is not good, by its script neither', async () => {
    for (const name of ['allowed_signers', 'redactions.json', 'data/x', 'zz/.hidden/y', 'fetch.txt']) {
      const folder = changed((at) => {
        rmSync(join(at, name), { recursive: true, force: true });
        resign(at, sealed.key);
        mkdirSync(join(at, name), { recursive: true });
      });
      expect([name, (await verify(folder)).code]).toEqual([name, 1]);
      const { status, stdout } = runScript(folder, { ALLOWED_SIGNERS: sealed.signers });
      expect([name, status, stdout]).toEqual([name, 1, expect.stringContaining('nothing in it')]);
    }
    const folder = changed((at) => {
      writeFileSync(join(at, 'fetch.txt'), 'https://example.org/x 1 data/x\n');
      resign(at, sealed.key);
    });
    expect(await verify(folder)).toMatchObject({ code: 1, statuses: expect.arrayContaining(['INVALID']) });
    expect(runScript(folder, { ALLOWED_SIGNERS: sealed.signers }).status).toBe(1);
  });

  it('with a key that stands twice in its custody record, or in the log, is not good', async () => {
    const folder = changed((at) => {
      editText(join(at, 'custody.json'), (text) => text.replace('{', '{"home":"/elsewhere",'));
      resign(at, sealed.key);
    });
    expect(await verify(folder)).toMatchObject({ code: 1, statuses: ['INVALID', 'INVALID'] });
    const log = changed((at) => {
      editText(join(at, 'seal-log.jsonl'), (text) => text.replace('"size":', '"size":1,"size":'));
      resign(at, sealed.key);
    });
    expect((await verify(log)).code).toBe(1);
  });

  it('with a rollout that is compressed content under a plain name is not good', async () => {
    const folder = changed((at) => {
      cpSync(join(at, `${rollout(two)}.zst`), join(at, rollout(two)));
      resign(at, sealed.key);
    });
    expect((await verify(folder)).statuses).toContain('DIFFERS');
  });

  it('is no session, and hides none', async () => {
    const cwd = makeFolder();
    mkdirSync(join(cwd, one));
    const io = { env: sealed.env, cwd };
    expect((await runHere(['verify', one], io)).out.toString()).toContain('"subject":"session"');
    cpSync(good, join(cwd, 'bag'), { recursive: true });
    expect((await runHere(['verify', 'bag'], io)).out.toString()).toContain('bundle-check');
  });

  it('is named by what is wrong with -q', async () => {
    const folder = changed((at) => {
      editText(join(at, rollout(one)), (text) => text.replace('turn 1', 'turn X'));
      resign(at, sealed.key);
    });
    const { out: printed } = await runHere(['verify', '-q', '--allowed-signers', sealed.signers, folder], {
      env: sealed.env,
    });
    expect(printed.toString().split('\n')).toEqual(expect.arrayContaining([one, rollout(one), folder]));
  });
});

function linesOf(folder: string): number {
  return readFileSync(join(folder, rollout(one)), 'utf8').split('\n').length - 1;
}
