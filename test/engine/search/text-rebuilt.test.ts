import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileTable } from '../../../src/index/file-table.ts';
import { forgetAll } from '../../../src/index/upkeep.ts';
import { idOf, makeHome, type TestHome } from '../../builders.ts';
import { changeIndex } from '../../support/list-sessions.ts';
import { session, settle } from '../../support/varied-home.ts';
import { type FindOptions, findWords } from './find-words.ts';

const ids = Array.from({ length: 6 }, (_, index) => idOf(index + 1));

/** A home whose index is filled. A link in it is reported between the filling and the look into the texts. */
async function filled(): Promise<TestHome> {
  const home = makeHome();
  for (const id of ids) home.rollout(id, session(id, 'at rest'));
  settle(home.path);
  symlinkSync('/nowhere', join(home.path, 'sessions/link'));
  await findWords(home, 're');
  return home;
}

const rebuild = (home: TestHome) => changeIndex(home, forgetAll);

describe('a search finds every session when another process', () => {
  it('rebuilds the index before the texts are looked up', async () => {
    const home = await filled();
    let times = 0;
    const onReport = () => void (times++ === 0 && rebuild(home));
    expect(await foundIn(home, { onReport })).toEqual(ids);
    expect(times).toBe(1);
  });

  it('rebuilds it while hits are given', async () => {
    const home = await filled();
    let times = 0;
    expect(await foundIn(home, { onFound: () => void (times++ === 0 && rebuild(home)) })).toEqual(ids);
    expect(times).toBe(ids.length);
  });

  it('notes that they have moved before the texts are looked up, or while hits are given', async () => {
    for (const moment of ['onReport', 'onFound'] as const) {
      const home = await filled();
      let times = 0;
      expect(await foundIn(home, { [moment]: () => void (times++ === 0 && archive(home)) })).toEqual(ids);
      expect(times).toBeGreaterThan(0);
    }
  });
});

/** Moves every file to the archive, and tells the index, as the listing of another process does. */
function archive(home: TestHome): void {
  changeIndex(home, (database) => {
    const files = new FileTable(database);
    const folder = join(home.path, 'archived_sessions');
    mkdirSync(folder, { recursive: true });
    for (const file of ids.flatMap((id) => files.filesOfThread(id))) {
      const path = join(folder, basename(file.path));
      renameSync(file.path, path);
      files.remove(file.path);
      files.put({ ...file, path, folder, archived: 1 });
    }
  });
}

async function foundIn(home: TestHome, hooks: Pick<FindOptions, 'onReport' | 'onFound'>): Promise<(string | null)[]> {
  const { hits } = await findWords(home, 'agent:re', hooks);
  return hits.map(({ thread_id }) => thread_id).sort();
}
