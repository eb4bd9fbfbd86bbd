import { unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Entry,
  envelope,
  idOf,
  jsonl,
  makeHome,
  paginated,
  record,
  turn,
  unmarkedTurn,
  zstdFrame,
} from '../../builders.ts';
import { stateOf, stateOfLines, stateOfRecords, summarised } from './reconstructing.ts';

const id = idOf(1);
const { started, complete, userItem, userEvent, agentItem, event } = record;
const aborted = event('turn_aborted', { turn_id: 'b', reason: 'interrupted' });

describe('the last turn', () => {
  it.each<[string, Entry[], string]>([
    ['complete', turn('a'), 'idle'],
    ['no turn', [], 'idle'],
    ['begun', [...turn('a'), started('b'), userItem('b')], 'interrupted'],
    ['begun, without a word', [...turn('a'), started('b')], 'interrupted'],
    ['aborted', [...turn('a'), started('b'), userItem('b'), aborted], 'interrupted'],
    [
      'aborted, and context since',
      [started('b'), userItem('b'), aborted, userItem('<turn_aborted>x</turn_aborted>')],
      'interrupted',
    ],
    ['complete, and settings since', [...turn('a'), event('thread_settings_applied', { thread_settings: {} })], 'idle'],
    ['complete, without an answer', [started('a'), userItem('a'), complete('a')], 'idle'],
    ['rolled back', [...turn('a'), started('b'), userItem('b'), aborted, record.rolledBack(1)], 'idle'],
    ['answered, where ends are not recorded', unmarkedTurn('a'), 'idle'],
    [
      'answered, and context since',
      [...unmarkedTurn('a'), userItem('<environment_context>x</environment_context>')],
      'idle',
    ],
    ['unanswered', [...unmarkedTurn('a'), userItem('b'), userEvent('b')], 'interrupted'],
    [
      'in a call',
      [...unmarkedTurn('a'), userItem('b'), record.call('c', 'shell', {}), record.output('c', 'x')],
      'interrupted',
    ],
    ['aborted, where ends are not recorded', [userItem('b'), agentItem('well'), aborted], 'interrupted'],
    ['aborted, and another since', [userItem('b'), aborted, ...unmarkedTurn('c')], 'idle'],
    ['compacted', [...unmarkedTurn('a'), summarised('gist')], 'idle'],
  ])('%s', async (_, entries, expected) => {
    expect((await stateOfRecords(entries)).state).toBe(expected);
  });
});

describe('a session that cannot be continued', () => {
  const meta = (more: object) => record.meta(id, more as Record<string, unknown>);

  it.each<[string, Parameters<typeof stateOfLines>[0], RegExp]>([
    ['is empty', '', /no record/],
    ['begins with something else', envelope(...turn('a')), /not the session_meta/],
    ['lacks what Codex asks for', envelope(meta({ originator: undefined }), ...turn('a')), /lacks originator/],
    ['has a mode that is not known', envelope(meta({ history_mode: 'sideways' })), /mode "sideways"/],
    [
      'lacks its last ordinal',
      [...paginated(0, meta({ history_mode: 'paginated' }), ...turn('a')), ...envelope(agentItem('x'))],
      /lacks an ordinal/,
    ],
  ])('%s', async (_, lines, reason) => {
    expect((await stateOfLines(lines)).obstacle).toMatch(reason);
  });

  it('does not mind an ordinal that is missing before the end', async () => {
    const lines = paginated(0, meta({ history_mode: 'paginated' }), ...turn('a'));
    const [{ ordinal: _, ...without }] = lines.slice(4) as [(typeof lines)[0]];
    expect((await stateOfLines([...lines.slice(0, 4), without, ...lines.slice(5)])).obstacle).toBeNull();
  });

  it('has lost its base', async () => {
    const home = makeHome();
    const base = { thread_id: idOf(2), end_ordinal_exclusive: 1, end_byte_offset: 10 };
    home.rollout(id, paginated(1, meta({ history_mode: 'paginated', history_base: base }), ...turn('a')));
    const state = await stateOf(home, id);
    expect(state.obstacle).toMatch(/builds on is missing/);
    expect(state.problems.map(({ rule }) => rule)).toEqual(['DANGLING']);
  });

  it('is cut off in its compressed form', async () => {
    const home = makeHome();
    const path = home.rollout(id, envelope(meta({}), ...turn('a')), { compressed: true });
    const whole = zstdFrame(jsonl(envelope(meta({}), ...turn('a'), ...turn('b'.repeat(5000)))));
    unlinkSync(path);
    home.write(path.slice(home.path.length + 1), whole.subarray(0, whole.length - 20));
    expect((await stateOf(home, id)).obstacle).toMatch(/damaged/);
  });

  it('is not there', async () => {
    await expect(stateOf(makeHome(), id)).rejects.toThrow('no session has the id');
  });
});
