import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/engine/prune/plan.ts';
import { listTrash } from '../../../src/engine/trash/trash-rows.ts';
import {
  validateJournalEntry,
  validatePruneResult,
  validateRestored,
  validateTombstone,
  validateTrashManifest,
  validateTrashRow,
} from '../../../src/format/schemas.ts';
import { openFolderIn } from '../../../src/store/folder-handle.ts';
import { homeAt } from '../../../src/store/home.ts';
import { readJournal, verifyJournal } from '../../../src/store/journal-read.ts';
import { envelope, idOf, makeHome, offsetOf, paginated, record, type TestHome, turn } from '../../builders.ts';
import { pruneHere, purgeHere, recoverHere, restoreHere } from '../../support/keep-here.ts';

const fine = { ok: true, unknown: null };

describe('what is pruned', () => {
  it('lies in the trash, and comes back as the same file', async () => {
    const home = makeHome();
    const paths = [1, 2, 3].map((number) => add(home, number));
    chmodSync(paths[0] as string, 0o640);
    const before = paths.map(stateOf);
    const { tx, results } = await pruneHere(home.path, [[idOf(1)], [idOf(2)]]);
    expect(results.map(({ thread_id, result }) => [thread_id, result])).toEqual([
      [idOf(1), 'trashed'],
      [idOf(2), 'trashed'],
    ]);
    for (const result of results) expect(validatePruneResult(result)).toEqual(fine);
    expect(paths.map((path) => existsSync(path))).toEqual([false, false, true]);
    expect(stateOf(join(home.path, results[0]?.path as string))).toEqual(before[0]);
    const manifest = JSON.parse(
      readFileSync(join(home.path, '.sessions/trash', tx as string, 'manifest.json'), 'utf8'),
    );
    expect(validateTrashManifest(manifest)).toEqual(fine);
    const rows = listTrash(homeAt(home.path));
    expect(rows.map(({ thread_id }) => thread_id)).toEqual([idOf(1), idOf(2)]);
    for (const row of rows) expect(validateTrashRow(row)).toEqual(fine);

    const restored = await restoreHere(home.path, [idOf(1), tx as string]);
    expect(restored.map(({ thread_id, result }) => [thread_id, result])).toEqual([
      [idOf(1), 'restored'],
      [idOf(2), 'restored'],
    ]);
    for (const result of restored) expect(validateRestored(result)).toEqual(fine);
    expect(paths.map(stateOf)).toEqual(before);
    expect(leftovers(home)).toEqual([]);
    expectJournal(home);
    // Again: nothing changes, and it says so.
    const journal = readFileSync(join(home.path, '.sessions/journal.jsonl'), 'utf8');
    const again = await restoreHere(home.path, [idOf(1), tx as string]);
    expect(again.map(({ thread_id, result }) => [thread_id, result])).toEqual([
      [idOf(1), 'present'],
      [idOf(2), 'present'],
    ]);
    expect(readFileSync(join(home.path, '.sessions/journal.jsonl'), 'utf8')).toBe(journal);
    await expect(restoreHere(home.path, ['no-such-thing'])).rejects.toThrow('nothing in the trash');
  });

  it('is what the plan has seen, and nothing else', async () => {
    const home = makeHome();
    const paths = [1, 2, 3, 4, 5].map((number) => add(home, number));
    const between = () => {
      writeFileSync(paths[0] as string, 'x\n', { flag: 'a' });
      linkSync(paths[2] as string, join(home.path, 'elsewhere'));
    };
    const { results } = await pruneHere(home.path, [[idOf(1), idOf(2)], [idOf(3)], [idOf(4)]], { between });
    expect(results.map(({ thread_id, result, reasons }) => [thread_id, result, reasons[0]?.code]).sort()).toEqual([
      [idOf(1), 'kept', 'changed'],
      [idOf(2), 'trashed', 'named'],
      [idOf(3), 'kept', 'changed'],
      [idOf(4), 'trashed', 'named'],
    ]);
    expect(paths.map((path) => existsSync(path))).toEqual([true, false, true, false, true]);
    expectJournal(home);
  });

  it('leaves nothing in the trash when nothing goes', async () => {
    const home = makeHome();
    const paths = [1, 2].map((number) => add(home, number));
    const check = async () =>
      new Map<string, Reason[]>([
        [idOf(1), [{ code: 'referenced', by: [idOf(2)] }]],
        [idOf(2), [{ code: 'held', by: [idOf(9)] }]],
      ]);
    const { tx, results } = await pruneHere(home.path, [[idOf(1), idOf(2)]], { recheck: { check } });
    expect(tx).toBeNull();
    expect(results.map(({ result, reasons }) => [result, reasons[0]?.code])).toEqual([
      ['kept', 'referenced'],
      ['kept', 'held'],
    ]);
    expect(paths.map((path) => existsSync(path))).toEqual([true, true]);
    expect(existsSync(join(home.path, '.sessions/trash'))).toBe(false);
    expect(leftovers(home)).toEqual([]);
  });

  it('brings back with it what its history goes through, and its sub-agents', async () => {
    const home = makeHome();
    const mode = { history_mode: 'paginated' };
    const parent = paginated(0, record.meta(idOf(1), mode), ...turn('p'), ...turn('q'));
    home.rollout(idOf(1), parent);
    const base = { thread_id: idOf(1), end_ordinal_exclusive: 5, end_byte_offset: offsetOf(parent, 5) };
    const fork = record.meta(idOf(2), { ...mode, forked_from_id: idOf(1), history_base: base });
    home.rollout(idOf(2), paginated(5, fork, ...turn('f')));
    const spawned = { source: { subagent: { thread_spawn: { parent_thread_id: idOf(2) } } } };
    home.rollout(idOf(3), envelope(record.meta(idOf(3), spawned), ...turn('s')));
    add(home, 4);
    await pruneHere(home.path, [[idOf(2), idOf(3), idOf(1)], [idOf(4)]]);
    const results = await restoreHere(home.path, [idOf(2)]);
    expect(results.map(({ thread_id, because, needed_by }) => [thread_id, because, needed_by]).sort()).toEqual([
      [idOf(1), 'history', idOf(2)],
      [idOf(2), 'asked', null],
      [idOf(3), 'spawned', idOf(2)],
    ]);
    expect(listTrash(homeAt(home.path)).map(({ thread_id }) => thread_id)).toEqual([idOf(4)]);
  });

  it('stays in the trash when its place is taken, or when it is damaged', async () => {
    const home = makeHome();
    const paths = [1, 2, 3].map((number) => add(home, number));
    const { tx } = await pruneHere(home.path, [[idOf(1)], [idOf(2)], [idOf(3)]]);
    writeFileSync(paths[0] as string, 'mine\n');
    const inTrash = (path: string) =>
      join(home.path, '.sessions/trash', tx as string, 'files', path.slice(home.path.length));
    const bytes = readFileSync(inTrash(paths[1] as string));
    bytes[10] = 0x58;
    writeFileSync(inTrash(paths[1] as string), bytes);
    writeFileSync(inTrash(paths[2] as string), '{"more":1}\n', { flag: 'a' });
    const results = await restoreHere(home.path, 'all');
    expect(results.map(({ thread_id, result, reason }) => [thread_id, result, reason?.code]).sort()).toEqual([
      [idOf(1), 'kept', 'taken'],
      [idOf(2), 'kept', 'damaged'],
      [idOf(3), 'restored', undefined],
    ]);
    expect(results.find(({ thread_id }) => thread_id === idOf(3))?.note).toContain('11 bytes were written to it');
    expect(readFileSync(paths[0] as string, 'utf8')).toBe('mine\n');
    expect(listTrash(homeAt(home.path)).map(({ thread_id }) => thread_id)).toEqual([idOf(1), idOf(2)]);
    expect(existsSync(paths[1] as string)).toBe(false);
    expectJournal(home);
  });

  it('comes back although one that needs it has to stay, and is never left behind by one that comes', async () => {
    const home = makeHome();
    const mode = { history_mode: 'paginated' };
    const parent = paginated(0, record.meta(idOf(1), mode), ...turn('p'), ...turn('q'));
    const path = home.rollout(idOf(1), parent);
    const base = { thread_id: idOf(1), end_ordinal_exclusive: 5, end_byte_offset: offsetOf(parent, 5) };
    const [taken, free] = [2, 3].map((number) => {
      const meta = record.meta(idOf(number), { ...mode, forked_from_id: idOf(1), history_base: base });
      return home.rollout(idOf(number), paginated(5, meta, ...turn('f')));
    }) as [string, string];
    const { tx } = await pruneHere(home.path, [[idOf(2), idOf(3), idOf(1)]]);
    writeFileSync(taken, 'mine\n');
    const all = await restoreHere(home.path, [tx as string]);
    expect(all.map(({ thread_id, result, reason }) => [thread_id, result, reason?.code]).sort()).toEqual([
      [idOf(1), 'restored', undefined],
      [idOf(2), 'kept', 'taken'],
      [idOf(3), 'restored', undefined],
    ]);
    expect([path, free].map((one) => existsSync(one))).toEqual([true, true]);

    // Named alone, the one that has to stay comes first, and what it needs comes with the other one.
    await pruneHere(home.path, [[idOf(3), idOf(1)]]);
    const named = await restoreHere(home.path, [idOf(2), idOf(3)]);
    expect(named.filter(({ result }) => result === 'restored').map(({ thread_id }) => thread_id)).toEqual([
      idOf(1),
      idOf(3),
    ]);
    expect([path, free].map((one) => existsSync(one))).toEqual([true, true]);
    expectJournal(home);
  });

  it('is compared with the journal, whatever the manifest beside it says by now', async () => {
    const home = makeHome();
    const paths = [1, 2].map((number) => add(home, number));
    const { tx } = await pruneHere(home.path, [[idOf(1)], [idOf(2)]]);
    const folder = join(home.path, '.sessions/trash', tx as string);
    const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
    const forged = JSON.parse(manifest);
    for (const thread of forged.threads) {
      const file = join(folder, 'files', thread.files[0].path);
      const changed = readFileSync(file, 'utf8').replace('words', 'swear');
      const { atime, mtime } = lstatSync(file);
      writeFileSync(file, changed);
      utimesSync(file, atime, mtime);
      thread.files[0].sha256 = createHash('sha256').update(changed).digest('hex');
      thread.trashed_at = '2020-01-01T00:00:00.000Z';
    }
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(forged));
    const results = await restoreHere(home.path, 'all');
    expect(results.map(({ result, reason }) => [result, reason?.code])).toEqual([
      ['kept', 'damaged'],
      ['kept', 'damaged'],
    ]);
    expect(paths.map((path) => existsSync(path))).toEqual([false, false]);
    expect((await purgeHere(home.path, 14 * 86_400_000)).purged).toBe(0);
  });

  it('comes back once when it is in the trash twice, as it was last', async () => {
    const home = makeHome();
    add(home, 1);
    await pruneHere(home.path, [[idOf(1)]]);
    const again = home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('again')), { archived: true });
    await pruneHere(home.path, [[idOf(1)]]);
    const results = await restoreHere(home.path, 'all');
    expect(results.map(({ result, reason }) => [result, reason?.code])).toEqual([
      ['restored', undefined],
      ['kept', 'taken'],
    ]);
    expect(listTrash(homeAt(home.path))).toHaveLength(1);
    expect(readFileSync(again, 'utf8')).toContain('again');
  });

  it('is found in the folder alone, without manifest and journal', async () => {
    const home = makeHome();
    const path = add(home, 1);
    const before = stateOf(path);
    const { tx } = await pruneHere(home.path, [[idOf(1)]]);
    home.write(`.sessions/trash/${tx}/manifest.json`, '');
    home.write('.sessions/journal.jsonl', '');
    const [row] = listTrash(homeAt(home.path));
    expect([row?.thread_id, row?.trashed_at === null]).toEqual([idOf(1), false]);
    const [result] = await restoreHere(home.path, [idOf(1)]);
    expect([result?.result, result?.note]).toEqual(['restored', expect.stringContaining('no checksum')]);
    expect(stateOf(path)).toEqual(before);
  });
});

