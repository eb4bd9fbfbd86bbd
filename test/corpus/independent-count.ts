import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json } from '../support/json.ts';

/*
 * Counts what stands in the rollouts of a home, straight from their lines. It shares nothing with the program under test:
 * its own decompression (the zstd tool), its own parsing, its own rules for each generation of the format.
 */

export interface RolloutFacts {
  path: string;
  /** First and last uuid of the name. */
  threadId: string;
  rolloutId: string;
  /** Decompressed content. */
  bytes: Buffer;
  lines: LineFacts[];
}

export interface LineFacts {
  number: number;
  offset: number;
  /** Null for a line that is no JSON object. */
  value: Json | null;
}

export interface Counts {
  records: number;
  userMessages: number;
  toolCalls: number;
  toolResults: number;
  turns: number;
  tokens: number | null;
}

/** All rollouts of a home; of a plain one and its compressed twin, the plain one. */
export function readHome(home: string): RolloutFacts[] {
  const paths = [...filesUnder(join(home, 'sessions')), ...filesUnder(join(home, 'archived_sessions'))]
    .filter((path) => /^rollout-.*\.jsonl(\.zst)?$/.test(basename(path)))
    .sort();
  return paths.filter((path) => !(path.endsWith('.zst') && paths.includes(path.slice(0, -4)))).map(readRollout);
}

export function decompress(path: string): Buffer {
  const stored = readFileSync(path);
  if (stored.length === 0 || stored.readUInt32LE(0) !== 0xfd2fb528) return stored;
  return execFileSync('zstd', ['-dcq', path], { maxBuffer: 1 << 30 });
}

/** Counts over parts of files: a thread's own files, and what it inherits. */
export function count(parts: LineFacts[][]): Counts {
  const counts: Counts = { records: 0, userMessages: 0, toolCalls: 0, toolResults: 0, turns: 0, tokens: null };
  const values = parts.flat().flatMap(({ value }) => (value ? [value] : []));
  for (const value of values) {
    counts.records++;
    if (isUserMessage(value)) counts.userMessages++;
    const item = itemOf(value);
    if (item && callTypes.includes(item.type)) counts.toolCalls++;
    if (item && outputTypes.includes(item.type)) counts.toolResults++;
    counts.tokens = totalOf(value) ?? counts.tokens;
  }
  counts.turns = values.some((value) => kindOf(value) === 'task_started') ? markedTurns(values) : counts.userMessages;
  return counts;
}

/** The records of a thread: what it refers to in other threads, then all of its own files. */
export function threadParts(
  home: RolloutFacts[],
  threadId: string,
): { inherited: InheritedPart[]; own: RolloutFacts[] } {
  const own = home
    .filter((file) => file.threadId === threadId)
    .sort(
      (a, b) =>
        Number(a.rolloutId !== threadId) - Number(b.rolloutId !== threadId) || (a.rolloutId < b.rolloutId ? -1 : 1),
    );
  const inherited: InheritedPart[] = [];
  for (const file of own) {
    for (let at = baseOf(file); at; ) {
      const { thread_id, end_byte_offset } = at;
      const base = home.find((other) => other.rolloutId === thread_id);
      if (!base) break;
      const known = inherited.some(({ rollout }) => rollout === base);
      if (base.threadId !== threadId && !known) {
        const lines = base.lines.filter(({ offset }) => offset < end_byte_offset);
        inherited.unshift({ rollout: base, lines });
      }
      at = baseOf(base);
    }
  }
  return { inherited, own };
}

export interface InheritedPart {
  rollout: RolloutFacts;
  lines: LineFacts[];
}

