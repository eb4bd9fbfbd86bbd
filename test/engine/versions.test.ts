import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { type Entry, envelope, idOf, jsonl, makeHome, type Payload, paginated, record, timeAt } from '../builders.ts';
import { count } from '../corpus/independent-count.ts';
import { kinds, readThread, said } from './reading.ts';

/*
 * Small sessions in the shapes of versions of the real Codex, field by field. Whatever a version adds or leaves out, they
 * tell the same story: one user message, one command, one answer.
 */

const id = idOf(1);
const usage = {
  input_tokens: 900,
  cached_input_tokens: 0,
  output_tokens: 100,
  reasoning_output_tokens: 0,
  total_tokens: 1000,
};
const info = { total_token_usage: usage, last_token_usage: usage, model_context_window: 272_000 };
const tokenCount = (more: Payload = {}) => record.event('token_count', { info, rate_limits: null, ...more });
const passthrough = { internal_chat_message_metadata_passthrough: { turn_id: 'turn-1' } };
const git = { commit_hash: 'abc', branch: 'main' };

const call = (name: string, args: object, more: Payload = {}) =>
  record.item('function_call', { name, arguments: JSON.stringify(args), call_id: 'call_1', ...more });
const output = (text: string, more: Payload = {}) =>
  record.item('function_call_output', { call_id: 'call_1', output: text, ...more });
const message = (role: string, text: string, more: Payload = {}) =>
  record.item('message', {
    role,
    content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
    ...more,
  });
const wrapped = (text: string) => JSON.stringify({ output: text, metadata: { exit_code: 0, duration_seconds: 0.1 } });
const context = (more: Payload = {}): Entry => [
  'turn_context',
  {
    cwd: '/home/dev/widget',
    approval_policy: 'never',
    sandbox_policy: { type: 'read-only' },
    model: 'gpt-5',
    summary: 'auto',
    ...more,
  },
];

const bare = [
  { id, timestamp: timeAt(0), instructions: null, git },
  { record_type: 'state' },
  {
    type: 'message',
    id: null,
    role: 'user',
    content: [{ type: 'input_text', text: '<user_instructions>\n\nbe kind\n\n</user_instructions>' }],
  },
  {
    type: 'message',
    id: null,
    role: 'user',
    content: [{ type: 'input_text', text: '<environment_context>\n</environment_context>' }],
  },
  { type: 'message', id: null, role: 'user', content: [{ type: 'input_text', text: 'list' }] },
  { type: 'reasoning', id: 'rs_1', summary: [], content: null, encrypted_content: 'x' },
  { type: 'function_call', id: 'fc_1', name: 'shell', arguments: '{"command":["bash","-lc","ls"]}', call_id: 'call_1' },
  { type: 'function_call_output', call_id: 'call_1', output: wrapped('a\n') },
  { record_type: 'state' },
  { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] },
];

/** Before 0.101: no marks around a turn, each message twice. */
function unmarked(meta: Payload, shell: [Entry, Entry], more: Entry[] = [], user: Payload = {}) {
  return envelope(
    [
      'session_meta',
      { id, timestamp: timeAt(0), cwd: '/home/dev/widget', originator: 'codex_exec', cli_version: '0', ...meta },
    ],
    message('user', '<environment_context>\n</environment_context>'),
    ...more,
    message('user', 'list'),
    record.event('user_message', { message: 'list', ...user }),
    tokenCount({ info: null }),
    ...shell,
    tokenCount(),
    record.event('agent_message', { message: 'done' }),
    message('assistant', 'done'),
    tokenCount(),
  );
}

/** 0.101 to 0.147, and legacy threads of later versions. */
function marked(meta: Payload, more: { before?: Entry[]; after?: Entry[]; start?: Payload; item?: Payload } = {}) {
  const { before = [], after = [], start = {}, item = {} } = more;
  return envelope(
    [
      'session_meta',
      {
        id,
        timestamp: timeAt(0),
        cwd: '/home/dev/widget',
        originator: 'codex_exec',
        cli_version: '0',
        source: 'exec',
        ...meta,
      },
    ],
    record.event('task_started', {
      turn_id: 'turn-1',
      model_context_window: 1,
      collaboration_mode_kind: 'default',
      ...start,
    }),
    ...before,
    message('developer', '<permissions instructions>', item),
    message('user', '# AGENTS.md instructions for /home/dev/widget\n\n<INSTRUCTIONS>', item),
    context({ turn_id: 'turn-1' }),
    message('user', 'list', item),
    record.event('user_message', { message: 'list', images: [], local_images: [], text_elements: [] }),
    call('exec_command', { cmd: 'ls' }, item),
    output(
      'Chunk ID: a1\nWall time: 0.1 seconds\nProcess exited with code 0\nOriginal token count: 1\nOutput:\na\n',
      item,
    ),
    record.event('agent_message', { message: 'done', phase: 'final_answer', memory_citation: null }),
    message('assistant', 'done', item),
    tokenCount(),
    ...after,
    record.event('task_complete', { turn_id: 'turn-1', last_agent_message: 'done', completed_at: 1, duration_ms: 5 }),
  );
}

