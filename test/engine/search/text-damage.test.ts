import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TestHome } from '../../builders.ts';
import { damages, resetIndex } from '../../support/index-damages.ts';
import { changeIndex, stateDb } from '../../support/list-sessions.ts';
import { makeVariedHome, special } from '../../support/varied-home.ts';
import { expectSame, findWords, indexedFiles } from './find-words.ts';

let home: TestHome;
let good: Buffer;
beforeAll(async () => {
  home = makeVariedHome();
  await findWords(home, 're');
  good = readFileSync(stateDb(home));
});

/** The answers are right at once and later, at the cost of one warning. */
async function expectRight(): Promise<void> {
  const warnings: unknown[] = [];
  for (const query of ['re', 'cwd:widget one', 'agent:after', 'turn 7*']) {
    const { problems } = await expectSame(home, query);
    warnings.push(...problems.filter(({ rule }) => rule === 'INDEX'));
  }
  expect(warnings.length).toBeLessThanOrEqual(1);
}

const here = `WHERE path = (SELECT path FROM files WHERE thread_id = '${special.plain}')`;
const columns = ['path', 'thread_id', 'rollout_id', 'dev', 'ino', 'size', 'mtime_ns', 'cwd', 'state', 'checksum'];
const changes = [
  ...columns.map((name) => `UPDATE text_files SET ${name} = '1' ${here}`),
  ...['id', 'field', 'line', 'offset', 'turn', 'timestamp', 'text', 'checksum'].map(
    (name) => `UPDATE texts SET ${name} = '1' WHERE id = (SELECT max(id) FROM texts)`,
  ),
  `UPDATE text_files SET continued = 1 - continued ${here}`,
  `UPDATE text_files SET status = 'unsound' ${here}`,
  "UPDATE texts SET text = replace(text, 're', 'er')",
  'DELETE FROM text_files',
  'DELETE FROM texts; DELETE FROM text_files',
  'DROP TABLE texts',
  'DROP TABLE text_files',
  'DROP TABLE words',
  'DELETE FROM words_data WHERE id > 1',
  'UPDATE words_data SET block = substr(block, 1, length(block) - 3)',
  'DROP TABLE words_docsize',
  "INSERT INTO words (words) VALUES ('delete-all'); DELETE FROM texts; DELETE FROM text_files",
];

describe('an index whose texts are damaged', () => {
  it.each(changes)('is made anew: %s', async (sql) => {
    resetIndex(home, good);
    changeIndex(home, (database) => {
      database.unsafeMode();
      database.exec(sql);
    });
    await expectRight();
  });

  it('is made anew: bytes flipped in each of its pages', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const bytes = Buffer.from(good);
      for (let page = 0; page < bytes.length; page += 4096)
        for (let i = 0; i < 8; i++) bytes[page + ((seed * 131 + i * 7) % 1024)]! ^= 1 << ((seed + i) % 8);
      resetIndex(home, bytes);
      await expectRight();
    }
  });

  it('is made anew when other rules cut its words', async () => {
    resetIndex(home, good);
    changeIndex(home, (database) => {
      database.exec("DELETE FROM settings WHERE key = 'words'; UPDATE text_files SET status = 'unsound'");
    });
    await expectRight();
    expect(indexedFiles(home).some(({ status }) => status === 'indexed')).toBe(true);
  });
});

describe('an index that is damaged', () => {
  it.each(damages)('costs a line of warning at most: %s', async (_what, damage) => {
    resetIndex(home, good);
    damage(home);
    await expectRight();
  });
});