describe('what is purged', () => {
  it('was in the trash for the grace, and leaves a tombstone and a receipt', async () => {
    const home = makeHome();
    for (const number of [1, 2]) add(home, number);
    await pruneHere(home.path, [[idOf(1)]]);
    expect((await purgeHere(home.path, 1000)).results).toEqual([]);
    const first = await purgeHere(home.path, 1000, { laterMs: 2000 });
    expect(first.results.map(({ thread_id, result }) => [thread_id, result])).toEqual([[idOf(1), 'purged']]);
    expect(first.left).toEqual([]);
    expect(existsSync(join(home.path, '.sessions/trash'))).toBe(true);
    expect(readdirSync(join(home.path, '.sessions/trash'))).toEqual([]);
    const [stone] = readdirSync(join(home.path, '.sessions/tombstones'));
    expect(stone).toMatch(new RegExp(`^${idOf(1)}_`));
    const written = readFileSync(join(home.path, '.sessions/tombstones', stone as string), 'utf8');
    expect(validateTombstone(JSON.parse(written))).toEqual(fine);
    const [gone] = await restoreHere(home.path, [idOf(1)]);
    expect([gone?.result, gone?.reason?.code]).toEqual(['purged', 'purged']);
    await pruneHere(home.path, [[idOf(2)]]);
    const second = await purgeHere(home.path, 0, { laterMs: 5000 });
    expect([first.receipt?.seq, second.receipt?.seq]).toEqual([0, 1]);
    expect(second.receipt?.checks.filter(({ clean }) => !clean)).toEqual([]);
    expectJournal(home);
    expect(leftovers(home)).toEqual([]);
    await recoverHere(home.path);
  });

  it('is not what somebody has written to since, what lives again, or what is needed', async () => {
    const home = makeHome();
    const mode = { history_mode: 'paginated' };
    const parent = paginated(0, record.meta(idOf(1), mode), ...turn('p'), ...turn('q'));
    home.rollout(idOf(1), parent);
    const paths = [2, 3].map((number) => add(home, number));
    const { tx } = await pruneHere(home.path, [[idOf(1)], [idOf(2)], [idOf(3)]]);
    const base = { thread_id: idOf(1), end_ordinal_exclusive: 5, end_byte_offset: offsetOf(parent, 5) };
    const fork = record.meta(idOf(5), { ...mode, forked_from_id: idOf(1), history_base: base });
    home.rollout(idOf(5), paginated(5, fork, ...turn('f')));
    const place = join(
      home.path,
      '.sessions/trash',
      tx as string,
      'files',
      (paths[0] as string).slice(home.path.length),
    );
    writeFileSync(place, 'more\n', { flag: 'a' });
    writeFileSync(
      paths[1] as string,
      readFileSync(join(place, '..', `../02/${(paths[1] as string).split('/').at(-1)}`)),
    );
    const { results, tx: purge } = await purgeHere(home.path, 0, { laterMs: 5000 });
    expect(purge).toBeNull();
    expect(results.map(({ thread_id, result, reasons }) => [thread_id, result, reasons[0]?.code]).sort()).toEqual([
      [idOf(1), 'kept', 'referenced'],
      [idOf(2), 'kept', 'changed'],
      [idOf(3), 'kept', 'twice'],
    ]);
    expect(listTrash(homeAt(home.path))).toHaveLength(3);
  });
});

