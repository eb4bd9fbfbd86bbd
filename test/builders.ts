import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const zstd = createRequire(import.meta.url)('zstd-napi') as typeof import('zstd-napi');

/** A temporary folder that is removed when the test file has run. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-test-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A temporary home of the Codex CLI. */
export function makeHome(): TestHome {
  return new TestHome(makeFolder());
}

export class TestHome {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Writes a rollout under the name that Codex would give it, and returns its path. */
  rollout(id: string, lines: Lines, options: RolloutOptions = {}): string {
    const name = rolloutName(id, options);
    const folder = options.archived ? 'archived_sessions' : 'sessions/2026/01/02';
    const content =
      typeof lines === 'string' || lines instanceof Uint8Array ? Buffer.from(lines) : Buffer.from(jsonl(lines));
    return this.write(`${folder}/${name}`, options.compressed ? zstd.compress(content) : content);
  }

  names(names: { [id: string]: string }): void {
    const lines = Object.entries(names).map(([id, thread_name]) => ({
      id,
      thread_name,
      updated_at: '2026-01-02T03:04:05Z',
    }));
    this.write('session_index.jsonl', jsonl(lines));
  }
}

export type Lines = readonly object[] | string | Uint8Array;

export interface RolloutOptions {
  /** Id of the file itself, for a segment after a revert. */
  segment?: string;
  archived?: boolean;
  compressed?: boolean;
  /** Local time in the name. */
  time?: string;
}

export function rolloutName(id: string, options: RolloutOptions = {}): string {
  const { segment, compressed, time = '2026-01-02T03-04-05' } = options;
  return `rollout-${time}-${id}${segment ? `_${segment}` : ''}.jsonl${compressed ? '.zst' : ''}`;
}

/** An id like those that Codex makes; a higher number is a later one. */
export function idOf(number: number): string {
  const hex = number.toString(16).padStart(8, '0');
  return `0198${hex.slice(0, 4)}-${hex.slice(4)}-7000-8000-${hex.padStart(12, '0')}`;
}

export function jsonl(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Byte offset of a line, counted from 0, in the file that these lines make. */
export function offsetOf(lines: readonly object[], index: number): number {
  return Buffer.byteLength(jsonl(lines.slice(0, index)));
}

/** Lines of the envelope dialect; each gets a time of its own, a second after the one before. */
export function envelope(...records: Entry[]): Envelope[] {
  return records.map(([type, payload], index) => ({ timestamp: timeAt(index), type, payload }));
}

/** Lines of the paginated dialect, from an ordinal on. */
export function paginated(from: number, ...records: Entry[]): Envelope[] {
  return records.map(([type, payload], index) => ({
    timestamp: timeAt(from + index),
    ordinal: from + index,
    type,
    payload,
  }));
}

export type Entry = [type: string, payload: Payload];
export type Payload = { [key: string]: unknown };

export interface Envelope {
  timestamp: string;
  ordinal?: number;
  type: string;
  payload: Payload;
}

export function timeAt(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + seconds * 1000).toISOString();
}

/** Records by what they say; the payloads are Codex's own shapes. */
export const record = {
  meta: (id: string, more: Payload = {}): Entry => [
    'session_meta',
    {
      id,
      timestamp: timeAt(0),
      cwd: '/home/dev/widget',
      originator: 'codex_exec',
      cli_version: '0.120.0',
      source: 'exec',
      ...more,
    },
  ],
  event: (type: string, more: Payload = {}): Entry => ['event_msg', { type, ...more }],
  item: (type: string, more: Payload = {}): Entry => ['response_item', { type, ...more }],
  started: (turn: string): Entry => ['event_msg', { type: 'task_started', turn_id: turn, model_context_window: 1000 }],
  complete: (turn: string): Entry => ['event_msg', { type: 'task_complete', turn_id: turn, last_agent_message: null }],
  userItem: (text: string): Entry => [
    'response_item',
    { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  ],
  userEvent: (message: string): Entry => ['event_msg', { type: 'user_message', message, images: [] }],
  agentItem: (text: string): Entry => [
    'response_item',
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
  ],
  agentEvent: (message: string): Entry => ['event_msg', { type: 'agent_message', message }],
  completed: (item: Payload): Entry => ['event_msg', { type: 'item_completed', thread_id: 't', turn_id: 'u', item }],
  call: (callId: string, name: string, args: unknown): Entry => [
    'response_item',
    { type: 'function_call', name, arguments: JSON.stringify(args), call_id: callId },
  ],
  output: (callId: string, output: unknown): Entry => [
    'response_item',
    { type: 'function_call_output', call_id: callId, output },
  ],
  tokens: (total: number | bigint): Entry => [
    'event_msg',
    {
      type: 'token_count',
      info: { total_token_usage: usage(total), last_token_usage: usage(1), model_context_window: 1000 },
    },
  ],
  rolledBack: (turns: number): Entry => ['event_msg', { type: 'thread_rolled_back', num_turns: turns }],
};

/** A whole turn as Codex 0.101 to 0.147 records it: eight lines. */
export function turn(text: string): Entry[] {
  return [
    record.started(text),
    [
      'turn_context',
      {
        turn_id: text,
        cwd: '/home/dev/widget',
        approval_policy: 'never',
        sandbox_policy: { type: 'read-only' },
        model: 'gpt-5',
        summary: 'auto',
      },
    ],
    record.userItem(text),
    record.userEvent(text),
    record.agentItem(`re: ${text}`),
    record.agentEvent(`re: ${text}`),
    record.tokens(100),
    record.complete(text),
  ];
}

/** The same turn as Codex 0.98 and older record it: nothing marks its start or its end. */
export function unmarkedTurn(text: string): Entry[] {
  return turn(text).slice(2, 7);
}

function usage(total: number | bigint): Payload {
  return {
    input_tokens: 1,
    cached_input_tokens: 0,
    output_tokens: 1,
    reasoning_output_tokens: 0,
    total_tokens: total,
  };
}

export interface FrameOptions {
  checksum?: boolean;
  level?: number;
  windowLog?: number;
  contentSize?: boolean;
}

/** One zstd frame. */
export function zstdFrame(content: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const compressor = new zstd.Compressor();
  compressor.setParameters({
    compressionLevel: options.level ?? 3,
    checksumFlag: options.checksum ?? false,
    contentSizeFlag: options.contentSize ?? true,
    ...(options.windowLog !== undefined && { windowLog: options.windowLog }),
  });
  return compressor.compress(Buffer.from(content));
}

/** A skippable frame of RFC 8878; `kind` 0 to 15. */
export function skippableFrame(content: string | Uint8Array, kind = 0): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + kind, 0);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
