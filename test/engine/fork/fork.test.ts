import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { type ForkPoint, pointBefore } from '../../../src/engine/fork/fork-point.ts';
import { homeAt } from '../../../src/store/home.ts';
import { type Entry, envelope, idOf, jsonl, makeHome, offsetOf, paginated, record, turn } from '../../builders.ts';
import { at, fork, id, last, linesOf, saidIn, taskOf } from './forking.ts';

/** As Codex up to 0.98 recorded it. */
const old = (text: string): Entry[] => [
  record.userItem(text),
  record.userEvent(text),
  record.agentEvent(`${text}!`),
  record.agentItem(`${text}!`),
];
const numbered = (...tasks: Entry[][]) => paginated(0, record.meta(id, { history_mode: 'paginated' }), ...tasks.flat());

describe('where a fork is cut', () => {
  const open = [record.started('open'), record.userItem('open?'), record.userEvent('open?')];

  it.each<[string, Entry[], ForkPoint, number, string[]]>([
    ['behind the last turn', [...turn('a'), ...turn('b')], last, 2, ['a', 'b']],
    ['behind the turn that is asked for', [...turn('a'), ...turn('b')], at(1), 1, ['a']],
    ['before a turn that was cut off', [...taskOf('a'), ...open], last, 1, ['a?']],
    ['in a turn that was cut off', [...taskOf('a'), ...open], at(2), 2, ['a?', 'open?']],
    [
      'behind an aborted turn',
      [...taskOf('a'), ...open, record.event('turn_aborted', { turn_id: 'open', reason: 'interrupted' })],
      last,
      2,
      ['a?', 'open?'],
    ],
    ['before a question without an answer', [...old('a'), record.userItem('b'), record.userEvent('b')], last, 1, ['a']],
    [
      'before a call without an answer',
      [...old('a'), record.userItem('b'), record.userEvent('b'), record.agentItem('I look'), record.call('c', 'x', {})],
      last,
      1,
      ['a'],
    ],
    [
      'behind a rollback of the last turn',
      [...turn('a'), ...turn('b'), record.event('thread_rolled_back', { num_turns: 1 })],
      last,
      2,
      ['a'],
    ],
    [
      'before a rollback, at the turn',
      [...turn('a'), ...turn('b'), record.event('thread_rolled_back', { num_turns: 1 })],
      at(2),
      2,
      ['a', 'b'],
    ],
  ])('%s', async (_, records, point, number, said) => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), ...records));
    const { forked, child } = await fork(home, point);
    expect([forked.turn, saidIn(child.items)]).toEqual([number, said]);
  });

  it('says whether the last turn was cut off', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), ...taskOf('a'), ...open));
    expect((await fork(home, last)).forked.state).toBe('idle');
    expect((await fork(home, at(2))).forked.state).toBe('interrupted');
  });

  it('is before the last turn in which a text was said, with a rollback before it', async () => {
    const home = makeHome();
    const rolledBack = record.event('thread_rolled_back', { num_turns: 1 });
    home.rollout(
      id,
      envelope(record.meta(id), ...turn('a'), ...turn('find b'), rolledBack, ...turn('find c'), ...turn('d')),
    );
    const catalog = await loadCatalog(homeAt(home.path));
    const point = await pointBefore(catalog, id, 'find');
    expect(point).toEqual({ kind: 'before', turn: 3 });
    const { forked, child } = await fork(home, point);
    expect([forked.turn, saidIn(child.items)]).toEqual([2, ['a']]);
    await expect(pointBefore(catalog, id, 'nowhere')).rejects.toMatchObject({ kind: 'usage', hint: /turn 1: a/ });
    await expect(pointBefore(catalog, id, 'a')).rejects.toThrow(/first turn/);
  });

  it('leaves out a line that is still written, and takes a whole one that lacks its end', async () => {
    const home = makeHome();
    const lines = jsonl(envelope(record.meta(id), ...turn('a')));
    for (const [tail, inherited] of [
      ['{"timestamp":"2026', lines],
      ['', lines],
    ] as const) {
      home.rollout(id, lines + tail);
      expect((await fork(home, last)).content).toContain(inherited);
    }
    home.rollout(id, lines.slice(0, -1));
    expect((await fork(home, last)).content.endsWith(lines)).toBe(true);
  });

  it('is not there in a session without a complete turn, or at a turn that is not there', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), ...open));
    await expect(fork(home, last)).rejects.toMatchObject({ kind: 'usage', hint: /--at 1/ });
    await expect(fork(home, at(2))).rejects.toThrow(/has no turn 2: there is 1/);
  });
});

describe('a fork by reference', () => {
  it('is one line that says up to where its parent is inherited', async () => {
    const home = makeHome();
    const lines = numbered(taskOf('a'), taskOf('b'));
    home.rollout(id, lines);
    const { forked, content, child } = await fork(home, at(1));
    const [line, ...more] = linesOf(content);
    const end = { end_ordinal_exclusive: 6, end_byte_offset: offsetOf(lines, 6) };
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      ordinal: 6,
      type: 'session_meta',
      payload: {
        id: forked.threadId,
        forked_from_id: id,
        forked_from_ordinal_exclusive: 6,
        history_base: { thread_id: id, ...end },
        originator: 'sessions',
        cli_version: '9.9.9',
      },
    });
    expect([forked.method, saidIn(child.items)]).toEqual(['reference', ['a?']]);
  });

  it('names the file in which the turn lies: an older one of a reverted session, or one of an ancestor', async () => {
    const home = makeHome();
    const lines = numbered(taskOf('a'), taskOf('b'));
    home.rollout(id, lines);
    const segment = idOf(9);
    const base = { thread_id: id, end_ordinal_exclusive: 6, end_byte_offset: offsetOf(lines, 6) };
    const reverted = record.meta(id, { history_mode: 'paginated', history_base: base });
    home.rollout(id, paginated(6, reverted, ...taskOf('c')), { segment });
    const cases: [number, string, string[]][] = [
      [1, id, ['a?']],
      [2, id, ['a?', 'b?']],
      [3, segment, ['a?', 'c?']],
    ];
    for (const [number, rollout, said] of cases) {
      const { forked, content, child } = await fork(home, at(number));
      expect([linesOf(content)[0].payload.history_base.thread_id, saidIn(child.items)]).toEqual([rollout, said]);
      const again = await fork(home, at(1), { of: forked.threadId });
      expect(linesOf(again.content)[0].payload).toMatchObject({
        forked_from_id: forked.threadId,
        history_base: { thread_id: id, end_ordinal_exclusive: 6 },
      });
      const copy = await fork(home, last, { of: forked.threadId, method: 'copy' });
      expect([copy.forked.method, saidIn(copy.child.items)]).toEqual(['copy', said]);
      const ordinals = linesOf(copy.content).map(({ ordinal }) => ordinal);
      expect(ordinals).toEqual(ordinals.map((_, index) => index));
    }
  });

  it('is refused where there are no ordinals', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), ...turn('a')));
    await expect(fork(home, last, { method: 'reference' })).rejects.toThrow(/cannot be referred to: .* no ordinals/);
  });
});
