import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { openStore } from '../../../src/engine/trash/open-store.ts';
import { openTrash } from '../../../src/engine/trash/open-trash.ts';
import { identityOf, pathInHome } from '../../../src/store/file-identity.ts';
import { homeAt } from '../../../src/store/home.ts';
import type { TxKind } from '../../../src/store/journal-entry.ts';
import { verifyJournal } from '../../../src/store/journal-read.ts';
import { actTempPath } from '../../../src/store/trash-place.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { restoreHere } from '../../support/keep-here.ts';

describe('a file that is replaced', () => {
  it.each(['.zst', ''])('lies in the trash, and takes its place again when that is asked for (%s)', async (ending) => {
    const home = makeHome();
    const path = add(home);
    const original = readFileSync(path);
    const { ino } = lstatSync(path);
    const tx = await replace(home, path, `${path}${ending}`);
    expect(readFileSync(`${path}${ending}`, 'utf8')).toBe('new\n');
    expect(existsSync(path)).toBe(ending === '');
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
    const place = join(home.path, '.sessions/trash', tx, 'files', path.slice(home.path.length));
    expect([readFileSync(place), lstatSync(place).ino, lstatSync(place).nlink]).toEqual([original, ino, 1]);
    // The session as such was never removed.
    expect((await restoreHere(home.path, [idOf(1)]))[0]?.result).toBe('present');
    expect((await restoreHere(home.path, 'all')).length).toBe(0);

    const [back] = await restoreHere(home.path, [tx]);
    expect([back?.result, readFileSync(path), lstatSync(path).ino]).toEqual(['restored', original, ino]);
    expect(existsSync(`${path}.zst`)).toBe(false);
    expect(lstatSync(path).nlink).toBe(1);
    const left = readdirSync(join(home.path, '.sessions/trash'));
    expect([left.length, left.includes(tx)]).toEqual([1, false]);
    expect(verifyJournal(homeAt(home.path))).toMatchObject({ ok: true });
  });

  it('stays in the trash when what replaced it was gone on with', async () => {
    const home = makeHome();
    const path = add(home);
    const tx = await replace(home, path, path);
    writeFileSync(path, 'more\n', { flag: 'a' });
    const [kept] = await restoreHere(home.path, [tx]);
    expect([kept?.result, kept?.reason?.code]).toEqual(['kept', 'replaced-since']);
    expect(readFileSync(path, 'utf8')).toBe('new\nmore\n');
    expect(readdirSync(join(home.path, '.sessions/trash'))).toEqual([tx]);
  });

  it('is left alone when it changes, when the target is taken, or when something speaks against it', async () => {
    const home = makeHome();
    const path = add(home);
    const before = readFileSync(path, 'utf8');
    await expect(replace(home, path, `${path}.zst`, () => writeFileSync(path, `${before}x\n`))).rejects.toMatchObject({
      kind: 'busy',
    });
    expect(readFileSync(path, 'utf8')).toBe(`${before}x\n`);
    writeFileSync(`${path}.zst`, 'mine');
    await expect(replace(home, path, `${path}.zst`)).rejects.toMatchObject({ kind: 'refused' });
    expect(readFileSync(`${path}.zst`, 'utf8')).toBe('mine');
    const veto = () => {
      throw new Error('no');
    };
    await expect(replace(home, path, path, veto)).rejects.toThrow('no');
    expect(existsSync(join(home.path, '.sessions/trash'))).toBe(false);
  });
});

async function replace(home: TestHome, path: string, target: string, check = () => {}): Promise<string> {
  const here = homeAt(home.path);
  const store = await openStore(here, { clock: systemClock });
  const kind: TxKind = path === target ? 'repair' : 'compress';
  const trash = openTrash(here, { kind, rule: kind, journal: store.journal, context: { clock: systemClock } });
  try {
    home.write(actTempPath('made'), 'new\n');
    const original = identityOf(pathInHome(here, path), lstatSync(path, { bigint: true }));
    const cut = actTempPath('cut');
    if (kind === 'repair') home.write(cut, 'cut');
    await trash.replaceFile({
      ...{ threadId: idOf(1), original, made: actTempPath('made'), target: pathInHome(here, target), check },
      ...(kind === 'repair' && { quarantine: cut }),
    });
    return trash.id;
  } finally {
    trash.close();
    store.close();
  }
}

function add(home: TestHome): string {
  return home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('words')));
}
