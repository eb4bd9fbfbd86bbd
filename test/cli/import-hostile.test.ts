import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/engine/seal/checkpoint.ts';
import { idOf, makeFolder, makeHome, type TestHome } from '../builders.ts';
import { editJson, filesOf, sign } from '../support/bundles.ts';
import { expectEmpty, GoodBundle } from '../support/good-bundle.ts';
import { runHere } from '../support/run-here.ts';
import { sessionLines } from '../support/sealed-home.ts';

const rig = new GoodBundle();
const { one, sealed, good, strange } = rig;
const two = idOf(2);
const changed = rig.changed.bind(rig);
const importInto = rig.importInto.bind(rig);
let fork: string;

beforeAll(async () => {
  await rig.make();
  fork = rig.fork;
});

describe('a note of a fork in a bundle', () => {
  const noteIn = (folder: string) => join(folder, `lineage/${fork}.json`);

  it('comes along as a note, and nothing but one', async () => {
    const bundle = changed((folder) =>
      editJson<object>(noteIn(folder), (note) => Object.assign(note, { tokens: 'evil' })),
    );
    const to = makeHome();
    expect((await importInto(to, bundle)).code).toBe(0);
    const [made, was] = [to.path, sealed.home.path].map((home) =>
      JSON.parse(readFileSync(join(home, `.sessions/lineage/${fork}.json`), 'utf8')),
    );
    expect(made).toEqual(was);
  });

  it.each(['../../auth', '../../../.claude/settings', '/tmp/evil', 'a/b', '', '..', idOf(77)])(
    'that says to be of %j is none',
    async (id) => {
      const bundle = changed((folder) => {
        writeFileSync(
          noteIn(folder),
          JSON.stringify({ ...JSON.parse(readFileSync(noteIn(folder), 'utf8')), thread_id: id }),
        );
      });
      const outside = makeFolder();
      const to = { path: join(outside, 'deep/home') } as TestHome;
      mkdirSync(join(to.path, '.sessions/lineage'), { recursive: true });
      writeFileSync(join(to.path, 'auth.json'), 'secret');
      writeFileSync(join(to.path, '.sessions/lineage', `${idOf(77)}.json`), 'of another one');
      const before = [readFileSync(join(to.path, 'auth.json'), 'utf8'), readdirSync(join(outside, 'deep'))];
      expect((await importInto(to, bundle)).code).toBe(0);
      expect([readFileSync(join(to.path, 'auth.json'), 'utf8'), readdirSync(join(outside, 'deep'))]).toEqual(before);
      expect(readdirSync(join(to.path, '.sessions/lineage'))).toEqual([`${idOf(77)}.json`]);
      expect(readFileSync(join(to.path, '.sessions/lineage', `${idOf(77)}.json`), 'utf8')).toBe('of another one');
    },
  );

  it.each([
    ['is no JSON', () => 'x'],
    ['is a list', () => '[]'],
    [
      'names places that are no numbers',
      (text: string) => text.replace(/"own_records_at":\d+/, '"own_records_at":"1"'),
    ],
    [
      'names a parent that is none',
      (text: string) => text.replace(/"forked_from_id":"[^"]*"/, '"forked_from_id":"../x"'),
    ],
    ['does not fit its file', (text: string) => text.replace(/"sha256":"..../, '"sha256":"0000')],
  ])('that %s is left out', async (_, change) => {
    const bundle = changed((folder) => writeFileSync(noteIn(folder), change(readFileSync(noteIn(folder), 'utf8'))));
    const to = makeHome();
    expect((await importInto(to, bundle)).code).toBe(0);
    expect(existsSync(join(to.path, `.sessions/lineage/${fork}.json`))).toBe(false);
  });

  it('does not go through a link, and replaces only what a run has left that died', async () => {
    const to = makeHome();
    const target = join(makeFolder(), 'target');
    writeFileSync(target, 'mine');
    mkdirSync(join(to.path, '.sessions/lineage'), { recursive: true });
    symlinkSync(target, join(to.path, `.sessions/lineage/${fork}.json`));
    expect((await importInto(to, good)).code).toBe(0);
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('is not put behind a folder that is a link', async () => {
    const linked = makeHome();
    mkdirSync(join(linked.path, '.sessions'));
    symlinkSync(makeFolder(), join(linked.path, '.sessions/lineage'));
    expect((await importInto(linked, good)).code).toBe(4);
    expectEmpty(linked);
  });

  it('is put back as it was when the import fails', async () => {
    const to = makeHome();
    to.write(`.sessions/lineage/${fork}.json`, 'half of a no');
    // The last file cannot be placed: its folder is a link.
    symlinkSync(makeFolder(), join(to.path, 'archived_sessions'));
    mkdirSync(join(to.path, 'sessions'));
    writeFileSync(join(to.path, 'sessions/2026'), '');
    expect((await importInto(to, good)).code).not.toBe(0);
    expect(readFileSync(join(to.path, `.sessions/lineage/${fork}.json`), 'utf8')).toBe('half of a no');
  });
});

describe('a seal in a bundle', () => {
  const checkpointsOf = (folder: string, id: string) => {
    const path = join(folder, 'checkpoints', id);
    const size = readdirSync(path)[0] as string;
    return { checkpoint: join(path, size), signature: join(folder, 'signatures', id, `${size}.sig`), size };
  };
  const resignSeal = (folder: string, id: string, key: string) => {
    const { checkpoint, signature } = checkpointsOf(folder, id);
    sign(checkpoint, key, 'sessions-checkpoint');
    cpSync(`${checkpoint}.sig`, signature);
    rmSync(`${checkpoint}.sig`);
  };

  it.each<[string, (folder: string) => void]>([
    ['is not signed', (folder) => rmSync(dirname(checkpointsOf(folder, one).signature), { recursive: true })],
    ['is signed with a strange key', (folder) => resignSeal(folder, one, strange)],
  ])('that %s stays behind, and that is said', async (_, change) => {
    const to = makeHome();
    const { code, err, records } = await importInto(to, changed(change));
    expect([code, records.map(({ thread_id, seal }) => [thread_id === one, seal])]).toEqual([
      0,
      expect.arrayContaining([
        [true, 'none'],
        [false, 'VERIFIED'],
      ]),
    ]);
    expect(err).toContain(`the seal of ${one} did not come along`);
    expect(existsSync(join(to.path, '.sessions/seals', one))).toBe(false);
    // It can be sealed here.
    const env = { ...sealed.env, CODEX_HOME: to.path };
    expect((await runHere(['seal', '--key', sealed.key], { env })).code).toBe(0);
  });

  it.each<[string, (folder: string) => void]>([
    ['is over other lines', (folder) => editRoot(folder, one, () => Buffer.alloc(32, 1).toString('base64'))],
    [
      'is of another session',
      (folder) => cpSync(checkpointsOf(folder, fork).checkpoint, checkpointsOf(folder, one).checkpoint),
    ],
    [
      'is of another thread',
      (folder) =>
        editText(checkpointsOf(folder, one).checkpoint, (text) => text.replace(`thread ${one}`, `thread ${two}`)),
    ],
    [
      'has a bad signature',
      (folder) => editText(checkpointsOf(folder, one).checkpoint, (text) => `${text}more text\n`),
    ],
    ['is no checkpoint', (folder) => writeFileSync(checkpointsOf(folder, one).checkpoint, 'x')],
  ])('that %s keeps all of it out, but for --no-seals', async (why, change) => {
    const bundle = changed((folder) => {
      change(folder);
      if (!/bad signature|no checkpoint/.test(why)) resignSeal(folder, one, sealed.key);
    });
    const to = makeHome();
    const { code, err } = await importInto(to, bundle);
    expect([code, err]).toEqual([1, expect.stringContaining('--no-seals')]);
    expectEmpty(to);
    expect(await importInto(to, '--no-seals', bundle)).toMatchObject({ code: 0, seals: ['none', 'none'] });
  });

  it('never gets to a session that was there before', async () => {
    const to = makeHome();
    to.rollout(one, readFileSync(join(good, `data/${one}/rollout.jsonl`)));
    const { records } = await importInto(to, good);
    expect(Object.fromEntries(records.map(({ status, seal }) => [status, seal]))).toEqual({
      present: 'none',
      imported: 'VERIFIED',
    });
    expect(existsSync(join(to.path, '.sessions/seals', one))).toBe(false);
  });

  it('stays behind where nobody trusts the key, or nobody could sign the log, or ids are new', async () => {
    const env = { CODEX_HOME: '', HOME: '/nonexistent', PATH: process.env.PATH ?? '' };
    for (const [args, said] of [
      [['--key', sealed.key], 'no list of allowed signers'],
      [['--allowed-signers', sealed.signers], 'no key to sign'],
      [['--new-ids', '--key', sealed.key, '--allowed-signers', sealed.signers], ''],
    ] as const) {
      const to = makeHome();
      const { code, err } = await runHere(['import', ...args, good], { env: { ...env, CODEX_HOME: to.path } });
      expect([code, err.includes(said)]).toEqual([0, true]);
      expect(existsSync(join(to.path, '.sessions/seals'))).toBe(false);
    }
  });

  it('does not open a log that is not what was signed', async () => {
    const to = makeHome();
    to.rollout(two, sessionLines(two, 1));
    const env = { ...sealed.env, CODEX_HOME: to.path };
    expect((await runHere(['seal', '--key', sealed.key], { env })).code).toBe(0);
    writeFileSync(join(to.path, '.sessions/seals/log.jsonl'), '{}\n');
    expect((await importInto(to, good)).code).toBe(1);
    expect(filesOf(to.path).filter((name) => name.includes(one))).toEqual([]);
    expect((await importInto(to, '--no-seals', good)).code).toBe(0);
  });

  function editRoot(folder: string, id: string, change: (root: string) => string): void {
    const { checkpoint } = checkpointsOf(folder, id);
    const root = parseCheckpoint(readFileSync(checkpoint, 'latin1'))?.root as string;
    editText(checkpoint, (text) => text.replace(root, change(root)));
  }
  function editText(path: string, change: (text: string) => string): void {
    writeFileSync(path, change(readFileSync(path, 'latin1')));
  }
});
