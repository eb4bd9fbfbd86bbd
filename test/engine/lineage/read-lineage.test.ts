import { mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LineageRow, readLineage } from '../../../src/engine/lineage/read-lineage.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import {
  type Entry,
  type Envelope,
  envelope,
  idOf,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  turn,
} from '../../builders.ts';
import { catalogOf } from '../reading.ts';

const [first, second, third, fourth, segment] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(40)];

async function lineage(home: TestHome, id: string): Promise<{ rows: LineageRow[]; problems: string[] }> {
  const problems: Problem[] = [];
  const relatives = await readLineage(await catalogOf(home), id, {
    now: Date.now(),
    signal: new AbortController().signal,
    report: (problem) => problems.push(problem),
  });
  return {
    rows: relatives.map(({ row }) => row),
    problems: problems.map(({ rule, weight }) => `${rule} ${weight}`),
  };
}

/** Relation, number of the session, depth, method and turn. */
function brief(rows: LineageRow[]): string[] {
  return rows.map(({ relation, thread_id, depth, method, forked_at_turn, missing }) =>
    [missing ? 'missing' : relation, Number(`0x${thread_id.slice(-4)}`), depth, method, forked_at_turn].join(' '),
  );
}

function pagedTurn(text: string): Entry[] {
  const content = [{ type: 'text', text }];
  return [
    record.started(text),
    record.userItem(text),
    record.completed({ type: 'UserMessage', content }),
    record.complete(text),
  ];
}

function paged(id: string, turns: string[], meta = {}, from = 0): Envelope[] {
  return paginated(from, record.meta(id, { history_mode: 'paginated', ...meta }), ...turns.flatMap(pagedTurn));
}

function baseAt(rollout: string, lines: Envelope[], turns: number) {
  const index = 1 + turns * 4;
  const end = ((lines[index - 1] as Envelope).ordinal as number) + 1;
  return { history_base: { thread_id: rollout, end_ordinal_exclusive: end, end_byte_offset: offsetOf(lines, index) } };
}

function copyOf(id: string, source: string, lines: Envelope[], ...more: Entry[]): Envelope[] {
  const entries = lines.map(({ type, payload }): Entry => [type, payload]);
  return envelope(record.meta(id, { forked_from_id: source }), ...entries, ...more);
}