/** 0.149 and later: ordinals, completed items in place of messages. */
function counted(meta: Payload, more: Entry[] = [], shell: Entry[] = [], metadata: object | null = null) {
  const item = (type: string, fields: Payload): Entry =>
    record.event('item_completed', {
      thread_id: id,
      turn_id: 'turn-1',
      item: { type, id: `item-${type}`, ...fields },
      started_at_ms: 1,
      completed_at_ms: 2,
    });
  const command = {
    command: ['/bin/bash', '-lc', 'ls'],
    cwd: 'file:///home/dev/widget',
    parsed_cmd: [],
    source: 'agent',
    status: 'completed',
    aggregated_output: 'a\n',
    exit_code: 0,
    duration: { secs: 0, nanos: 100_000_000 },
    process_id: '1',
  };
  const lines = paginated(
    0,
    [
      'session_meta',
      {
        session_id: id,
        id,
        timestamp: timeAt(0),
        cwd: '/home/dev/widget',
        originator: 'codex_exec',
        cli_version: '0',
        source: 'exec',
        history_mode: 'paginated',
        ...meta,
      },
    ],
    record.event('task_started', {
      turn_id: 'turn-1',
      root_turn_id: 'turn-1',
      started_at: 1,
      model_context_window: 1,
      collaboration_mode_kind: 'default',
    }),
    ...more,
    message('user', '<environment_context>', passthrough),
    context({ turn_id: 'turn-1', comp_hash: null }),
    message('user', 'list', passthrough),
    item('UserMessage', { content: [{ type: 'text', text: 'list', text_elements: [] }] }),
    ...(shell.length > 0
      ? shell
      : [
          call('exec_command', { cmd: 'ls' }, passthrough),
          item('CommandExecution', command),
          output('Chunk ID: a\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\na\n', passthrough),
        ]),
    item('AgentMessage', { content: [{ type: 'Text', text: 'done' }], phase: null }),
    message('assistant', 'done', passthrough),
    tokenCount(),
    record.event('task_complete', {
      root_turn_id: 'turn-1',
      turn_id: 'turn-1',
      last_agent_message: 'done',
      started_at: 1,
      completed_at: 2,
      duration_ms: 3,
    }),
  );
  return lines.map((line) => (metadata && line.type === 'response_item' ? { ...line, metadata } : line));
}

const codeMode: Entry[] = [
  record.item('additional_tools', { id: 'at_1', role: 'developer', tools: [{ type: 'custom', name: 'exec' }] }),
  record.item('custom_tool_call', {
    id: 'ctc_1',
    status: 'completed',
    call_id: 'call_1',
    name: 'exec',
    input: 'text(await tools.exec_command({cmd: "ls"}))',
  }),
  record.item('custom_tool_call_output', {
    id: 'ctco_1',
    call_id: 'call_1',
    output: [{ type: 'input_text', text: 'a\n' }],
  }),
];

const usageRecord: Entry = [
  'token_usage_record',
  { thread_id: id, turn_id: 'turn-1', usage: { total_tokens: 77 }, thread_token_usage: { total_tokens: 99_999 } },
];
const world: Entry = ['world_state', { full: true, state: { apps: [] } }];
const settings = record.event('thread_settings_applied', {
  thread_id: id,
  thread_settings: { model: 'gpt-5', cwd: '/home/dev/widget' },
});

