import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { idOf, makeFolder } from '../builders.ts';
import { filesOf, verifyBundle } from '../support/bundles.ts';
import { PurgedHome } from '../support/purged-home.ts';
import { runHere } from '../support/run-here.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';

const ids = [1, 2, 3].map(idOf) as [string, string, string];
const [one, two, three] = ids;

async function sealedHome() {
  const sealed = new SealedHome();
  for (const id of ids) sealed.home.rollout(id, sessionLines(id, 2));
  expect((await sealed.runSeal()).code).toBe(0);
  return sealed;
}

async function pack(sealed: SealedHome, ...sessions: string[]) {
  const path = join(makeFolder(), 'bundle');
  const command = ['export', '--format', 'bundle', '--key', sealed.key, '-o', path, ...sessions];
  const { code, err } = await runHere(command, { env: sealed.env });
  const verify = (...args: string[]) => verifyBundle(path, '--allowed-signers', sealed.signers, ...args);
  return { path, code, err, verify };
}

const losing = (sealed: SealedHome, id: string) => {
  const lost = filesOf(sealed.home.path).find((name) => name.startsWith('sessions/') && name.includes(id)) as string;
  rmSync(sealed.path(lost));
};

it('a loss that nothing explains shows in each bundle of the home, and counts in one of the whole', async () => {
  const sealed = await sealedHome();
  losing(sealed, three);
  const before = await (await pack(sealed, one)).verify();
  expect([before.code, before.statuses.filter((status) => status === 'ABSENT').length]).toEqual([0, 3]);
  expect((await (await pack(sealed, one, two)).verify()).statuses).toContain('DIFFERS');
  await sealed.runSeal();
  expect(readFileSync(sealed.path('.sessions/seals/log.jsonl'), 'utf8')).toContain('"removed"');
  const all = await (await pack(sealed, one, two)).verify();
  expect([all.code, all.records.find(({ status }) => status === 'MISSING')]).toMatchObject([
    1,
    { schema: 'sessions.verify-result/1', thread_id: three, rollout_id: three },
  ]);
  const some = await (await pack(sealed, one)).verify();
  expect([some.code, some.statuses.at(-1)]).toEqual([0, 'VALID']);
  expect(some.records.find(({ thread_id, status }) => status === 'ABSENT' && thread_id === three)).toMatchObject({
    message: expect.stringContaining('nothing says why'),
  });
}, 60_000);

it('what was purged is told with its transaction, and counts in a bundle of the whole as in the home', async () => {
  const home = new PurgedHome(3);
  expect((await home.run('seal')).code).toBe(0);
  expect((await home.purge(3)).code).toBe(0);
  expect((await home.run('seal')).code).toBe(0);
  const signers = join(home.outside, '.ssh/allowed_signers');
  const folder = makeFolder();
  const checked = async (name: string, ...sessions: string[]) => {
    const path = join(folder, name);
    expect((await home.run('export', '--format', 'bundle', '-o', path, ...sessions)).code).toBe(0);
    return verifyBundle(path, '--allowed-signers', signers);
  };
  const inHome = await home.verify();
  const { tx } = inHome.sessions.find(({ status }) => status === 'PRUNED') as { tx: string };
  const all = await checked('all', one, two);
  expect([all.code, all.records.find(({ status }) => status === 'PRUNED')]).toMatchObject([
    1,
    { rollout_id: three, tx },
  ]);
  const some = await checked('some', one);
  expect([some.code, some.statuses.at(-1)]).toEqual([0, 'VALID']);
  expect(some.records.find(({ thread_id }) => thread_id === three)).toMatchObject({
    ...{ status: 'ABSENT', message: expect.stringContaining(`purged by transaction ${tx}`) },
  });
}, 60_000);

it('of a log that a killed run has left a tail of, only what is signed is packed', async () => {
  const sealed = await sealedHome();
  const log = sealed.path('.sessions/seals/log.jsonl');
  const signed = readFileSync(log);
  const last = signed.toString().trimEnd().split('\n').at(-1) as string;
  appendFileSync(log, `${last.replace('"created"', '"extended"').replace(/"size":\d+/, '"size":99')}\nhalf a li`);
  const { code, path, verify } = await pack(sealed, ...ids);
  expect([code, readFileSync(join(path, 'seal-log.jsonl')).equals(signed)]).toEqual([0, true]);
  expect(await verify()).toMatchObject({ code: 0 });
});

it('a seal that only the tail of the log announces is not packed as if the log knew it', async () => {
  const sealed = await sealedHome();
  const log = sealed.path('.sessions/seals/log.jsonl');
  const checkpoints = sealed.path('.sessions/seals/log-checkpoints');
  const rollout = filesOf(sealed.home.path).find(
    (name) => name.startsWith('sessions/') && name.includes(one),
  ) as string;
  const saved = new Map(filesOf(checkpoints).map((name) => [name, readFileSync(join(checkpoints, name))]));
  appendFileSync(sealed.path(rollout), `${readFileSync(sealed.path(rollout), 'utf8').trimEnd().split('\n').at(-1)}\n`);
  expect((await sealed.runSeal()).code).toBe(0);
  // As if the run had died before the checkpoint of the log.
  for (const name of filesOf(checkpoints)) if (!saved.has(name)) rmSync(join(checkpoints, name));
  for (const [name, bytes] of saved) writeFileSync(join(checkpoints, name), bytes);
  expect(readFileSync(log, 'utf8')).toContain('"extended"');
  expect(await pack(sealed, one)).toMatchObject({ code: 4, err: expect.stringContaining('sessions seal') });
  expect((await pack(sealed, two)).code).toBe(0);
});
