import { describe, expect, it } from 'vitest';
import {
  type Entry,
  type Envelope,
  idOf,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  turn,
} from '../../builders.ts';
import { replaced, stateOf, stateOfRecords, summarised, texts } from './reconstructing.ts';

const at = async (entries: Entry[], number: number) => texts(await stateOfRecords(entries, number));

describe('the state at a turn', () => {
  it('is that at its last record', async () => {
    const entries = [...turn('a'), ...turn('b'), ...turn('c')];
    expect(await at(entries, 1)).toEqual(['a', 're: a']);
    expect(await at(entries, 2)).toEqual(['a', 're: a', 'b', 're: b']);
    const { turns, obstacle, state } = await stateOfRecords(entries, 2);
    expect([turns, obstacle, state]).toEqual([2, 'turn 2 is not its end; a fork goes on from there', 'idle']);
    expect(await stateOfRecords(entries, 3)).toEqual(await stateOfRecords(entries));
  });

  it('comes before a rollback that follows', async () => {
    const entries = [...turn('a'), ...turn('b'), record.rolledBack(2), ...turn('c')];
    expect(await at(entries, 2)).toEqual(['a', 're: a', 'b', 're: b']);
    expect(await at(entries, 3)).toEqual(['c', 're: c']);
    expect(await at([...turn('a'), record.rolledBack(1)], 1)).toEqual(['a', 're: a']);
  });

  it('comes after a rollback that came before', async () => {
    const entries = [...turn('a'), ...turn('b'), record.rolledBack(1), ...turn('c'), ...turn('d')];
    expect(await at(entries, 3)).toEqual(['a', 're: a', 'c', 're: c']);
  });

  it('comes after a compaction that is no turn, and before one in the next', async () => {
    const compacted = [record.started('m'), summarised('gist'), record.complete('m')];
    const [start, ...rest] = turn('b') as [Entry, ...Entry[]];
    expect(await at([...turn('a'), ...compacted, ...turn('b')], 1)).toEqual(['a', 'gist']);
    expect(await at([...turn('a'), start, replaced('kept'), ...rest], 1)).toEqual(['a', 're: a']);
    expect(await at([...turn('a'), start, replaced('kept'), ...rest], 2)).toEqual(['kept', 'b', 're: b']);
  });

  it('takes the settings and the counts of that turn', async () => {
    const later: Entry = ['turn_context', { cwd: '/later', model: 'gpt-6', summary: 'none' }];
    const { settings, tokens } = await stateOfRecords(
      [...turn('a'), record.started('b'), later, record.userItem('b'), record.tokens(900)],
      1,
    );
    expect([settings.model, settings.cwd, tokens.total?.total_tokens]).toEqual(['gpt-5', '/home/dev/widget', 100]);
  });

  it.each([
    [4, /no turn 4: there are 3/],
    [0, /counted from 1/],
    [1.5, /no turn/],
  ])('refuses turn %s', async (number, message) => {
    const refused = stateOfRecords([...turn('a'), ...turn('b'), ...turn('c')], number);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('a reverted session', () => {
  const [id, segment] = [idOf(1), idOf(40)];

  /** Three turns, of which the last was reverted, and a fourth instead. */
  function reverted(own: Entry[] = turn('d')): TestHome {
    const home = makeHome();
    const meta = record.meta(id, { history_mode: 'paginated' });
    const lines = paginated(0, meta, ...turn('a'), ...turn('b'), ...turn('c'));
    home.rollout(id, lines);
    const last = lines[16] as Envelope;
    const base = {
      thread_id: id,
      end_ordinal_exclusive: (last.ordinal as number) + 1,
      end_byte_offset: offsetOf(lines, 17),
    };
    const again = record.meta(id, { history_mode: 'paginated', history_base: base, cwd: '/again' });
    home.rollout(id, paginated(17, again, ...own), { segment });
    return home;
  }

  it('goes on from what was left', async () => {
    const state = await stateOf(reverted(), id);
    expect(texts(state)).toEqual(['a', 're: a', 'b', 're: b', 'd', 're: d']);
    expect([state.turns, state.obstacle, state.state]).toEqual([4, null, 'idle']);
  });

  it('still has what was reverted, at its turn', async () => {
    expect(texts(await stateOf(reverted(), id, 3))).toEqual(['a', 're: a', 'b', 're: b', 'c', 're: c']);
    expect(texts(await stateOf(reverted(), id, 2))).toEqual(['a', 're: a', 'b', 're: b']);
    expect(texts(await stateOf(reverted(), id, 4))).toEqual(['a', 're: a', 'b', 're: b', 'd', 're: d']);
    await expect(stateOf(reverted(), id, 5)).rejects.toThrow('there are 4');
  });

  it('is at the revert when nothing was said since', async () => {
    const state = await stateOf(reverted([]), id);
    expect(texts(state)).toEqual(['a', 're: a', 'b', 're: b']);
    expect([state.turns, state.settings.cwd]).toEqual([3, '/home/dev/widget']);
  });
});