describe('the lineage of a session', () => {
  it('tells of copies up to which turn they are one, of sub-agents and of reviews', async () => {
    const home = makeHome();
    const lines = envelope(record.meta(first), ...turn('one'), ...turn('two'), ...turn('three'));
    const copy = copyOf(second, first, lines.slice(0, 17), ...turn('else'));
    home.rollout(first, lines);
    home.rollout(second, copy, { archived: true, compressed: true });
    home.rollout(third, copyOf(third, second, copy));
    home.rollout(
      fourth,
      envelope(record.meta(fourth, { source: { subagent: 'review' }, parent_thread_id: second }), ...turn('r')),
    );
    const source = { subagent: { thread_spawn: { parent_thread_id: first.toUpperCase(), depth: 1 } } };
    home.rollout(idOf(5), envelope(record.meta(idOf(5), { source }), ...turn('s')));
    home.rollout(idOf(6), envelope(record.meta(idOf(6)), ...turn('none of them')));
    home.names({ [third]: 'the third' });
    const { rows, problems } = await lineage(home, second);
    expect(brief(rows)).toEqual([
      'ancestor 1 0  ',
      'self 2 1 copy 2',
      'fork 3 2 copy 3',
      'review 4 2  ',
      'sub_agent 5 1  ',
    ]);
    expect(problems).toEqual([]);
    expect(rows[1]).toMatchObject({
      origin: 'fork',
      archived: true,
      from_thread_id: first,
      first_message: 'one',
      turns: 3,
    });
    expect(rows[2]).toMatchObject({ name: 'the third', forked_at: rows[2]?.created_at, lineage_of: second });
    for (const id of [first, third, fourth, idOf(5)])
      expect((await lineage(home, id)).rows.map(({ thread_id }) => thread_id)).toEqual(
        rows.map((row) => row.thread_id),
      );
  });

  it('tells of references by the turn of the session that they refer to, also one that was reverted', async () => {
    const home = makeHome();
    const lines = paged(first, ['one', 'two', 'three']);
    const base = baseAt(first, lines, 2);
    const after = paged(first, ['four', 'five'], base, base.history_base.end_ordinal_exclusive);
    home.rollout(first, lines);
    home.rollout(first, after, { segment });
    const fork = (id: string, from: object) => home.rollout(id, paged(id, [], { forked_from_id: first, ...from }));
    fork(second, baseAt(segment, after, 1));
    fork(third, baseAt(first, lines, 3));
    fork(fourth, baseAt(first, lines, 1));
    fork(idOf(5), baseAt(first, lines, 0));
    expect(brief((await lineage(home, third)).rows)).toEqual([
      'ancestor 1 0  ',
      'fork 2 1 reference 4',
      'self 3 1 reference 3',
      'fork 4 1 reference 1',
      'fork 5 1 reference 0',
    ]);
  });

  it('finds the turn of a fork of a fork whose reference passes over that one', async () => {
    const home = makeHome();
    const lines = paged(first, ['one', 'two', 'three']);
    home.rollout(first, lines);
    const child = paged(second, ['own'], { forked_from_id: first, ...baseAt(first, lines, 2) }, 9);
    home.rollout(second, child);
    home.rollout(third, paged(third, [], { forked_from_id: second, ...baseAt(first, lines, 1) }));
    home.rollout(fourth, paged(fourth, [], { forked_from_id: second, ...baseAt(second, child, 1) }));
    expect(brief((await lineage(home, third)).rows)).toEqual([
      'ancestor 1 0  ',
      'ancestor 2 1 reference 2',
      'self 3 2 reference 1',
      'fork 4 2 reference 3',
    ]);
  });

  it('names a session that is not there any more', async () => {
    const home = makeHome();
    const lines = paged(first, ['one']);
    home.rollout(second, paged(second, ['two'], { forked_from_id: first, ...baseAt(first, lines, 1) }));
    const copied = copyOf(third, first, envelope(record.meta(first), ...turn('one')));
    home.rollout(third, copied);
    const { rows, problems } = await lineage(home, third);
    expect(brief(rows)).toEqual(['missing 1 0  ', 'fork 2 1 reference ', 'self 3 1 copy ']);
    expect(rows[0]).toMatchObject({ relation: 'ancestor', path: null, turns: null, archived: null });
    expect(problems).toEqual(['DANGLING lost', 'DANGLING note']);
  });

  it('cuts origins that run in a circle', async () => {
    const home = makeHome();
    for (const [id, from] of [
      [first, second],
      [second, third],
      [third, second],
    ] as const)
      home.rollout(id, envelope(record.meta(id, { forked_from_id: from }), ...turn('one')));
    const { rows, problems } = await lineage(home, first);
    expect(rows.map(({ thread_id, relation }) => [thread_id, relation])).toEqual([
      [third, 'ancestor'],
      [second, 'ancestor'],
      [first, 'self'],
    ]);
    expect(problems).toEqual(['CYCLE lost']);
  });

  it('is the same when there can be no index', async () => {
    const home = makeHome();
    const lines = envelope(record.meta(first), ...turn('one'));
    home.rollout(first, lines);
    home.rollout(second, copyOf(second, first, lines));
    const source = { subagent: { thread_spawn: { parent_thread_id: second, depth: 1 } } };
    home.rollout(third, envelope(record.meta(third, { source }), ...turn('s')));
    const { rows } = await lineage(home, second);
    unlinkSync(join(home.path, 'state.db'));
    for (const name of ['state.db', 'state.db.broken'])
      mkdirSync(join(home.path, name, 'in the way'), { recursive: true });
    const again = await lineage(home, second);
    expect(again.rows).toEqual(rows);
    expect(again.problems).toEqual(['INDEX note']);
  });

  it('follows what changes between two calls', async () => {
    const home = makeHome();
    const lines = envelope(record.meta(first), ...turn('one'));
    home.rollout(first, lines);
    expect((await lineage(home, first)).rows).toHaveLength(1);
    const path = home.rollout(second, copyOf(second, first, lines));
    expect(brief((await lineage(home, first)).rows)).toEqual(['self 1 0  ', 'fork 2 1 copy 1']);
    unlinkSync(path);
    expect((await lineage(home, first)).rows).toHaveLength(1);
  });
});
