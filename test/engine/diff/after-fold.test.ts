import { describe, expect, it } from 'vitest';
import { compareSessions } from '../../../src/engine/diff/compare-sessions.ts';
import type { DiffSide } from '../../../src/engine/diff/session-diff.ts';
import { openSessions } from '../../../src/engine/resolve-session.ts';
import { type Entry, envelope, idOf, makeHome, record, turn } from '../../builders.ts';

const patch = (...lines: string[]) => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');

/** What one side did that begins with one turn as the other one does, and then goes on with these records. */
async function sideOf(...entries: Entry[]): Promise<DiffSide> {
  const home = makeHome();
  const begin = [...turn('one')];
  home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...begin));
  home.rollout(idOf(2), envelope(record.meta(idOf(2), { forked_from_id: idOf(1) }), ...begin, ...entries));
  const sessions = openSessions({ CODEX_HOME: home.path }, home.path);
  const [a, b] = [await sessions.resolve(idOf(1)), await sessions.resolve(idOf(2))];
  const signal = new AbortController().signal;
  return (await compareSessions(sessions, [a, b], { report: () => {}, signal, turns: false, brief: false })).b;
}

function done(callId: string, code = 0): Entry {
  return record.output(callId, `Exit code: ${code}\nWall time: 1 seconds\nOutput:\n`);
}

describe('what came after the parting', () => {
  it('counts calls by tool and outcome', async () => {
    const side = await sideOf(
      ...turn('two').slice(0, 4),
      record.call('1', 'shell', { command: ['ls'] }),
      done('1'),
      record.call('2', 'shell', { command: ['false'] }),
      done('2', 1),
      record.call('3', 'update_plan', {}),
      record.call('4', 'shell', { command: ['rm'] }),
      record.output('4', 'exec command rejected by user'),
    );
    expect([side.tool_calls, side.ended, side.turn_list]).toEqual([4, 'unfinished', null]);
    expect(side.outcomes).toEqual({ completed: 1, failed: 1, declined: 1, aborted: 0, unfinished: 1 });
    expect(side.tools.map(({ name, calls, failed }) => [name, calls, failed])).toEqual([
      ['shell', 3, 1],
      ['update_plan', 1, 0],
    ]);
  });

  it('finds the files in every form of a patch', async () => {
    const side = await sideOf(
      ...turn('two').slice(0, 4),
      record.call('1', 'apply_patch', { input: patch('*** Add File: a.ts', '+1', '*** Delete File: b.ts') }),
      done('1'),
      record.item('custom_tool_call', {
        name: 'apply_patch',
        call_id: '2',
        input: patch('*** Update File: /etc/c.ts', '*** Move to: d.ts', '@@', '-x', '+y', '*** Update File: a.ts'),
      }),
      record.item('custom_tool_call_output', { call_id: '2', output: 'Success' }),
      record.call('3', 'shell', { command: ['apply_patch', patch('*** Update File: b.ts')], workdir: '/work' }),
      done('3'),
      record.call('4', 'shell_command', {
        command: `cd x && apply_patch <<'EOF'\n${patch('*** Add File: e.ts', '+*** Add File: inner.ts')}\nEOF\n*** Add File: no.ts`,
      }),
      done('4'),
      record.call('5', 'shell', { command: ['cat', patch('*** Add File: not-applied.ts')] }),
      done('5'),
      record.call('6', 'apply_patch', { input: patch('*** Add File: failed.ts') }),
      done('6', 1),
      record.call('7', 'apply_patch', { input: patch('*** Add File: unanswered.ts') }),
    );
    expect(side.files.map(({ path, change, moved_to, times }) => [path, change, moved_to, times])).toEqual([
      ['/etc/c.ts', 'move', '/home/dev/widget/d.ts', 1],
      ['/home/dev/widget/a.ts', 'add', null, 2],
      ['/home/dev/widget/b.ts', 'delete', null, 1],
      ['/home/dev/widget/e.ts', 'add', null, 1],
      ['/work/b.ts', 'update', null, 1],
    ]);
  });

  it('counts a change once of which both the call and a record tell', async () => {
    const change = (success: boolean, path: string): Entry =>
      record.event('patch_apply_end', {
        call_id: path,
        success,
        changes: { [path]: { type: 'update', unified_diff: '' } },
      });
    const side = await sideOf(
      ...turn('two').slice(0, 4),
      record.call('/home/dev/widget/a.ts', 'apply_patch', { input: patch('*** Update File: a.ts') }),
      change(true, '/home/dev/widget/a.ts'),
      done('/home/dev/widget/a.ts'),
      change(false, '/b.ts'),
    );
    expect(side.files).toEqual([{ path: '/home/dev/widget/a.ts', change: 'update', moved_to: null, times: 1 }]);
  });

  it.each([
    ['aborted', record.event('turn_aborted', { reason: 'interrupted', duration_ms: 1500 }), 1500],
    ['failed', record.event('task_complete', { turn_id: 'two', error: { message: 'no' }, duration_ms: 20 }), 20],
    ['complete', record.complete('two'), 4000],
  ])('%s is how a turn ends, and its time is as recorded or from first to last', async (ended, end, ms) => {
    const side = await sideOf(...turn('two').slice(0, 4), end);
    expect([side.ended, side.duration_ms, side.turns]).toEqual([ended, ms, 1]);
  });

  it('counts tokens from where both stood', async () => {
    const side = await sideOf(...turn('two').slice(0, 6), record.tokens(130), record.tokens(130), record.tokens(175));
    expect(side.tokens.total_tokens).toBe(75);
  });
});
