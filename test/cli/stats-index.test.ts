import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { statsKeys } from '../../src/engine/stats/stats-row.ts';
import { UsageTable } from '../../src/index/usage-table.ts';
import { makeFolder, TestHome } from '../builders.ts';
import { appendTurn, changes, pathOf } from '../support/home-changes.ts';
import { resetIndex } from '../support/index-damages.ts';
import { changeIndex, type Listing, list, run, stateDb } from '../support/list-sessions.ts';
import { createRandom } from '../support/random.ts';
import { makeVariedHome, special } from '../support/varied-home.ts';

/** What `stats` says of a home, by each key. */
async function count(home: TestHome, ...options: string[]): Promise<Listing[]> {
  const said: Listing[] = [];
  for (const by of [[], ...statsKeys.map((key) => ['--by', key])])
    said.push(await run(home, 'stats', '--json', '--archived', ...by, ...options));
  return said;
}

/** The same from the files alone: what the index must agree with. */
function countFiles(home: TestHome, ...options: string[]): Promise<Listing[]> {
  return count(home, '--no-index', ...options);
}

describe('stats from the index is as if there were none', () => {
  it.each(changes)('after %s', async (_what, change) => {
    const home = makeVariedHome();
    const before = await countFiles(home);
    expect(await count(home)).toEqual(before);
    expect(await count(home)).toEqual(before);
    change(home);
    const files = await countFiles(home);
    expect(await count(home)).toEqual(files);
    expect(await count(home)).toEqual(files);
  });

  it.each([
    ['--archived=only'],
    ['--cwd', '/home/dev/widget'],
    ['--name', 'p*'],
    ['--since', '2026-01-02T00:00:05Z'],
    ['--until', '2026-01-02T00:00:05Z'],
    ['--older-than', '30m'],
    ['--source', 'subagent'],
    ['--model', 'gpt-5'],
    ['--branch', 'main'],
    ['--limit', '3', '--sort', 'size'],
    ['--limit', '3', '--reverse'],
  ])('with %s %s', async (...options) => {
    const home = makeVariedHome();
    await count(home);
    appendTurn(home, special.large);
    expect(await count(home, ...options)).toEqual(await countFiles(home, ...options));
  });

  it('says each time what could not be read, with the same exit code', async () => {
    const home = makeVariedHome();
    const files = await run(home, 'stats', '--no-index');
    expect(files.code).toBe(3);
    expect(files.err).toContain(special.cutFrame);
    for (let time = 0; time < 3; time++) expect(await run(home, 'stats')).toEqual(files);
  });

  it('when an earlier run of ls has made the rows', async () => {
    const home = makeVariedHome();
    await list(home);
    expect(await count(home)).toEqual(await countFiles(home));
  });
});

describe('the usages in the index', () => {
  it('are what is printed, unless a checksum or the revision is wrong', async () => {
    const home = makeVariedHome();
    const files = await countFiles(home);
    await count(home);
    const forge = (sound: boolean) =>
      changeIndex(home, (database) => {
        const table = new UsageTable(database);
        const forged = [...table.all()].flatMap(({ threadId, revision, usage }) =>
          usage === null ? [] : [{ threadId, revision, usage: usage.replaceAll('"gpt-5"', '"gpt-6"') }],
        );
        if (sound) table.put(forged);
        const change = database.prepare('UPDATE usages SET usage = ? WHERE thread_id = ?');
        for (const { threadId, usage } of forged) change.run(usage, threadId);
        return forged.length;
      });
    expect(forge(true)).toBeGreaterThanOrEqual(Object.keys(special).length - 1);
    expect(await run(home, 'stats', '--by', 'model', '-q')).toMatchObject({ out: expect.stringContaining('gpt-6') });
    changeIndex(home, (database) => database.exec('UPDATE usages SET revision = revision + 1'));
    expect(await count(home)).toEqual(files);
    forge(false);
    expect(await count(home)).toEqual(files);
  });

  it('are not touched by --no-index, nor read for a few sessions that are named', async () => {
    const home = makeVariedHome();
    const named = await run(home, 'stats', '--by', 'session', special.plain, pathOf(home, special.large));
    expect(named).toMatchObject({ code: 0, err: '' });
    await countFiles(home);
    expect(existsSync(stateDb(home))).toBe(false);
  });

  it('go with their session', async () => {
    const home = makeVariedHome();
    await count(home);
    for (const [what, change] of changes) if (what === 'everything removed') change(home);
    await count(home);
    const left = changeIndex(home, (database) => database.prepare('SELECT thread_id FROM usages').all());
    expect(left.map((row) => (row as { thread_id: string }).thread_id).sort()).toEqual(
      [special.archived, special.archivedAndCompressed].sort(),
    );
  });
});

describe('a damaged index', () => {
  it('changes nothing but stderr, whichever bytes are flipped', async () => {
    const home = makeVariedHome();
    const files = await run(home, 'stats', '--json', '--by', 'session', '--no-index');
    await run(home, 'stats');
    const good = readFileSync(stateDb(home));
    const random = createRandom(7);
    for (let round = 0; round < 40; round++) {
      const bytes = Buffer.from(good);
      for (let flip = 0; flip < 150; flip++)
        bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
      resetIndex(home, bytes);
      const { code, out } = await run(home, 'stats', '--json', '--by', 'session');
      expect([round, code, out]).toEqual([round, files.code, files.out]);
    }
  });

  it('is made anew with a warning', async () => {
    const home = makeVariedHome();
    const files = await run(home, 'stats', '--no-index');
    writeFileSync(stateDb(home), 'no database');
    const { code, out, err } = await run(home, 'stats');
    expect([code, out]).toEqual([files.code, files.out]);
    expect(err).toContain('the index was made anew');
    expect(await run(home, 'stats')).toEqual(files);
  });
});

const corpus = process.env.SESSIONS_CORPUS;
const homes = corpus ? readdirSync(corpus).filter((name) => existsSync(join(corpus, name, 'sessions'))) : [];

describe.skipIf(!corpus).each(homes)('home %s', (name) => {
  it('is counted the same with an index and without, by every key', async () => {
    const path = makeFolder();
    cpSync(join(corpus ?? '', name), path, { recursive: true });
    const home = new TestHome(path);
    const files = await countFiles(home);
    expect(await count(home)).toEqual(files);
    expect(await count(home)).toEqual(files);
  });
});
