import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Assembler } from '../../../src/engine/assemble.ts';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { validateLine } from '../../../src/format/schemas.ts';
import type { Event } from '../../../src/model/event.ts';
import { eventLine } from '../../../src/model/event-line.ts';
import type { RecordedEvent, Recorder } from '../../../src/runner/recorder/recorder.ts';
import { homeAt } from '../../../src/store/home.ts';
import { envelope, jsonl, makeHome, paginated as paginatedLines, record, turn } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';
import { kindsOf, linesIn, openIn, settings, start, threadId, turnId } from './recording.ts';

const usage = {
  input_tokens: 9,
  cached_input_tokens: 1,
  output_tokens: 2,
  reasoning_output_tokens: 1,
  total_tokens: 11,
};
const user = { text: 'hello', images: [], localImages: [] };
const agent = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] };
const reasoning = {
  type: 'reasoning',
  summary: [
    { type: 'summary_text', text: 'so' },
    { type: 'summary_text', text: 'then' },
  ],
};
const call = { type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c1' };
const output = { type: 'function_call_output', call_id: 'c1', output: 'a\n' };

describe('a new thread', () => {
  it('has no file before its first turn, and its data as the first line after', async () => {
    const home = makeHome();
    const recorder = await openIn(home, {
      thread: {
        kind: 'new',
        threadId,
        isEphemeral: false,
        start: {
          ...start,
          memoryMode: 'disabled',
          forkedFrom: 'parent',
          dynamicTools: [{ name: 'find', description: 'Finds', inputSchema: { type: 'object' }, command: ['./find'] }],
        },
      },
    });
    await recorder.barrier();
    expect(existsSync(recorder.path as string)).toBe(false);
    await recorder.begin({ turnId, contextWindow: 1000 }).durable;
    await recorder.close({ compress: 'never' });
    const [meta, started] = linesIn(recorder.path);
    expect(meta).toEqual({
      timestamp: expect.stringMatching(/^2026-03-04T05:06:07\.\d{3}Z$/),
      type: 'session_meta',
      payload: {
        id: threadId,
        forked_from_id: 'parent',
        timestamp: '2026-03-04T05:06:07.089Z',
        cwd: '/work',
        originator: 'sessions',
        cli_version: '0.1.0',
        source: 'exec',
        model_provider: 'mock',
        base_instructions: { text: 'Be brief.' },
        dynamic_tools: [
          {
            type: 'function',
            name: 'find',
            description: 'Finds',
            inputSchema: { type: 'object' },
            deferLoading: false,
            command: ['./find'],
          },
        ],
        memory_mode: 'disabled',
        git: { commit_hash: 'abc', branch: 'main' },
      },
    });
    expect(started.payload).toEqual({
      type: 'task_started',
      turn_id: turnId,
      started_at: 1772600767,
      model_context_window: 1000,
      collaboration_mode_kind: 'default',
    });
  });

  it('leaves no trace when it is ephemeral, and is told of all the same', async () => {
    const home = makeHome();
    const told: RecordedEvent[] = [];
    const thread = { kind: 'new' as const, threadId, isEphemeral: true, start };
    const recorder = await openIn(home, { thread, onRecord: (event) => told.push(event) });
    await wholeTurn(recorder);
    expect(await recorder.close({ compress: 'exit' })).toEqual({ path: null, problem: null });
    expect([recorder.path, readdirSync(home.path)]).toEqual([null, []]);
    expect(told.map(({ line }) => line)).toEqual(told.map((_, index) => index + 1));
    expect(told.map(({ body }) => body.type)).toContain('SessionMeta');
  });

  it('gets an id of its own when none is given', async () => {
    const recorder = await openIn(makeHome(), { thread: { kind: 'new', isEphemeral: true, start } });
    expect(recorder.threadId).toMatch(/^019cb[0-9a-f]{3}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  });
});

describe('what happens', () => {
  it('is said as Codex 0.120 does in the envelope dialect, every line as the schema allows it', async () => {
    const recorder = await openIn(makeHome());
    await wholeTurn(recorder);
    await recorder.close({ compress: 'never' });
    const lines = linesIn(recorder.path);
    expect(kindsOf(lines)).toEqual([
      'session_meta',
      'event_msg/task_started',
      'turn_context',
      'response_item/message',
      'event_msg/user_message',
      'event_msg/agent_reasoning',
      'event_msg/agent_reasoning',
      'response_item/reasoning',
      'response_item/function_call',
      'event_msg/sessions_approval',
      'response_item/function_call_output',
      'event_msg/patch_apply_end',
      'event_msg/agent_message',
      'response_item/message',
      'compacted',
      'event_msg/context_compacted',
      'event_msg/warning',
      'event_msg/token_count',
      'event_msg/task_complete',
    ]);
    expect(faults('envelope', lines)).toEqual([]);
    expect(lines[2].payload).toMatchObject({
      turn_id: turnId,
      current_date: '2026-03-04',
      timezone: 'Pacific/Auckland',
      effort: 'high',
      sandbox_policy: { type: 'workspace-write', writable_roots: ['/more'], network_access: true },
    });
    expect(lines[9].payload).toEqual({
      type: 'sessions_approval',
      call_id: 'c1',
      decision: 'declined',
      by: 'user',
      reason: 'no',
    });
    expect(lines.at(-2).payload.info).toEqual({
      total_token_usage: usage,
      last_token_usage: usage,
      model_context_window: 1000,
    });
    expect(lines.at(-1).payload).toEqual({
      type: 'task_complete',
      turn_id: turnId,
      last_agent_message: 'hi',
      completed_at: expect.any(Number),
      duration_ms: expect.any(Number),
    });
  });

  it('is said as Codex 0.169 does in the paginated dialect, numbered, every line as the schema allows it', async () => {
    const home = makeHome();
    const meta = record.meta(threadId, { history_mode: 'paginated', session_id: threadId });
    const path = home.rollout(threadId, paginatedLines(0, meta, record.userEvent('x')));
    const recorder = await openIn(home, { thread: { kind: 'resumed', threadId, path } });
    await wholeTurn(recorder);
    await recorder.close({ compress: 'never' });
    const lines = linesIn(path).slice(2);
    expect(kindsOf(lines)).toEqual([
      'event_msg/task_started',
      'turn_context',
      'response_item/message',
      'event_msg/item_completed/UserMessage',
      'event_msg/item_completed/Reasoning',
      'response_item/reasoning',
      'response_item/function_call',
      'event_msg/sessions_approval',
      'event_msg/item_completed/CommandExecution',
      'response_item/function_call_output',
      'event_msg/item_completed/FileChange',
      'event_msg/item_completed/AgentMessage',
      'response_item/message',
      'compacted',
      'event_msg/item_completed/ContextCompaction',
      'event_msg/warning',
      'event_msg/token_count',
      'event_msg/task_complete',
    ]);
    expect(lines.map(({ ordinal }) => ordinal)).toEqual(lines.map((_, index) => index + 2));
    expect(faults('paginated', lines)).toEqual([]);
    expect(lines[8].payload.item).toMatchObject({
      id: 'c1',
      command: ['bash', '-lc', 'ls'],
      cwd: 'file:///work/a%20b',
      exit_code: -1,
      duration: { secs: 61, nanos: 5_000_000 },
    });
  });

  it.each([
    [{ type: 'read-only' as const }, 'managed'],
    [{ type: 'danger-full-access' as const }, 'disabled'],
  ])('is set in a turn: %j', async (sandboxPolicy, profile) => {
    const recorder = await openIn(makeHome());
    recorder.context({
      ...settings,
      sandboxPolicy,
      reasoningEffort: null,
      timezone: 'no/where',
      userInstructions: 'x',
    });
    await recorder.close({ compress: 'never' });
    const [, context] = linesIn(recorder.path);
    expect(context.payload).toMatchObject({ sandbox_policy: sandboxPolicy, permission_profile: { type: profile } });
    expect(faults('envelope', [context])).toEqual([]);
    expect(Object.keys(context.payload)).not.toContain('effort');
  });

  it('ends by an interruption, or by an error', async () => {
    const recorder = await openIn(makeHome());
    recorder.begin({ turnId, contextWindow: null });
    recorder.endTurn({ outcome: 'aborted', reason: 'interrupted' });
    recorder.begin({ turnId, contextWindow: null });
    recorder.endTurn({ outcome: 'completed', lastMessage: null, error: 'the server is gone' });
    await recorder.close({ compress: 'never' });
    const lines = linesIn(recorder.path);
    expect(faults('envelope', lines)).toEqual([]);
    expect(lines[2].payload).toMatchObject({ type: 'turn_aborted', turn_id: turnId, reason: 'interrupted' });
    expect(lines[4].payload.error).toEqual({ message: 'the server is gone', codex_error_info: 'other' });
  });

  it('is sent with pictures, as the model gets them and as people see them', async () => {
    const recorder = await openIn(makeHome());
    recorder.userMessage({ text: 'look', images: ['data:a'], localImages: [{ path: '/p.png', url: 'data:b' }] });
    await recorder.close({ compress: 'never' });
    const [, item, event] = linesIn(recorder.path);
    expect(
      item.payload.content.map(({ text, image_url }: { text?: string; image_url?: string }) => text ?? image_url),
    ).toEqual(['<image name=[Image #1]>', 'data:b', '</image>', '<image>', 'data:a', '</image>', 'look']);
    expect(event.payload).toMatchObject({ message: 'look', images: ['data:a'], local_images: ['/p.png'] });
  });

  it('holds text that JSON has trouble with, which Codex would take for a broken line', async () => {
    const recorder = await openIn(makeHome());
    const text = 'half \ud83d of it, \\ud83d as text, \u2028 and 🚀';
    recorder.item({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
    await recorder.close({ compress: 'never' });
    const raw = readFileSync(recorder.path as string, 'utf8');
    expect(raw).not.toMatch(/[^\\]\\ud83d/);
    expect(linesIn(recorder.path).at(-1).payload.content[0].text).toBe(
      'half \ufffd of it, \\ud83d as text, \u2028 and 🚀',
    );
  });
});

describe('times', () => {
  it('never go back within a run', async () => {
    let now = 2_000_000_000_000;
    const clock = { now: () => (now -= 1000), sleep: async () => {} };
    const recorder = await openIn(makeHome(), { clock });
    await wholeTurn(recorder);
    await recorder.close({ compress: 'never' });
    const times = linesIn(recorder.path).map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort());
  });
});

describe('the event stream', () => {
  it.each(['envelope', 'paginated'] as const)('is what `show` prints later: %s', async (dialect) => {
    const home = makeHome();
    const told: RecordedEvent[] = [];
    const onRecord = (event: RecordedEvent) => told.push(event);
    let before: Event[] = [];
    if (dialect === 'paginated') {
      const meta = record.meta(threadId, { history_mode: 'paginated' });
      const path = home.rollout(threadId, `${jsonl(paginatedLines(0, meta))}{"torn`);
      before = (await shown(home.path)).slice(0, 1);
      const recorder = await openIn(home, { thread: { kind: 'resumed', threadId, path }, onRecord });
      expect(recorder.tail).toMatchObject({ length: 6, isRecord: false });
      await wholeTurn(recorder);
      await recorder.close({ compress: 'exit' });
    } else {
      const recorder = await openIn(home, { onRecord });
      await wholeTurn(recorder);
      await recorder.close({ compress: 'exit' });
    }
    const assembler = new Assembler(threadId);
    const events = told.flatMap(({ body, ...origin }) => assembler.add(body, origin));
    const streamed = [...events, ...assembler.finish()].map((event) => JSON.parse(eventLine(event, false)));
    const printed = (await shown(home.path)).slice(dialect === 'paginated' ? 2 : 0);
    expect(before.length).toBe(dialect === 'paginated' ? 1 : 0);
    const withoutPlace = ({ seq: _, schema: __, ...event }: Event) => event;
    expect(streamed.map(withoutPlace)).toEqual(printed.map(withoutPlace));
    expect(streamed.map(({ line }) => line)).toEqual(printed.map(({ line }) => line));
  });

  it('tells nothing that was not written', async () => {
    const home = makeHome();
    const told: RecordedEvent[] = [];
    const recorder = await openIn(home, { onRecord: (event) => told.push(event) });
    await recorder.begin({ turnId, contextWindow: null }).durable;
    expect(told).toHaveLength(2);
    const { rmSync } = await import('node:fs');
    rmSync(recorder.path as string);
    await expect(recorder.item(agent).written).rejects.toMatchObject({ kind: 'trouble', exit: 2 });
    expect(told).toHaveLength(2);
    expect(recorder.failure).toMatchObject({ kind: 'trouble' });
    await expect(recorder.close({ compress: 'exit' })).rejects.toMatchObject({ kind: 'trouble' });
  });
});

describe('the end', () => {
  it('compresses at once, or not', async () => {
    for (const [compress, end] of [
      ['exit', '.zst'],
      ['cold', ''],
      ['never', ''],
    ] as const) {
      const recorder = await openIn(makeHome());
      recorder.begin({ turnId, contextWindow: null });
      expect(await recorder.close({ compress })).toEqual({ path: `${recorder.path}${end}`, problem: null });
    }
  });

  it('says when it cannot compress, and leaves the session as it is', async () => {
    const home = makeHome();
    const path = home.rollout(threadId, envelope(record.meta(threadId), ...turn('x')));
    home.write(`${path.slice(home.path.length + 1)}.zst`, 'no frame');
    const recorder = await openIn(home, { thread: { kind: 'resumed', threadId, path } });
    const end = await recorder.close({ compress: 'exit' });
    expect(end).toMatchObject({ path, problem: { kind: expect.stringMatching(/refused|trouble/) } });
    expect(linesIn(path)).toHaveLength(9);
  });

  it('leaves a session that is listed with everything that `ls` tells', async () => {
    const home = makeHome();
    const recorder = await openIn(home);
    await wholeTurn(recorder);
    await recorder.close({ compress: 'exit' });
    const { out } = await runHere(['ls', '--json'], { env: { CODEX_HOME: home.path } });
    expect(JSON.parse(out.toString())).toMatchObject({
      thread_id: threadId,
      first_message: 'hello',
      cwd: '/work',
      git_branch: 'main',
      git_sha: 'abc',
      model: 'm1',
      source: 'exec',
      tokens_used: 11,
      turns: 1,
      tool_calls: 1,
      dialect: 'envelope',
      damage: [],
    });
    expect((await loadCatalog(homeAt(home.path))).obstacles).toEqual([]);
  });
});

/** A turn with one of everything. */
async function wholeTurn(recorder: Recorder): Promise<void> {
  recorder.begin({ turnId, contextWindow: 1000 });
  recorder.context(settings);
  recorder.userMessage(user);
  recorder.item(reasoning);
  recorder.item(call);
  recorder.approval({ callId: 'c1', decision: 'declined', by: 'user', reason: 'no' });
  await recorder.barrier();
  const command = { callId: 'c1', argv: ['bash', '-lc', 'ls'], cwd: '/work/a b', output: 'a\n' };
  recorder.command({ ...command, exitCode: null, status: 'failed', durationMs: 61_005 });
  recorder.item(output);
  recorder.fileChange({
    callId: 'c2',
    changes: {
      '/a': { type: 'add', content: 'x' },
      '/b': { type: 'update', unified_diff: '@@', move_path: '/c' },
      '/d': { type: 'delete', content: '' },
    },
    status: 'completed',
    stdout: '',
    stderr: '',
  });
  recorder.item(agent);
  recorder.compacted({
    message: 'short',
    items: [{ ...agent, role: 'user', content: [{ type: 'input_text', text: 'short' }] }],
  });
  recorder.event({ type: 'warning', message: 'careful' });
  recorder.tokens({ total: usage, last: usage, contextWindow: 1000 });
  await recorder.endTurn({ outcome: 'completed', lastMessage: 'hi' }).durable;
}

function faults(dialect: 'envelope' | 'paginated', lines: unknown[]): unknown[] {
  return lines.map((line) => validateLine(dialect, line)).filter((verdict) => !verdict.ok || verdict.unknown !== null);
}

async function shown(home: string): Promise<Event[]> {
  const { out } = await runHere(['show', '--json', threadId], { env: { CODEX_HOME: home } });
  return out
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
