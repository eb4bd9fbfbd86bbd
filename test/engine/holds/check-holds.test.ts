import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { addHold, releaseHold } from '../../../src/engine/holds/change-holds.ts';
import { checkHolds, heldAmong } from '../../../src/engine/holds/check-holds.ts';
import { noteMatches } from '../../../src/engine/holds/note-matches.ts';
import { reportHolds } from '../../../src/engine/holds/report-holds.ts';
import { type HoldOptions, surveyHolds } from '../../../src/engine/holds/survey-holds.ts';
import { openStore } from '../../../src/engine/trash/open-store.ts';
import { type HoldQuery, holdsPath, readHolds } from '../../../src/store/holds.ts';
import { homeAt } from '../../../src/store/home.ts';
import { envelope, idOf, makeHome, paginated, record, type TestHome, turn } from '../../builders.ts';

describe('checkHolds', () => {
  it('says nothing of a home without holds, and makes nothing there', async () => {
    const home = makeHome();
    session(home, 1);
    expect(await held(home, 1)).toEqual([]);
    expect(() => readHolds(homeAt(home.path))).not.toThrow();
    expect((await loadCatalog(homeAt(home.path))).obstacles).toEqual([]);
  });

  it('holds what was named, until it is released', async () => {
    const home = makeHome();
    for (const number of [1, 2]) session(home, number);
    const hold = await add(home, [1]);
    expect(await held(home, 1, 2)).toEqual([[1, [hold]]]);
    await release(home, hold);
    expect(await held(home, 1, 2)).toEqual([]);
  });

  it('holds what a session comes from: forks by copy and by reference, spawned ones, over several steps', async () => {
    const home = makeHome();
    session(home, 1);
    session(home, 2, { forked_from_id: idOf(1) });
    // A fork by reference to the segment that a revert of 2 made.
    home.rollout(idOf(2), envelope(record.meta(idOf(2), { history_base: base(2) })), { segment: idOf(20) });
    home.rollout(idOf(3), paginated(0, record.meta(idOf(3), { history_mode: 'paginated', history_base: base(20) })));
    session(home, 4, { source: { subagent: { thread_spawn: { parent_thread_id: idOf(3).toUpperCase() } } } });
    session(home, 5, { parent_thread_id: idOf(4), source: { subagent: 'review' } });
    session(home, 6, { forked_from_id: idOf(1) });
    const hold = await add(home, [5]);
    expect(await held(home, 1, 2, 3, 4, 5, 6)).toEqual([1, 2, 3, 4, 5].map((number) => [number, [hold]]));
  });

  it('ends with origins that lead back to themselves, and with those that are gone', async () => {
    const home = makeHome();
    session(home, 1, { forked_from_id: idOf(2) });
    session(home, 2, { forked_from_id: idOf(1), history_base: base(2) });
    session(home, 3, { forked_from_id: idOf(9), history_base: base(8) });
    const hold = await add(home, [1]);
    const gone = await add(home, [3]);
    expect(await held(home, 1, 2, 3)).toEqual([
      [1, [hold]],
      [2, [hold]],
      [3, [gone]],
    ]);
  });

  it('holds what matches a query, archived or compressed, and later ones, with their origins', async () => {
    const home = makeHome();
    session(home, 1);
    session(home, 2, { cwd: '/case', forked_from_id: idOf(1) });
    home.rollout(idOf(3), lines(3, { cwd: '/case' }), { archived: true, compressed: true });
    const hold = await add(home, { cwd: '/case' });
    session(home, 4);
    session(home, 5, { cwd: '/case', forked_from_id: idOf(4) });
    expect(await held(home, 1, 2, 3, 4, 5)).toEqual([1, 2, 3, 4, 5].map((number) => [number, [hold]]));
    // Asked of the origin alone, its forks are looked at all the same.
    expect(await held(home, 4)).toEqual([[4, [hold]]]);
  });

  it('keeps what was noted, also when it no longer matches', async () => {
    const home = makeHome();
    session(home, 1, { cwd: '/case' });
    const hold = await add(home, { cwd: '/case' });
    session(home, 2, { cwd: '/case', forked_from_id: idOf(3) });
    session(home, 3);
    const where = homeAt(home.path);
    const store = await openStore(where, { clock: systemClock });
    const survey = await surveyHolds(await loadCatalog(where), null, options);
    expect([...heldAmong([idOf(1), idOf(2)], survey).keys()]).toEqual([idOf(1), idOf(2)]);
    for (let times = 0; times < 2; times++) {
      const again = await surveyHolds(await loadCatalog(where), null, options);
      noteMatches(where, store, again, { who: 'cron', at: '2026-02-01T00:00:00.000Z' });
    }
    store.close();
    expect(readHolds(where)[0]).toMatchObject({
      threadIds: new Set([idOf(1), idOf(2)]),
      ancestorIds: new Set([idOf(3)]),
    });
    for (const number of [1, 2]) session(home, number, { cwd: '/elsewhere' });
    expect(await held(home, 1, 2, 3)).toEqual([1, 2, 3].map((number) => [number, [hold]]));

    // They no longer match, so whoever takes them out of the file would let them go.
    const file = holdsPath(where);
    const whole = readFileSync(file, 'utf8');
    const [added = '', noted = ''] = whole.split('\n');
    const edited = [`${added}\n`, whole.replace(noted, noted.replace(idOf(2), idOf(7)))];
    edited.push(
      whole.replace(added, added.replace(`"thread_ids":["${idOf(1)}"],"ancestor`, '"thread_ids":[],"ancestor')),
    );
    for (const text of edited) {
      expect(text).not.toBe(whole);
      writeFileSync(file, text);
      const message = expect.stringMatching(/a line of hold .* was changed or is gone here/);
      await expect(held(home, 1)).rejects.toMatchObject({ kind: 'refused', message });
    }
    writeFileSync(file, whole);
    expect(await held(home, 1)).toEqual([[1, [hold]]]);
  });

  it('sees sessions in the trash, and what they come from', async () => {
    const home = makeHome();
    session(home, 1);
    trash(home, session(home, 2, { cwd: '/case', forked_from_id: idOf(1) }));
    const hold = await add(home, { cwd: '/case' });
    expect(await held(home, 1, 2)).toEqual([1, 2].map((number) => [number, [hold]]));
  });

  it('believes rows that are handed to it, and asks for no others', async () => {
    const home = makeHome();
    const path = session(home, 1, { cwd: '/case' });
    await add(home, { cwd: '/case' });
    session(home, 2);
    const row = { cwd: '/case', damage: [], source: 'cli' } as never;
    const catalog = await loadCatalog(homeAt(home.path));
    const found = await checkHolds(catalog.home, catalog, [idOf(2)], { ...options, rows: new Map([[idOf(2), row]]) });
    expect([...found.keys()]).toEqual([idOf(2)]);
    expect(path).toContain(idOf(1));
  });

  it('refuses when a held session does not tell what it comes from, which can be mended after a release', async () => {
    const home = makeHome();
    for (const number of [1, 2]) session(home, number);
    const path = home.rollout(
      idOf(3),
      '{"broken\n{"timestamp":"2026-01-02T03:04:05Z","type":"event_msg","payload":{}}\n',
    );
    const doubts: string[] = [];
    const hold = await add(home, [3], doubts);
    expect(doubts).toEqual([expect.stringContaining('what it comes from cannot be told')]);
    await expect(held(home, 1)).rejects.toMatchObject({ kind: 'refused', place: { file: path } });
    await release(home, hold);
    expect(await held(home, 1, 2, 3)).toEqual([]);
  });

  it('holds what a session was copied from, of whose own session_meta nothing is left', async () => {
    const home = makeHome();
    session(home, 1);
    const copied = envelope(record.meta(idOf(1)), ...turn('mine')).map((line) => JSON.stringify(line));
    home.rollout(idOf(2), `{"timestamp":"torn\n${copied.join('\n')}\n`);
    const hold = await add(home, [2]);
    expect(await held(home, 1, 2)).toEqual([
      [1, [hold]],
      [2, [hold]],
    ]);
  });

  it('holds by query what damage keeps from being matched, and notes nothing of it', async () => {
    const home = makeHome();
    session(home, 1);
    home.rollout(idOf(3), '{"broken\n{"timestamp":"2026-01-02T03:04:05Z","type":"event_msg","payload":{}}\n');
    const hold = await add(home, { cwd: '/case' });
    expect(await held(home, 1, 3)).toEqual([[3, [hold]]]);
    expect(readHolds(homeAt(home.path))[0]?.threadIds.size).toBe(0);
  });

  it('refuses when acknowledged holds are gone from the file', async () => {
    const home = makeHome();
    session(home, 1);
    await add(home, [1]);
    rmSync(holdsPath(homeAt(home.path)));
    await expect(held(home, 1)).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('journal') });
    writeFileSync(holdsPath(homeAt(home.path)), '');
    await expect(held(home, 1)).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('reportHolds', () => {
  it('tells what is there, in the trash, purged, or missing', async () => {
    const home = makeHome();
    const paths = [1, 2, 3, 4].map((number) => session(home, number));
    session(home, 5, { forked_from_id: idOf(1) });
    const hold = await add(home, [2, 3, 4, 5]);
    trash(home, paths[1] as string);
    rmSync(paths[2] as string);
    rmSync(paths[3] as string);
    home.write(`.sessions/tombstones/${idOf(4)}_${idOf(99)}.json`, '{}');
    const rows = [];
    const catalog = await loadCatalog(homeAt(home.path));
    for await (const row of reportHolds(catalog, null, { ...options, hash: true })) rows.push(row);
    expect(rows.map(({ thread_id, covered, through, state }) => [thread_id, covered, through, state])).toEqual([
      [idOf(1), 'ancestor', idOf(5), 'present'],
      [idOf(2), 'id', null, 'trashed'],
      [idOf(3), 'id', null, 'missing'],
      [idOf(4), 'id', null, 'purged'],
      [idOf(5), 'id', null, 'present'],
    ]);
    expect(rows[1]?.files).toEqual([
      {
        path: expect.stringContaining('/.sessions/trash/'),
        size_bytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    // An origin that was seen once is missed, too.
    rmSync(paths[0] as string);
    const states = new Map<string, string>();
    for await (const row of reportHolds(await loadCatalog(homeAt(home.path)), hold, { ...options, hash: false }))
      states.set(row.thread_id, row.state);
    expect(states.get(idOf(1))).toBe('missing');
  });
});

const options: HoldOptions = { now: Date.UTC(2026, 5, 1), signal: new AbortController().signal };
const clock = { now: () => options.now, sleep: async () => {} };

async function add(home: TestHome, what: number[] | HoldQuery, doubts: string[] = []): Promise<string> {
  const selection = Array.isArray(what) ? { thread_ids: what.map(idOf), query: null } : { thread_ids: [], query: what };
  const catalog = await loadCatalog(homeAt(home.path));
  const context = { clock, signal: options.signal, onDoubt: ({ message }: Error) => void doubts.push(message) };
  return (await addHold(catalog, { matter: 'a case', who: null, selection }, context)).hold_id;
}

async function release(home: TestHome, hold: string): Promise<void> {
  const context = { clock, signal: options.signal, onDoubt: () => {} };
  await releaseHold(await loadCatalog(homeAt(home.path)), hold, { reason: 'done', who: null }, context);
}

/** Numbers of the sessions that are held, with the holds. */
async function held(home: TestHome, ...numbers: number[]): Promise<[number, string[]][]> {
  const catalog = await loadCatalog(homeAt(home.path));
  const found = await checkHolds(catalog.home, catalog, numbers.map(idOf), options);
  return numbers.flatMap((number): [number, string[]][] => {
    const holds = found.get(idOf(number));
    return holds ? [[number, holds]] : [];
  });
}

function session(home: TestHome, number: number, meta: object = {}): string {
  return home.rollout(idOf(number), lines(number, meta));
}

function lines(number: number, meta: object) {
  return envelope(record.meta(idOf(number), { ...meta }), ...turn('hello'));
}

function base(number: number): object {
  return { thread_id: idOf(number), end_ordinal_exclusive: 1, end_byte_offset: 10 };
}

function trash(home: TestHome, path: string): void {
  const target = join(home.path, '.sessions/trash', idOf(98), 'files', relative(home.path, path));
  mkdirSync(dirname(target), { recursive: true });
  renameSync(path, target);
}
