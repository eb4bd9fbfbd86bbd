import { parseTime } from '../../base/time.ts';
import { isSyntheticUserText } from '../../format/events/synthetic-text.ts';
import { toToolResult } from '../../format/events/tool-result.ts';
import type { Line } from '../../format/line-framer.ts';
import type { TokenUsage } from '../../model/event.ts';
import type { TurnSignal } from '../../model/turn-tracker.ts';
import { callSignal } from '../turn-signal.ts';
import { durationOf } from './fold-event.ts';
import type { Moment, UsageFold } from './usage-fold.ts';

/**
 * Counts what a line of a known kind says from the few bytes that tell it, which takes a tenth of the time of decoding it.
 *
 * What is looked for are keys and beginnings of values between their quotes. Inside of a string each quote has a backslash
 * before it, so what looks like a key is one.
 *
 * @returns false when the line must be decoded
 */
export function glance(fold: UsageFold, kind: string, line: Line, inherited: boolean): boolean {
  const { bytes, start, end } = line;
  const reading = readings.get(kind);
  if (reading === undefined) return true;
  if (reading === null) return false;
  const [read, length] = reading;
  const isWhole = end - start <= length;
  return read(fold, bytes.toString('latin1', start, isWhole ? end : start + length), inherited, isWhole, line);
}

/**
 * @param text the beginning of the line, a character a byte
 * @returns false when it takes more than a glance
 */
type Reading = (fold: UsageFold, text: string, inherited: boolean, isWhole: boolean, line: Line) => boolean;

const only =
  (signal: TurnSignal): Reading =>
  (fold, text, inherited) => {
    fold.signal(signal, momentOf(text, inherited));
    return true;
  };

const TIME_BYTES = 64;
const MESSAGE_BYTES = 512;
const LINE_BYTES = 4096;
const OUTPUT_BYTES = 1600;
/** What can follow an output, a note of Codex to itself, is shorter. */
const TAIL_BYTES = 512;

/** What is done with each kind of line, and with how much of it; null to decode it. Other kinds count for nothing. */
const readings = new Map<string, [Reading, length: number] | null>([
  ['session_meta', null],
  ['turn_context', [turnContext, LINE_BYTES]],
  ['compacted', [only('compaction'), TIME_BYTES]],
  ['event_msg/task_started', [only('start'), TIME_BYTES]],
  ['event_msg/turn_started', [only('start'), TIME_BYTES]],
  ['event_msg/user_message', [only('user-event'), TIME_BYTES]],
  ['event_msg/agent_message', [only('answer'), TIME_BYTES]],
  ['event_msg/context_compacted', [only('compaction'), TIME_BYTES]],
  ['event_msg/item_completed', null],
  ['event_msg/item_completed/UserMessage', [only('user-event'), TIME_BYTES]],
  ['event_msg/item_completed/AgentMessage', [only('answer'), TIME_BYTES]],
  ['event_msg/item_completed/ContextCompaction', [only('compaction'), TIME_BYTES]],
  ['event_msg/task_complete', [endOfTurn, LINE_BYTES]],
  ['event_msg/turn_complete', [endOfTurn, LINE_BYTES]],
  ['event_msg/turn_aborted', [endOfTurn, LINE_BYTES]],
  ['event_msg/token_count', [tokenCount, LINE_BYTES]],
  ['response_item/message', [message, MESSAGE_BYTES]],
  ['response_item/function_call', [toolCall, LINE_BYTES]],
  ['response_item/custom_tool_call', [toolCall, LINE_BYTES]],
  ['response_item/function_call_output', [toolResult, OUTPUT_BYTES]],
  ['response_item/custom_tool_call_output', [toolResult, OUTPUT_BYTES]],
  ['response_item/local_shell_call', null],
  ['response_item/local_shell_call_output', null],
  ['response_item/tool_search_call', null],
  ['response_item/tool_search_output', null],
]);

