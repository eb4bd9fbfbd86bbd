import { type Entry, envelope, jsonl, record } from '../builders.ts';

/** A session that holds a text in every place where one can stand. */
export function hostileSession(id: string, text: string): string {
  const patch = `*** Begin Patch\n*** Update File: ${text.replaceAll('\n', ' ')}\n@@ ${text}\n-${text}\n+${text}\n*** End Patch`;
  const changes = {
    [text]: { type: 'update', unified_diff: `@@ -1 +1 @@ ${text}\n-${text}\n+${text}\n`, move_path: text },
    [`/${text}`]: { type: text, content: text },
  };
  const entries: Entry[] = [
    record.meta(id, {
      cwd: text,
      originator: text,
      cli_version: text,
      source: { subagent: { [text]: text } },
      model: text,
      model_provider: text,
      git: { branch: text, commit_hash: text },
      base_instructions: { text },
      forked_from_id: text,
      parent_thread_id: text,
      agent_nickname: text,
      agent_role: text,
    }),
    record.item('message', { role: text, content: [{ type: 'input_text', text }] }),
    record.started(text),
    ['turn_context', { turn_id: text, cwd: text, approval_policy: text, sandbox_policy: { type: text }, model: text }],
    record.userItem(text),
    record.event('user_message', { message: text, images: [text, { image_url: text }], local_images: [text] }),
    record.event('agent_reasoning', { text }),
    record.item('reasoning', { summary: [{ type: 'summary_text', text }], content: [{ type: 'text', text }] }),
    record.call('c1', 'shell', { command: ['bash', '-lc', text], workdir: text, justification: text }),
    record.output('c1', JSON.stringify({ output: text, metadata: { exit_code: 1, duration_seconds: 1 } })),
    record.call('c2', 'shell', {
      command: [text, text],
      workdir: text,
      with_escalated_permissions: true,
      justification: text,
    }),
    record.output('c2', `${text}\n`.repeat(30)),
    record.call(text, text, { [text]: text, list: [text, { [text]: [] }] }),
    record.output(text, [
      { type: 'input_text', text },
      { type: 'input_image', image_url: text },
    ]),
    record.output('never called', text),
    record.call('c3', 'update_plan', { explanation: text, plan: [{ step: text, status: text }] }),
    record.item('custom_tool_call', { call_id: 'c4', name: 'apply_patch', input: patch }),
    record.item('custom_tool_call', { call_id: 'c5', name: text, input: text }),
    record.event('patch_apply_end', {
      call_id: 'c6',
      changes,
      success: false,
      status: text,
      stdout: text,
      stderr: text,
    }),
    record.event('exec_command_end', {
      call_id: 'c7',
      command: [text],
      aggregated_output: text,
      exit_code: 0,
      status: text,
    }),
    record.event('sessions_approval', { call_id: text, decision: text, by: text, reason: text }),
    record.item('web_search_call', { action: { query: text, pattern: text }, status: text }),
    record.item('image_generation_call', { result: text, revised_prompt: text, status: text }),
    record.event('error', { message: text }),
    record.event('stream_error', { message: text }),
    record.event('warning', { message: text }),
    record.event('thread_name_updated', { thread_name: text }),
    record.event('thread_goal_updated', { goal: { status: text, objective: text } }),
    record.event('entered_review_mode', { user_facing_hint: text }),
    record.event('exited_review_mode', {
      review_output: {
        overall_correctness: text,
        overall_explanation: text,
        findings: [{ title: text, body: text }],
      },
    }),
    record.event(text, { message: text, [text]: text }),
    record.item(text, { text }),
    [text, { [text]: text }],
    ['compacted', { message: text }],
    record.event('agent_message', { message: text }),
    record.completed({ type: 'Plan', text }),
    record.tokens(100),
    record.event('turn_aborted', { reason: text }),
    record.rolledBack(1),
    record.started('2'),
    record.event('user_message', { message: `Again: ${text}`, images: [] }),
    record.event('task_complete', { turn_id: text, error: { message: text } }),
  ];
  const lines = envelope(...entries);
  const odd = { ...lines[5], timestamp: text };
  return `${jsonl([...lines, odd])}${text.replaceAll('\n', ' ')}\n`;
}