const sessions: [version: string, lines: object[], tokens: number | null][] = [
  ['0.20', bare, null],
  ['0.29', [...bare.slice(0, 4), { record_type: 'state' }, ...bare.slice(4)], null],
  [
    '0.34',
    unmarked({ instructions: null, git }, [call('shell', { command: ['ls'] }), output(wrapped('a\n'))], [], {
      kind: 'plain',
    }),
    1000,
  ],
  [
    '0.36',
    unmarked(
      { instructions: 'x', git },
      [call('shell', { command: ['ls'] }), output(wrapped('a\n'))],
      [context({ sandbox_policy: { mode: 'read-only' } })],
    ),
    1000,
  ],
  [
    '0.45',
    unmarked(
      { instructions: null, source: 'exec', git },
      [call('shell', { command: ['ls'] }), output(wrapped('a\n'))],
      [context({ sandbox_policy: { mode: 'read-only' } })],
      { kind: 'plain' },
    ),
    1000,
  ],
  [
    '0.61',
    unmarked(
      { instructions: null, source: 'exec', model_provider: 'mock', git },
      [call('shell_command', { command: 'ls' }), output('Exit code: 0\nWall time: 0.1 seconds\nOutput:\na\n')],
      [record.item('ghost_snapshot', { ghost_commit: { id: 'x', parent: null } }), context()],
      { images: [] },
    ),
    1000,
  ],
  [
    '0.80',
    unmarked(
      { instructions: null, source: { subagent: 'review' }, model_provider: 'mock' },
      [call('shell_command', { command: 'ls' }), output('Exit code: 0\nWall time: 0.1 seconds\nOutput:\na\n')],
      [
        record.event('entered_review_mode', { target: { type: 'custom' }, user_facing_hint: 'h' }),
        context({ user_instructions: 'x', truncation_policy: { mode: 'bytes', limit: 1 } }),
      ],
      { images: [] },
    ),
    1000,
  ],
  [
    '0.89',
    unmarked(
      { source: 'vscode', model_provider: 'mock', base_instructions: { text: 'x' } },
      [call('shell_command', { command: 'ls' }), output('Exit code: 0\nWall time: 0.1 seconds\nOutput:\na\n')],
      [context({ personality: 'friendly' })],
      { images: [], local_images: [], text_elements: [] },
    ),
    1000,
  ],
  ['0.120', marked({ base_instructions: { text: 'x' }, agent_nickname: 'Ada', agent_role: 'worker' }), 1000],
  [
    '0.142.5',
    marked(
      {
        session_id: idOf(9),
        parent_thread_id: idOf(9),
        thread_source: 'subagent',
        multi_agent_version: 'v2',
        memory_mode: 'disabled',
      },
      {
        start: { started_at: 1 },
        item: { id: 'x_1', ...passthrough },
        after: [
          record.event('patch_apply_end', {
            call_id: 'p',
            turn_id: 'turn-1',
            stdout: '',
            stderr: '',
            success: true,
            changes: {},
            status: 'completed',
          }),
          record.event('thread_goal_updated', { threadId: id, goal: { text: 'g' } }),
          [
            'session_meta',
            {
              id,
              timestamp: timeAt(0),
              cwd: '/home/dev/widget',
              originator: 'o',
              cli_version: '0',
              memory_mode: 'disabled',
            },
          ],
        ],
      },
    ),
    1000,
  ],
  [
    '0.147',
    marked(
      { session_id: id, history_mode: 'legacy', context_window: { window_id: 'w' } },
      { before: [settings, world], item: passthrough },
    ),
    1000,
  ],
  ['0.149', counted({ context_window: { window_id: 'w' } }, [settings, world]), 1000],
  ['0.152', counted({ forked_from_ordinal_exclusive: null, history_base: null }, [settings, world]), 1000],
  [
    '0.155',
    counted({ runtime_workspace_roots: ['/home/dev/widget'] }, [settings, world, usageRecord], [], {
      history_sequence: 1,
      sampled_through_sequence: 0,
      client_authored: false,
    }),
    1000,
  ],
  [
    '0.169',
    counted(
      { account_scoped: false, base_instructions: { text: 'x', provenance: 'default' } },
      [settings, world, usageRecord],
      codeMode,
      { history_sequence: 1 },
    ),
    1000,
  ],
];

describe.each(sessions)('a session of Codex %s', (_version, lines, tokens) => {
  it('is told like any other', async () => {
    const home = makeHome();
    home.rollout(id, lines);
    const reading = await readThread(home, id);
    expect(said(reading)).toEqual(['list', 'done']);
    expect(reading.problems).toEqual([]);
    expect(kinds(reading).filter((kind) => kind.startsWith('tool_'))).toEqual(['tool_call', 'tool_result']);
    const byKind = (kind: string) => reading.events.find((_event, index) => kinds(reading)[index] === kind);
    expect(byKind('tool_call')?.item.call_id).toBe('call_1');
    expect(byKind('tool_result')?.item).toMatchObject({
      call_id: 'call_1',
      status: 'completed',
      output: expect.stringContaining('a\n'),
    });
    expect(byKind('UserMessage')?.turn).toBe(1);
    expect(reading.events.at(-1)?.turn).toBe(1);
    expect(reading.events.filter(({ synthetic }) => !synthetic).map(({ line }) => line)).toEqual(
      lines.map((_line, index) => index + 1),
    );
    const totals = reading.events.flatMap(({ msg }) => msg?.total?.total_tokens ?? []);
    expect(totals.at(-1) ?? null).toBe(tokens);
    for (const event of reading.events) expect(validateEvent(event)).toMatchObject({ ok: true });
  });

  it('has the numbers that the independent count has', () => {
    const values = jsonl(lines).trimEnd().split('\n');
    const facts = values.map((text, index) => ({ number: index + 1, offset: 0, value: JSON.parse(text) }));
    expect(count([facts])).toEqual({
      records: lines.length,
      userMessages: 1,
      toolCalls: 1,
      toolResults: 1,
      turns: 1,
      tokens,
    });
  });
});