/** What the user typed and what the agent put into its mouth differ in how they begin. */
function message(fold: UsageFold, text: string, inherited: boolean): boolean {
  const role = wordAt(text, '"role":"');
  if (role !== 'user') return role !== null;
  const found = /"text":"([^"\\]{0,128})(.?)/.exec(text);
  const begin = found?.[1] ?? '';
  const isEnough = begin.length === 128 || found?.[2] === '"';
  // Wrappers of images, and what is blank, leave it to the next part.
  if (!isEnough || begin.startsWith('<') || begin.trim() === '') return false;
  if (!isSyntheticUserText(begin)) fold.signal('user-item', momentOf(text, inherited));
  return true;
}

function turnContext(fold: UsageFold, text: string, _inherited: boolean, isWhole: boolean): boolean {
  // The name of the model may stand in other parts of the context as well.
  const at = text.indexOf(modelKey);
  if (!isWhole || at < 0 || text.includes(modelKey, at + 1)) return false;
  const model = wordAt(text, `${modelKey}"`);
  if (model === null) return false;
  fold.setModel(model);
  return true;
}

const modelKey = '"model":';

function endOfTurn(fold: UsageFold, text: string, inherited: boolean, isWhole: boolean): boolean {
  if (!isWhole) return false;
  const recorded = /"duration_ms":(\d{1,15}(?=[,}])|)/.exec(text);
  if (recorded?.[1] === '') return false;
  const moment = momentOf(text, inherited);
  fold.signal('end', moment);
  if (!inherited) fold.endTurn(recorded ? durationOf(Number(recorded[1])) : null, moment.time);
  return true;
}

function tokenCount(fold: UsageFold, text: string, inherited: boolean, isWhole: boolean): boolean {
  const total = isWhole ? usageAt(text, '"total_token_usage":{') : null;
  const last = total && usageAt(text, '"last_token_usage":{');
  if (!total || !last) return false;
  fold.tokens(total, last, momentOf(text, inherited));
  return true;
}

function usageAt(text: string, key: string): TokenUsage | null {
  const at = after(text, key);
  if (at === 0) return null;
  usualUsage.lastIndex = at;
  const usual = usualUsage.exec(text);
  if (usual) {
    const [, input, cached, output, reasoning, total] = usual;
    return {
      input_tokens: Number(input),
      cached_input_tokens: Number(cached),
      output_tokens: Number(output),
      reasoning_output_tokens: Number(reasoning),
      total_tokens: Number(total),
    };
  }
  const usage = text.slice(at - 1, text.indexOf('}', at) + 1);
  return /^\{(?:"[a-z_]+":\d{1,15},?)+\}$/.test(usage) ? (JSON.parse(usage) as TokenUsage) : null;
}

/** Longer digits than a number keeps are not for a glance. */
const usualUsage =
  /"input_tokens":(\d{1,15}),"cached_input_tokens":(\d{1,15}),"output_tokens":(\d{1,15}),"reasoning_output_tokens":(\d{1,15}),"total_tokens":(\d{1,15})\}/y;

function toolCall(fold: UsageFold, text: string, inherited: boolean, isWhole: boolean, line: Line): boolean {
  const name = isWhole ? wordAt(text, '"name":"') : null;
  const callId = wordAt(text, '"call_id":"');
  if (name === null || callId === null) return false;
  const moment = momentOf(text, inherited);
  fold.signal(callSignal(line), moment);
  if (!inherited) fold.call(callId, name, moment.time);
  return true;
}

