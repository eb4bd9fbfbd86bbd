// Writes a synthetic rollout of a wanted size: turns of a coding session with lines of realistic kinds and lengths.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Adds `plain` and `zst` to the context: paths of a large rollout in both forms, written when they are first asked for. */
export function lazyRollouts(context) {
  const plain = join(context.folder, 'plain.jsonl');
  const zst = join(context.folder, 'packed.jsonl.zst');
  const made = new Set();
  const once = (path, make) => {
    if (!made.has(path)) make();
    made.add(path);
    return path;
  };
  return {
    ...context,
    get plain() {
      return once(plain, () => writeRollout(plain, context.megabytes * 1e6));
    },
    get zst() {
      return once(zst, () => execFileSync('zstd', ['-q', '-3', '-f', this.plain, '-o', zst]));
    },
  };
}

/**
 * @param path where to; replaced when it is there
 * @param bytes about how large
 * @param options.rareEvery one `compacted` record for so many turns: the rare type of the filter benchmarks
 * @param options.begin milliseconds since the epoch; programs that look for duplicates go by times, so no two sessions
 *   should have the same ones
 */
export function writeRollout(path, bytes, options = {}) {
  const { rareEvery = 200, threadId = '0190aaaa-0000-7000-8000-000000000001', begin = 1_790_000_000_000 } = options;
  const stamp = (place) => new Date(begin + place * 137).toISOString();
  const file = openSync(path, 'w');
  let written = 0;
  let ordinal = 0;
  let turn = 0;
  let pending = [];
  let pendingBytes = 0;
  const random = lcg(42);
  const line = (type, payload) => {
    const text = `${JSON.stringify({ timestamp: stamp(ordinal), ordinal, type, payload })}\n`;
    ordinal++;
    pending.push(text);
    pendingBytes += text.length;
    if (pendingBytes > 1 << 20) flush();
  };
  const flush = () => {
    written += writeSync(file, pending.join(''));
    pending = [];
    pendingBytes = 0;
  };

  line('session_meta', {
    session_id: threadId,
    id: threadId,
    timestamp: stamp(0),
    cwd: '/home/dev/project',
    originator: 'codex_exec',
    cli_version: '0.169.0',
    source: 'exec',
    model_provider: 'openai',
    history_mode: 'paginated',
  });
  while (written + pendingBytes < bytes) {
    turn++;
    const turnId = `0190aaaa-0000-7000-9000-${String(turn).padStart(12, '0')}`;
    const item = (body) =>
      line('event_msg', {
        type: 'item_completed',
        thread_id: threadId,
        turn_id: turnId,
        item: body,
        completed_at_ms: 1.7e12 + ordinal,
      });
    line('event_msg', {
      type: 'task_started',
      turn_id: turnId,
      model_context_window: 258400,
      collaboration_mode_kind: 'default',
    });
    line('turn_context', {
      turn_id: turnId,
      cwd: '/home/dev/project',
      approval_policy: 'never',
      permission_profile: { type: 'disabled' },
      model: 'gpt-5.5',
      summary: 'none',
      sandbox_policy: { type: 'danger-full-access' },
    });
    const question = words(random, 40);
    line('response_item', {
      type: 'message',
      id: `msg_${ordinal}`,
      role: 'user',
      content: [{ type: 'input_text', text: question }],
    });
    item({ type: 'UserMessage', id: `u${ordinal}`, content: [{ type: 'text', text: question, text_elements: [] }] });
    for (let call = 0; call < 3; call++) {
      const callId = `call_${turn}_${call}`;
      const command = `rg -n "${words(random, 3)}" src | head -${call + 10}`;
      line('response_item', {
        type: 'reasoning',
        id: `rs_${ordinal}`,
        summary: [{ type: 'summary_text', text: words(random, 30) }],
        content: null,
        encrypted_content: noise(random, 1200),
      });
      line('response_item', {
        type: 'function_call',
        id: `fc_${ordinal}`,
        name: 'exec_command',
        arguments: JSON.stringify({ cmd: command }),
        call_id: callId,
      });
      const output = source(random, 60);
      item({
        type: 'CommandExecution',
        id: callId,
        command: ['/bin/bash', '-lc', command],
        cwd: 'file:///home/dev/project',
        parsed_cmd: [{ type: 'unknown', cmd: command }],
        source: 'unified_exec_startup',
        status: 'completed',
        aggregated_output: output,
        exit_code: 0,
        duration: { secs: 0, nanos: 51_000_000 },
      });
      line('response_item', {
        type: 'function_call_output',
        id: `fco_${ordinal}`,
        call_id: callId,
        output: `Chunk ID: 07cd83\nWall time: 0.0510 seconds\nProcess exited with code 0\nOriginal token count: 600\nOutput:\n${output}`,
      });
      const usage = {
        input_tokens: 1000 * turn,
        cached_input_tokens: 900 * turn,
        output_tokens: 50 * turn,
        reasoning_output_tokens: 10,
        total_tokens: 1050 * turn,
      };
      line('event_msg', {
        type: 'token_count',
        info: { total_token_usage: usage, last_token_usage: usage, model_context_window: 258400 },
        rate_limits: null,
      });
    }
    const answer = words(random, 120);
    item({ type: 'AgentMessage', id: `a${ordinal}`, content: [{ type: 'Text', text: answer }] });
    line('response_item', {
      type: 'message',
      id: `msg_${ordinal}`,
      role: 'assistant',
      content: [{ type: 'output_text', text: answer }],
    });
    if (turn % rareEvery === 0) line('compacted', { message: words(random, 200), replacement_history: [] });
    line('event_msg', { type: 'task_complete', turn_id: turnId, last_agent_message: answer, duration_ms: 5100 });
  }
  flush();
  closeSync(file);
  return { turns: turn, lines: ordinal };
}

const vocabulary =
  'the session file reader keeps every record of a turn and writes what it found to a stream of events while tests check that nothing is lost'.split(
    ' ',
  );

function words(random, count) {
  return Array.from({ length: count }, () => vocabulary[random() % vocabulary.length]).join(' ');
}

function source(random, lines) {
  return Array.from(
    { length: lines },
    (_, i) => `src/${words(random, 1)}.ts:${i}:\tconst ${words(random, 1)} = "${words(random, 4)}";`,
  ).join('\n');
}

function noise(random, length) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return Array.from({ length }, () => letters[random() % 64]).join('');
}

/** A small generator with a seed, so that every run measures the same bytes. */
function lcg(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
}
