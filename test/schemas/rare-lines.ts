import { dialectOf, type Line } from './lines.ts';

/** Kinds of line that a plain session does not hold, in the form of the version that is named, with the fields it wrote. */
export function rareLines(): Line[] {
  return rare.map(([version, what, value]) => {
    const line = value as Line['value'];
    return { version, place: `${what} of ${version}`, dialect: dialectOf(line), value: line };
  });
}

const thread = '01a203d8-3193-7933-bb6c-7d72a55b4496';
const turn = '01a203d8-31aa-7200-a3c3-d61421788987';
const time = '2026-02-03T10:00:00.000Z';

function meta(fields: object): object {
  return {
    id: thread,
    timestamp: time,
    cwd: '/home/ada/code',
    originator: 'codex_exec',
    cli_version: '0.0.0',
    ...fields,
  };
}

function message(text: string): object {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

function envelope(type: string, payload: object): object {
  return { timestamp: time, type, payload };
}

function event(type: string, fields: object = {}): object {
  return envelope('event_msg', { type, ...fields });
}

function paginated(type: string, payload: object, more: object = {}): object {
  return { timestamp: time, ordinal: 7, type, payload, ...more };
}

function completed(item: object): object {
  const times = { started_at_ms: 1795360829894, completed_at_ms: 1795360829894 };
  return paginated('event_msg', { type: 'item_completed', thread_id: thread, turn_id: turn, item, ...times });
}

const usage = {
  input_tokens: 1000,
  cached_input_tokens: 500,
  cache_write_input_tokens: 0,
  output_tokens: 50,
  reasoning_output_tokens: 0,
  total_tokens: 1050,
};
const tool = { name: 'lookup', description: 'Looks up', inputSchema: { type: 'object' } };
const spawned = { thread_spawn: { parent_thread_id: thread, depth: 1, agent_nickname: 'Ada', agent_role: 'worker' } };

const rare: [version: string, what: string, value: object][] = [
  ['0.8.0', 'meta without git', { id: thread, timestamp: time, instructions: 'Be brief.' }],
  [
    '0.8.0',
    'local shell call',
    { type: 'local_shell_call', id: 'l', call_id: 'c', status: 'completed', action: { type: 'exec', command: ['ls'] } },
  ],
  ['0.45.0', 'interruption', event('turn_aborted', { reason: 'interrupted' })],
  ['0.45.0', 'compaction', envelope('compacted', { message: 'so far' })],
  ['0.45.0', 'message with images', event('user_message', { message: 'see', images: ['data:image/png;base64,AA=='] })],
  ['0.80.0', 'rollback', event('thread_rolled_back', { num_turns: 2 })],
  ['0.80.0', 'mark of a compaction', event('context_compacted')],
  [
    '0.80.0',
    'start of a review',
    event('entered_review_mode', { target: { type: 'uncommittedChanges' }, user_facing_hint: 'current changes' }),
  ],
  ['0.80.0', 'end of a review', event('exited_review_mode', { review_output: null })],
  [
    '0.80.0',
    'turn context',
    envelope('turn_context', {
      cwd: '/home/ada/code',
      approval_policy: 'on-failure',
      sandbox_policy: { type: 'workspace-write', writable_roots: [], network_access: false },
      model: 'm',
      effort: 'high',
      summary: 'auto',
      base_instructions: 'Be brief.',
      user_instructions: null,
      truncation_policy: { mode: 'bytes', limit: 10000 },
    }),
  ],
  ['0.89.0', 'meta of a fork', envelope('session_meta', meta({ source: 'vscode', forked_from_id: thread }))],
  [
    '0.98.0',
    'meta with tools',
    envelope('session_meta', meta({ dynamic_tools: [tool], base_instructions: { text: '' } })),
  ],
  ['0.98.0', 'meta of a review', envelope('session_meta', meta({ source: { subagent: 'review' } }))],
  [
    '0.120.0',
    'meta of a sub-agent',
    envelope('session_meta', meta({ source: { subagent: spawned }, agent_role: 'worker' })),
  ],
  ['0.120.0', 'name', event('thread_name_updated', { thread_id: thread, thread_name: 'naïve 🚀' })],
  [
    '0.120.0',
    'compaction',
    envelope('compacted', { message: '', replacement_history: [message('first'), message('so far')] }),
  ],
  [
    '0.120.0',
    'command of the user',
    event('exec_command_end', {
      call_id: 'c',
      process_id: '1',
      turn_id: turn,
      command: ['bash', '-lc', 'ls'],
      cwd: '/home/ada/code',
      parsed_cmd: [{ type: 'list_files', cmd: 'ls', path: null }],
      source: 'user_shell',
      stdout: '',
      stderr: '',
      aggregated_output: 'a\n',
      exit_code: 0,
      duration: { secs: 0, nanos: 7631 },
      formatted_output: '',
      status: 'completed',
    }),
  ],
  [
    '0.120.0',
    'plan',
    event('item_completed', { thread_id: thread, turn_id: turn, item: { type: 'Plan', id: 'p', text: '# Plan\n' } }),
  ],
  [
    '0.142.5',
    'patch',
    event('patch_apply_end', {
      call_id: 'c',
      turn_id: turn,
      stdout: '',
      stderr: '',
      success: true,
      changes: { '/home/ada/code/a': { type: 'update', unified_diff: '@@', move_path: null } },
      status: 'completed',
    }),
  ],
  [
    '0.142.5',
    'meta of a sub-agent',
    envelope(
      'session_meta',
      meta({ session_id: thread, parent_thread_id: thread, thread_source: 'subagent', memory_mode: 'disabled' }),
    ),
  ],
  [
    '0.142.5',
    'compaction',
    envelope('compacted', {
      message: 'so far',
      replacement_history: [{ type: 'compaction', encrypted_content: 'AA==' }],
      window_number: 2,
      first_window_id: 'w1',
      previous_window_id: 'w1',
      window_id: 'w2',
    }),
  ],
  [
    '0.142.5',
    'goal',
    event('thread_goal_updated', {
      threadId: thread,
      goal: {
        threadId: thread,
        objective: 'Finish',
        status: 'paused',
        tokenBudget: 1000,
        tokensUsed: 0,
        timeUsedSeconds: 0,
        createdAt: 1795360830,
        updatedAt: 1795360830,
      },
    }),
  ],
  [
    '0.152.1',
    'meta of a fork by reference',
    paginated(
      'session_meta',
      meta({
        session_id: thread,
        source: 'exec',
        history_mode: 'paginated',
        forked_from_id: thread,
        forked_from_ordinal_exclusive: 7,
        history_base: { thread_id: thread, end_ordinal_exclusive: 7, end_byte_offset: 4096 },
      }),
    ),
  ],
  ['0.155.1', 'change of the world', paginated('world_state', { full: false, state: { model: 'm' } })],
  ['0.169.0', 'compaction of a turn', completed({ type: 'ContextCompaction', id: 'i' })],
  [
    '0.169.0',
    'call of a client tool',
    completed({
      type: 'DynamicToolCall',
      id: 'c',
      tool: 'lookup',
      arguments: { id: 'T-1' },
      status: 'completed',
      content_items: [{ type: 'inputText', text: 'found' }],
      success: true,
      duration: { secs: 0, nanos: 1 },
    }),
  ],
  [
    '0.169.0',
    'start of a sub-agent',
    completed({
      type: 'CollabAgentToolCall',
      id: 'c',
      tool: 'spawn_agent',
      status: 'completed',
      sender_thread_id: thread,
      receiver_thread_ids: [thread],
      agents_states: { [thread]: 'pending_init' },
    }),
  ],
  [
    '0.169.0',
    'declined patch',
    completed({ type: 'FileChange', id: 'c', changes: { a: { type: 'add', content: '' } }, status: 'declined' }),
  ],
  [
    '0.169.0',
    'output of code',
    paginated(
      'response_item',
      { type: 'custom_tool_call_output', id: 'o', call_id: 'c', output: [{ type: 'input_text', text: '42' }] },
      { metadata: { history_sequence: 3, sampled_through_sequence: 2, client_authored: false } },
    ),
  ],
  [
    '0.169.0',
    'tools added in mid-session',
    paginated('response_item', {
      type: 'additional_tools',
      id: 't',
      role: 'developer',
      tools: [{ type: 'function', name: 'f' }],
    }),
  ],
  [
    '0.169.0',
    'usage',
    paginated('token_usage_record', {
      thread_id: thread,
      turn_id: turn,
      session_id: thread,
      root_turn_id: turn,
      response_id: 'r',
      usage,
      turn_token_usage: usage,
      thread_token_usage: usage,
    }),
  ],
  [
    '0.169.0',
    'approval of ours',
    paginated('event_msg', {
      type: 'sessions_approval',
      call_id: 'c',
      decision: 'denied',
      by: 'user',
      reason: 'too broad',
    }),
  ],
];