/** The thread that a fork by copy names as its source, and how many of its records it copied; null for other threads. */
export function copiedFrom(home: RolloutFacts[], file: RolloutFacts): { parent: RolloutFacts; lines: number[] } | null {
  const [first, second] = file.lines;
  if (!first?.value || first.value.payload?.history_base) return null;
  const metaId = second?.value?.type === 'session_meta' ? second.value.payload.id : undefined;
  const parentId = first.value.payload?.forked_from_id ?? (metaId === file.threadId ? undefined : metaId);
  const parent = home.find(({ rolloutId }) => rolloutId === parentId);
  if (!parent) return null;
  const own = file.lines.filter(({ value }) => value).slice(1);
  const source = parent.lines.filter(({ value }) => value);
  const lines: number[] = [];
  for (const [index, line] of own.entries()) {
    if (contentOf(line) !== contentOf(source[index])) break;
    lines.push(line.number);
  }
  return { parent, lines };
}

function readRollout(path: string): RolloutFacts {
  const ids = basename(path).match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) as string[];
  const bytes = decompress(path);
  const lines: LineFacts[] = [];
  let offset = 0;
  for (const text of bytes.toString('utf8').split('\n')) {
    if (text.trim() !== '') lines.push({ number: lineNumber(bytes, offset), offset, value: parse(text) });
    offset += Buffer.byteLength(text) + 1;
  }
  return { path, threadId: ids[0] as string, rolloutId: ids.at(-1) as string, bytes, lines };
}

function lineNumber(bytes: Buffer, offset: number): number {
  let lines = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 10) lines++;
  return lines;
}

function parse(text: string): Json | null {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const callTypes = ['function_call', 'custom_tool_call', 'local_shell_call', 'tool_search_call'];
const outputTypes = ['function_call_output', 'custom_tool_call_output', 'tool_search_output'];

/** The model's input or output that a line is, whether in an envelope or bare. */
function itemOf(value: Json): Json | null {
  if (value.type === 'response_item') return value.payload;
  return value.payload === undefined && typeof value.type === 'string' ? value : null;
}

function kindOf(value: Json): string | null {
  return value.type === 'event_msg' ? value.payload.type : null;
}

/** What the user typed: an event, a completed item, or in the oldest files an item that is not the agent's own context. */
function isUserMessage(value: Json): boolean {
  if (kindOf(value) === 'user_message') return true;
  if (kindOf(value) === 'item_completed') return value.payload.item.type === 'UserMessage';
  if (value.payload !== undefined || value.type !== 'message' || value.role !== 'user') return false;
  const text = value.content.map((part: Json) => part.text ?? '').join('\n');
  return !/^\s*(<(environment_context|user_instructions|user_action|turn_aborted)>|# AGENTS\.md instructions for )/.test(
    text,
  );
}

function totalOf(value: Json): number | null {
  return kindOf(value) === 'token_count' ? (value.payload.info?.total_token_usage?.total_tokens ?? null) : null;
}

/** Tasks, without those in which nothing but a compaction happened. */
function markedTurns(values: Json[]): number {
  let turns = 0;
  let task: Json[] | null = null;
  const close = () => {
    const compacts = task?.some(
      (value) => value.type === 'compacted' || kindOf(value) === 'context_compacted' || isCompactionItem(value),
    );
    if (task && !(compacts && !task.some(isUserMessage))) turns++;
    task = null;
  };
  for (const value of values) {
    const kind = kindOf(value);
    if (kind === 'task_started') {
      close();
      task = [];
    } else if (kind === 'task_complete' || kind === 'turn_aborted') close();
    else if (task) task.push(value);
    else if (isUserMessage(value)) turns++;
  }
  close();
  return turns;
}

function isCompactionItem(value: Json): boolean {
  return kindOf(value) === 'item_completed' && value.payload.item.type === 'ContextCompaction';
}

function baseOf(file: RolloutFacts): { thread_id: string; end_byte_offset: number } | undefined {
  return file.lines[0]?.value?.payload?.history_base;
}

/** Type and payload, with keys in order, so that it compares by value. */
function contentOf(line: LineFacts | undefined): string | null {
  if (!line?.value) return null;
  return JSON.stringify([line.value.type, line.value.payload], (_key, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function filesUnder(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}
