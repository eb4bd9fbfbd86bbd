import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokensOf } from '../../../src/engine/search/words.ts';
import { envelope, idOf, makeFolder, makeHome, record, TestHome, turn, unmarkedTurn } from '../../builders.ts';
import { changes } from '../../support/home-changes.ts';
import { makeVariedHome, settle } from '../../support/varied-home.ts';
import { expectSame, findWords, indexedFiles } from './find-words.ts';

const corpus = process.env.SESSIONS_CORPUS;
const first = idOf(1);
const second = idOf(2);

describe.skipIf(!corpus).each(corpus ? homesOf(corpus) : [])('by the index of the home %s', (name) => {
  it('the same is found as in its files', async () => {
    const home = new TestHome(makeFolder());
    cpSync(join(corpus as string, name), home.path, { recursive: true });
    const words = await wordsIn(home);
    let found = 0;
    for (const query of queriesOf(words, 60)) found += (await expectSame(home, query)).hits.length;
    expect(found).toBeGreaterThan(0);
  }, 60_000);
});

describe('by the index', () => {
  it('the same is found as in files of every kind', async () => {
    const home = makeVariedHome();
    const queries = [
      're',
      'one',
      'user:re',
      'agent:re',
      'turn 7*',
      'one two',
      '"after the fork"',
      'hidden',
      'cwd:widget',
    ];
    for (const query of [...queries, 'cwd:widget agent:after user:after', 'cwd:nowhere re', 'p', 'torn', 'hole', 'cut'])
      await expectSame(home, query);
    expect((await findWords(home, 'hole')).hits).not.toEqual([]);
  });

  it('the same is found for any words of any texts', async () => {
    const letter = fc.constantFrom(...'abcABCäÄßσΣİ1kK', '\u0301', '\u212a');
    const word = fc.string({ unit: letter, minLength: 1, maxLength: 4 });
    const text = fc.array(fc.oneof(word, fc.constantFrom('"', "don't", '*', 'NEAR', '\ud83d', '\0', '日本語')), {
      minLength: 1,
      maxLength: 8,
    });
    const query = fc.array(
      fc.record({
        field: fc.constantFrom('', '', 'user:', 'agent:', 'tool:', 'cwd:'),
        words: fc.array(word, { minLength: 1, maxLength: 2 }),
        star: fc.constantFrom('', '*'),
      }),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 3, maxLength: 6 }),
        fc.array(query, { maxLength: 8 }),
        async (texts, queries) => {
          const home = makeHome();
          for (const [index, some] of texts.entries()) {
            const id = idOf(index + 1);
            const call = record.call('c', 'exec_command', { cmd: some.toReversed().join(' ') });
            home.rollout(id, envelope(record.meta(id, { cwd: `/${some[0]}` }), ...turn(some.join(' ')), call));
          }
          for (const terms of queries) {
            const said = terms.map(({ field, words, star }) => `${field}"${words.join(' ')}"${star}`).join(' ');
            if (tokensOf(said.replaceAll(/\w+:/g, '')).length > 0) await expectSame(home, said);
          }
        },
      ),
      { numRuns: 12, examples: [[[['cİa', 'a'], ['k'], ['\u212a']], [[{ field: '', words: ['Cİ'], star: '*' }]]]] },
    );
  }, 60_000);

  it.each([
    'one" OR "two',
    '"one" NOT two',
    'one*two',
    'NEAR(one two)',
    'user : one',
    '{user} : one',
    '-one',
    '^one',
    'one + two',
    'words:one',
    "one'; DROP TABLE texts; --",
    'rowid:1 rank',
    `one${'\0'}two`,
    'one '.repeat(400),
    `"${'one two '.repeat(300)}"`,
    'x'.repeat(100_000),
  ])('nothing in a query is taken for syntax, nor too long (%#)', async (query) => {
    const home = makeHome();
    home.rollout(first, envelope(record.meta(first), ...turn('one two one two NEAR user words or not rank')));
    await expectSame(home, query);
    await expectSame(home, 'one');
  });

  it('texts are found that UTF-8 cannot express', async () => {
    const home = makeHome();
    const texts = ['273 \u212a', 'half \ud83d a pair', 'nul \0 byte', 'word\u00adword', 'ΟΔΟΣ', 'I\u0307stanbul'];
    home.rollout(first, envelope(record.meta(first), ...texts.flatMap(turn)));
    for (const query of ['half', 'nul', 'byte', 'word', 'οδος', 'ΟΔΟΣ', 'İstanbul', 'istanbul*', 'k', '\u212a'])
      await expectSame(home, query);
    expect((await findWords(home, 'half')).hits[0]?.snippet).toBe('half \ud83d a pair');
  });

  it('the best match comes first, unless an order is asked for', async () => {
    const home = makeHome();
    const ids = [1, 2, 3].map(idOf) as [string, string, string];
    const filler = 'and much else that nobody asked about '.repeat(20);
    home.rollout(ids[0], envelope(record.meta(ids[0]), ...turn('needle')));
    home.rollout(ids[1], envelope(record.meta(ids[1]), ...turn(`${filler} needle`)));
    home.rollout(ids[2], envelope(record.meta(ids[2], { memory_mode: 'disabled' }), ...turn('needle')));
    const order = async (options: Parameters<typeof findWords>[2]) => [
      ...new Set((await findWords(home, 'needle', options)).hits.map((hit) => hit.thread_id)),
    ];
    expect(await order({})).toEqual([ids[0], ids[1], ids[2]]);
    for (const reverse of [true, false]) {
      const selectors = { sort: 'size', reverse } as const;
      const asked = await order({ selectors, isSorted: true });
      expect(asked).toEqual(await order({ selectors, isSorted: true, useIndex: false }));
      expect(asked.indexOf(ids[1])).toBe(reverse ? 2 : 0);
    }
  });

  it('selectors choose the same sessions as in the files', async () => {
    const home = makeVariedHome();
    home.rollout(second, envelope(record.meta(second, { cwd: '/srv/shop' }), ...turn('re')));
    const all: Parameters<typeof expectSame>[2][] = [
      { selectors: { archived: 'no' } },
      { selectors: { archived: 'only' } },
      { selectors: { cwd: '/srv/shop' } },
      { selectors: { branch: 'main' } },
      { selectors: { name: 'plain*' } },
      { selectors: { since: Date.UTC(2026, 0, 2, 3, 4, 20) } },
      { selectors: { newerThan: 600_000 } },
      { selectors: { source: 'subagent' } },
      { isSorted: true },
    ];
    for (const options of all) {
      const { hits } = await expectSame(home, 're', options);
      expect([options, hits.length > 0]).toEqual([options, true]);
    }
  });

  it('only the sessions that are selected are read', async () => {
    const home = makeHome();
    home.rollout(first, envelope(record.meta(first), ...turn('needle')));
    home.rollout(second, envelope(record.meta(second, { cwd: '/srv/shop' }), ...turn('needle')));
    expect((await findWords(home, 'needle', { selectors: { cwd: '/srv/shop' } })).hits).toHaveLength(2);
    expect(indexedFiles(home).map(({ path }) => path.includes(second))).toEqual([true]);
    expect((await findWords(home, 'needle')).hits).toHaveLength(4);
  });
});

