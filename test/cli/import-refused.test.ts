import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { editJson, remakeUnsigned, resign } from '../support/bundles.ts';
import { expectEmpty, GoodBundle } from '../support/good-bundle.ts';
import { runHere } from '../support/run-here.ts';

const rig = new GoodBundle();
const { one, out, sealed, good, strange } = rig;
const two = idOf(2);
const changed = rig.changed.bind(rig);
const importInto = rig.importInto.bind(rig);

beforeAll(() => rig.make());

describe('a bundle', () => {
  it.each<[string, (folder: string) => void]>([
    ['a folder where a checkpoint is', (folder) => put(folder, `checkpoints/${one}/x/y`)],
    ['a folder where a signature is', (folder) => put(folder, `signatures/${one}/1/2.sig`)],
    ['a seal of what is not there', (folder) => put(folder, `checkpoints/${two}/3`)],
    ['a note of what is not there', (folder) => put(folder, `lineage/${two}.json`)],
    ['a rollout that the custody record does not name', (folder) => put(folder, `data/${two}/rollout.jsonl`)],
  ])('with %s is refused without a trace', async (_, change) => {
    const to = makeHome();
    expect((await importInto(to, changed(change))).code).toBe(1);
    expectEmpty(to);
  });

  it('that was changed after it was signed is refused, but one that was never signed is data', async () => {
    const to = makeHome();
    const signature = 'tagmanifest-sha256.txt.sig';
    const isUnsigned = (folder: string) => {
      remakeUnsigned(folder);
      cpSync(join(good, signature), join(folder, signature));
    };
    const reworded = (folder: string) =>
      editJson<{ home: string }>(join(folder, 'custody.json'), (custody) => {
        custody.home = '/x';
      });
    expect((await importInto(to, changed(reworded, isUnsigned))).code).toBe(1);
    expectEmpty(to);
    expect((await importInto(to, changed(reworded))).code).toBe(0);
    expect(
      (
        await importInto(
          makeHome(),
          changed(reworded, (folder) => resign(folder, strange)),
        )
      ).code,
    ).toBe(0);
  });

  it('that nobody known has signed is taken only when asked to, and that is said, with events that are not those of its rollouts', async () => {
    const rewritten = (folder: string) => {
      const path = join(folder, `data/${one}/rollout.jsonl`);
      writeFileSync(path, readFileSync(path, 'utf8').replace('turn 1', 'turn X'));
      rmSync(join(folder, 'signatures'), { recursive: true });
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
      editJson<{ rollouts: { rollout_id: string; content_sha256: string }[] }>(
        join(folder, 'custody.json'),
        (custody) => {
          for (const rollout of custody.rollouts) if (rollout.rollout_id === one) rollout.content_sha256 = sha256;
        },
      );
    };
    const run = (HOME: string, to: TestHome, ...args: string[]) =>
      runHere(['import', ...args], { env: { CODEX_HOME: to.path, HOME, PATH: process.env.PATH ?? '' } });
    for (const bundle of [changed(rewritten), changed(rewritten, (folder) => resign(folder, strange))]) {
      const to = makeHome();
      const { code, err } = await run(sealed.outside, to, bundle);
      expect([code, err]).toEqual([
        4,
        expect.stringMatching(/nobody known vouches for this bundle.*--allow-unsigned/s),
      ]);
      expectEmpty(to);
      for (const [HOME, args] of [
        [sealed.outside, ['--allow-unsigned']],
        ['/nonexistent', []],
      ] as const) {
        const taken = await run(HOME, makeHome(), ...args, bundle);
        expect(taken.code).toBe(0);
        expect(taken.err).toContain('nobody known vouches for this bundle');
        expect(taken.err).toContain(`data/${one}/events.ndjson does not say what the rollouts do`);
      }
    }
    const { code, err } = await run(sealed.outside, makeHome(), '--key', sealed.key, good);
    expect([code, err]).toEqual([0, '']);
  });

  it('that is redacted needs new ids', async () => {
    const bundle = join(out, 'redacted');
    await runHere(['export', '--format', 'bundle', '--redact', '-o', bundle, one], { env: sealed.env });
    const to = makeHome();
    const { code, err } = await importInto(to, bundle);
    expect([code, err]).toEqual([4, expect.stringContaining('--new-ids')]);
    expectEmpty(to);
    expect(await importInto(to, '--new-ids', bundle)).toMatchObject({ code: 0, seals: ['none'] });
  });

  it('with several sessions is not named, and nothing is brought in', async () => {
    const to = makeHome();
    expect((await importInto(to, '--name', 'mine', good)).code).toBe(2);
    expectEmpty(to);
  });

  function put(folder: string, name: string): void {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), 'x');
  }
});