/** The beginning of the output says how the call ended, unless it is wrapped in JSON or other fields may say so. */
function toolResult(fold: UsageFold, text: string, inherited: boolean, isWhole: boolean, line: Line): boolean {
  const callId = wordAt(text, '"call_id":"');
  const at = after(text, '"output":"');
  const { bytes, end } = line;
  const behind = isWhole ? text.slice(at) : bytes.toString('latin1', end - TAIL_BYTES, end);
  const isUsual = at > 0 && at < 400 && !tellsStatus(text.slice(0, at)) && !tellsStatus(behind);
  if (callId === null || !isUsual || text.startsWith('{', at) || text.startsWith('failed in sandbox', at)) return false;
  if (inherited) return true;
  const { time } = momentOf(text, inherited);
  usualHeader.lastIndex = at;
  const usual = usualHeader.exec(text);
  if (usual) {
    const [, exitCode, seconds] = usual[1] === undefined ? [usual[0], usual[4], usual[3]] : usual;
    fold.result(
      callId,
      Number(exitCode) === 0 ? 'completed' : 'failed',
      durationOf(Math.round(Number(seconds) * 1000)),
      time,
    );
    return true;
  }
  const body = /^(?:Chunk ID: |Exit code: |Wall time: )/.test(text.slice(at, at + 16))
    ? text.indexOf(bodyMark, at)
    : -1;
  const head = body > 0 ? text.slice(at, body + bodyMark.length) : text.slice(at);
  const whole = /^(?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[^u]))*/.exec(head) as RegExpExecArray;
  const { status, duration_ms } = toToolResult({ call_id: callId, output: JSON.parse(`"${whole[0]}"`) });
  fold.result(callId, status, durationOf(duration_ms), time);
  return true;
}

function tellsStatus(text: string): boolean {
  return text.includes('"status":') || text.includes('"success":');
}

/**
 * What Codex writes above the output of a command that ended, as JSON writes it: `shell` since 0.36, `exec_command` since
 * 0.99. Any other header is decoded.
 */
const usualHeader =
  /(?:Exit code: (-?\d{1,10})\\nWall time: (\d+(?:\.\d+)?) seconds?\\n|(?:Chunk ID: [0-9a-f]+\\n)?Wall time: (\d+(?:\.\d+)?) seconds?\\nProcess exited with code (-?\d{1,10})\\n)(?:[A-Z][a-z ]+: \d+\\n)?Output:/y;

/** The line before the output itself, as JSON writes it. */
const bodyMark = String.raw`\nOutput:`;

/** One past a key and the opening of its value; 0 where it does not stand. */
function after(text: string, key: string): number {
  const at = text.indexOf(key);
  return at < 0 ? 0 : at + key.length;
}

/** A string value without escapes; null for any other. */
function wordAt(text: string, key: string): string | null {
  const at = after(text, key);
  const close = at === 0 ? -1 : text.indexOf('"', at);
  const word = close < 0 ? '' : text.slice(at, close);
  return word !== '' && word.length <= LONGEST_WORD && /^[\x20-\x5b\x5d-\x7e]+$/.test(word) ? word : null;
}

const LONGEST_WORD = 200;

/** Lines of a known kind begin with their time, nearly always of 24 characters. */
function momentOf(text: string, inherited: boolean): Moment {
  const at = '{"timestamp":"'.length;
  const time = usualTime(text, at);
  return { time: time ?? parseTime(text.slice(at, text.indexOf('"', at))), inherited };
}

/** Milliseconds since the epoch of `2026-11-01T12:00:00.000Z` and a quote; null where it has another form, or no such day. */
function usualTime(text: string, at: number): number | null {
  if (text.charCodeAt(at + 23) !== 0x5a || text.charCodeAt(at + 24) !== 0x22) return null;
  const hour = digits(text, at + 11, 2);
  const minute = digits(text, at + 14, 2);
  const second = digits(text, at + 17, 2);
  const ms = digits(text, at + 20, 3);
  const isUsual = text[at + 10] === 'T' && text[at + 13] === ':' && text[at + 16] === ':' && text[at + 19] === '.';
  // What is no digit is no number, and compares as false.
  if (!isUsual || !(hour < 24 && minute < 60 && second < 60 && ms < 1000)) return null;
  const midnight = midnightOf(text, at);
  return midnight === null ? null : midnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let place = at; place < at + count; place++) {
    const digit = text.charCodeAt(place) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

let lastDay = '';
let lastMidnight: number | null = null;

/** Lines follow each other closely, so that most are of the day of the one before. */
function midnightOf(text: string, at: number): number | null {
  if (lastDay === '' || !text.startsWith(lastDay, at)) {
    lastDay = text.slice(at, at + 10);
    lastMidnight = parseTime(`${lastDay}T00:00:00Z`);
  }
  return lastMidnight;
}