describe('after a change', () => {
  it.each(changes)('the same is found as in the files: %s', async (_what, change) => {
    const home = makeVariedHome();
    settle(home.path);
    for (const query of ['re', 'cwd:widget']) await expectSame(home, query);
    change(home);
    for (const query of ['re', 'new', 'appended', 'one', 'cwd:widget']) await expectSame(home, query);
    const kept = indexedFiles(home).map(({ path }) => path);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('turns', () => {
  it('are those of the files, however a session grew', async () => {
    const lines = envelope(
      record.meta(first),
      ...turn('a one'),
      record.started('x'),
      record.event('context_compacted'),
      record.complete('x'),
      ...turn('a two'),
      record.started('left open'),
      ...unmarkedTurn('a three'),
      ...turn('a four').slice(0, 4),
    );
    const home = makeHome();
    for (let length = 1; length <= lines.length; length++) {
      home.rollout(first, lines.slice(0, length));
      if (length > 3) await expectSame(home, 'a');
    }
    const { hits } = await findWords(home, 'a');
    expect(new Set(hits.map((hit) => hit.turn)).size).toBeGreaterThan(3);
  });
});

function homesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'sessions')));
}

/** Words of the texts in the index of a home, each once, the most frequent first. */
async function wordsIn(home: TestHome): Promise<string[]> {
  await findWords(home, 'anything');
  const counts = new Map<string, number>();
  for (const { word } of indexedFiles(home).flatMap(({ texts }) => texts.flatMap(tokensOf)))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word]) => word);
}

/** Queries of all kinds over words that are spread over the list. */
function queriesOf(words: string[], count: number): string[] {
  const at = (index: number) => words[Math.floor(words.length * (index / count) ** 3)] as string;
  return Array.from({ length: count }, (_, index) => {
    const [a, b] = [at(index), at((index * 7) % count)];
    const kinds = [
      a,
      `${a} ${b}`,
      `user:${a}`,
      `agent:${a}`,
      `tool:${a}`,
      `${a.slice(0, 3)}*`,
      `"${a} ${b}"`,
      `cwd:${a}`,
    ];
    return kinds[index % kinds.length] as string;
  });
}
