import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../scripts/fixtures/rollout.mjs';
import { check, rulesOf, session } from './check-lines.ts';

const start = (rollout: Rollout, id = 't') => rollout.event('task_started', { turn_id: id });
const complete = (rollout: Rollout, id = 't') => rollout.event('task_complete', { turn_id: id });
const call = (rollout: Rollout, id: string) =>
  rollout.item('function_call', { name: 'shell', arguments: '{}', call_id: id });
const result = (rollout: Rollout, id: string) => rollout.item('function_call_output', { call_id: id, output: '' });

describe('tool calls', () => {
  it.each<[string, (rollout: Rollout) => unknown, string[]]>([
    ['answered', (it) => result(call(it, 'a'), 'a'), []],
    ['answered out of order', (it) => result(result(call(call(it, 'a'), 'b'), 'b'), 'a'), []],
    ['answered twice', (it) => result(result(call(it, 'a'), 'a'), 'a'), ['RESULT-WITHOUT-CALL error 4']],
    [
      'answered before they are made',
      (it) => call(result(it, 'a'), 'a'),
      ['RESULT-WITHOUT-CALL error 2', 'CALL-WITHOUT-RESULT note 3'],
    ],
    ['left open in a completed turn', (it) => complete(call(start(it), 'a')), ['CALL-WITHOUT-RESULT error 3']],
    [
      'left open in an aborted turn',
      (it) => call(start(it), 'a').event('turn_aborted', { turn_id: 't', reason: 'interrupted' }),
      ['CALL-WITHOUT-RESULT note 3'],
    ],
    [
      'left open in the last turn',
      (it) => call(start(it), 'a'),
      ['CALL-WITHOUT-RESULT note 3', 'TURN-UNFINISHED note 2'],
    ],
    [
      'left open by a program that was killed',
      (it) => complete(start(call(start(it), 'a'), 'u'), 'u'),
      ['CALL-WITHOUT-RESULT note 3', 'TURN-UNFINISHED note 2'],
    ],
    [
      'left open where no ends of turns are recorded',
      (it) => call(it, 'a').user('go on'),
      ['CALL-WITHOUT-RESULT note 2'],
    ],
    [
      'custom',
      (it) =>
        it
          .item('custom_tool_call', { name: 'exec', input: '', call_id: 'a' })
          .item('custom_tool_call_output', { call_id: 'a', output: '' }),
      [],
    ],
    [
      'local, with only an id',
      (it) =>
        result(
          it.item('local_shell_call', {
            id: 'a',
            call_id: null,
            action: { type: 'exec', command: ['ls'] },
            status: 'completed',
          }),
          'a',
        ),
      [],
    ],
    [
      'of the web, which bring their result',
      (it) =>
        complete(start(it).item('web_search_call', { status: 'completed', action: { type: 'search', query: 'x' } })),
      [],
    ],
  ])('may be %s', async (_how, write, expected) => {
    const rollout = session('envelope');
    write(rollout);
    expect(await rulesOf(rollout.bytes)).toEqual(expected);
  });

  it('of bare files are paired as well', async () => {
    const lines = [
      { id: '5b1f0c52-8f5e-4c3a-9d1e-0a6f5e3b7c21', timestamp: '2025-08-07T09:12:44.120Z', instructions: null },
      { type: 'function_call', id: 'f', name: 'shell', arguments: '{}', call_id: 'a' },
      { type: 'function_call_output', call_id: 'b', output: '' },
    ];
    const found = await check(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(found.map(({ rule, severity, pointer }) => [rule, severity, pointer])).toEqual([
      ['RESULT-WITHOUT-CALL', 'error', '/call_id'],
      ['CALL-WITHOUT-RESULT', 'note', '/call_id'],
    ]);
  });

  it('may stand in the file that this one continues', async () => {
    const history_base = {
      thread_id: '01a01234-0000-7abc-8def-0123456789ab',
      end_ordinal_exclusive: 1,
      end_byte_offset: 9,
    };
    const rollout = session('paginated', { history_base }, 1);
    expect(await rulesOf(result(rollout, 'a').bytes)).toEqual(['RESULT-WITHOUT-CALL note 2', 'DANGLING note 1']);
  });

  it('are remembered in bounded number', async () => {
    const rollout = start(session('envelope'));
    for (let id = 0; id <= 10_000; id++) call(rollout, `c${id}`);
    const [first] = await check(rollout.bytes);
    expect(first).toMatchObject({ rule: 'CALL-WITHOUT-RESULT', severity: 'note', line: 3 });
    expect(first?.message).toMatch(/more than 10000 calls wait/);
  });
});