function add(home: TestHome, number: number): string {
  return home.rollout(idOf(number), envelope(record.meta(idOf(number)), ...turn(`words ${number}`)));
}

function stateOf(path: string) {
  const { ino, mtimeNs, mode, size } = lstatSync(path, { bigint: true });
  return { ino, mtimeNs, mode, size, bytes: readFileSync(path, 'utf8') };
}

/** Folders of transactions, temporary files and locks. */
function leftovers(home: TestHome): string[] {
  const inside = (folder: string) => {
    const path = join(home.path, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
  };
  const all = [...inside('.sessions/trash'), ...inside('.sessions/tmp'), ...inside('thread-writer-locks')];
  return all.filter((path) => !path.endsWith('.coordination.lock'));
}

function expectJournal(home: TestHome): void {
  expect(verifyJournal(homeAt(home.path))).toMatchObject({ ok: true });
  for (const entry of readJournal(homeAt(home.path))) {
    expect([entry.event, validateJournalEntry(entry)]).toEqual([entry.event, fine]);
  }
}

it('a folder that may not be opened is named as it is', () => {
  const home = makeHome();
  home.write('.sessions/trash/x', '');
  const error = attempt(() => openFolderIn(homeAt(home.path), '.sessions/none'));
  expect(error).toMatchObject({ code: 'ENOENT', path: join(home.path, '.sessions/none') });
});

function attempt(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
