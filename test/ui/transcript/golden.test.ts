import { expect, it } from 'vitest';
import type { EventHead } from '../../../src/model/event.ts';
import { call, item, meta, msg, result, shell, transcriptOf } from './events.ts';

it('a small session reads as a whole', () => {
  const id = '01a203d7-e316-7a80-9774-2c7443b7cb15';
  const at = (turn: number, time: string, more: Partial<EventHead> = {}) => ({
    thread_id: id,
    turn,
    timestamp: `2026-11-22T${time}.000Z`,
    ...more,
  });
  const patch = '*** Begin Patch\n*** Update File: README.md\n@@\n-hello\n+hello, world\n*** End Patch';
  const second = at(2, '14:03:40', { rolled_back: true });
  const events = [
    meta(
      { id, timestamp: '2026-11-22T14:02:10.500Z', cwd: '/home/dev/widget', source: 'cli', cli_version: '0.169.0' },
      at(0, '14:02:10'),
    ),
    msg('TurnStarted', {}, at(1, '14:02:11')),
    item('message', { role: 'user', content: [{ type: 'input_text', text: 'Greet the world.' }] }, at(1, '14:02:11')),
    msg('UserMessage', { text: 'Greet the world.' }, at(1, '14:02:11')),
    msg('AgentReasoning', { text: '**Reading first**' }, at(1, '14:02:12')),
    { ...shell('cat README.md'), ...at(1, '14:02:13') },
    { ...result('hello\n', { exit_code: 0, duration_ms: 12 }), ...at(1, '14:02:13') },
    { ...call('apply_patch', { input: patch }, { call_id: 'c2' }), ...at(1, '14:02:14') },
    {
      ...item('file_change', {
        call_id: 'c2',
        changes: { 'README.md': { type: 'update', unified_diff: '@@ -1 +1 @@\n-hello\n+hello, world\n' } },
        status: 'completed',
      }),
      ...at(1, '14:02:14'),
    },
    {
      ...result('Success. Updated the following files:\nM README.md\n', { call_id: 'c2', exit_code: 0 }),
      ...at(1, '14:02:14'),
    },
    { ...shell('npm test', { call_id: 'c3' }), ...at(1, '14:02:15') },
    {
      ...result('1 failed\n', { call_id: 'c3', exit_code: 1, duration_ms: 4_210, status: 'failed' }),
      ...at(1, '14:02:19'),
    },
    msg('AgentMessage', { text: 'Done, but a test fails:\n\n- `greets` expects *hello*' }, at(1, '14:02:20')),
    msg(
      'TokenCount',
      { total: { input_tokens: 3210, cached_input_tokens: 1500, output_tokens: 150 } },
      at(1, '14:02:20'),
    ),
    msg('TurnComplete', { duration_ms: 9000 }, at(1, '14:02:20')),
    msg('UserMessage', { text: 'Drop the test.' }, second),
    { ...shell('git rm test/greet.js', { call_id: 'c4' }), ...second },
    { ...result('aborted by user after 2.6s', { call_id: 'c4', status: 'aborted' }), ...second },
    msg('TurnAborted', { reason: 'interrupted' }, second),
    msg('ThreadRolledBack', { num_turns: 1 }, second),
  ];
  expect(`\n${transcriptOf(events, { columns: 60 })}`).toMatchInlineSnapshot(`
    "
    ── session 01a203d7 ────────────────────────────────────────
       id         01a203d7-e316-7a80-9774-2c7443b7cb15
       directory  /home/dev/widget
       source     cli
       version    0.169.0
       created    2026-11-22 14:02:10 UTC

    ── turn 1 ─ 14:02:11 ───────────────────────────────────────

    > Greet the world.

    ~ Reading first

    $ cat README.md
    │ hello
    └ exit 0 · 12 ms

    ± apply_patch: 1 file +1 -1
      M README.md +1 -1
    ╎ @@
    ╎ -hello
    ╎ +hello, world
    └ changes completed

    $ npm test
    │ 1 failed
    └ exit 1 · 4.2 s

    • Done, but a test fails:

      - \`greets\` expects *hello*

    · tokens so far: 3 210 in (1 500 cached), 150 out

    ── turn 2 ─ 14:03:40 ─ rolled back ─────────────────────────

    > Drop the test.

    $ git rm test/greet.js
    │ aborted by user after 2.6s
    └ aborted

    ! turn aborted: interrupted

    ! 1 turn rolled back
    "
  `);
});
