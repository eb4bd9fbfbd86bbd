import type { JsonObject } from '../../format/decode-line.ts';
import { keyIs, scanJson } from '../../format/scan-json.ts';
import type { ModelItem } from '../../model/history.ts';
import { type Verbatim, withText } from '../../model/verbatim.ts';

/**
 * A recorded item as a request carries it: the payload itself, without the note on how it travelled that Codex keeps in it.
 * Null for what is never sent: snapshots, triggers, messages of the role `system`, and kinds that Codex 0.169 does not know.
 *
 * The item reads as parsed JSON, where integers beyond 2^53 are strings of their digits. An item that seems to hold one
 * also keeps its recorded text (see model/verbatim.ts), with its digits and its repeated keys; the key order is kept by both.
 *
 * @param recorded the payload's text, where it is at hand
 */
export function toModelItem(payload: JsonObject, recorded?: () => Verbatim): ModelItem | null {
  const type = typeof payload.type === 'string' ? sentAs.get(payload.type) : undefined;
  if (type === undefined || (type === 'message' && payload.role === 'system')) return null;
  const item: ModelItem = { type };
  for (const key in payload) if (key !== note) item[key] = payload[key];
  item.type = type;
  if (!recorded || !holdsDigits(item)) return item;
  return withText(item, withoutNote(recorded().text, type));
}

const note = 'internal_chat_message_metadata_passthrough';

/** Kinds that Codex 0.169 sends on resume, and under which name. Seen by resuming a session with all of them. */
const sentAs = new Map([
  ...[
    'message',
    'agent_message',
    'reasoning',
    'function_call',
    'function_call_output',
    'custom_tool_call',
    'custom_tool_call_output',
    'local_shell_call',
    'tool_search_call',
    'tool_search_output',
    'web_search_call',
    'image_generation_call',
    'additional_tools',
    'compaction',
    'context_compaction',
  ].map((type) => [type, type] as const),
  ['compaction_summary', 'compaction'],
]);

/** Whether a string in it may be a number that lost digits; few items have any, and the others need no second copy. */
function holdsDigits(value: unknown): boolean {
  if (typeof value === 'string') return value.length < LONGEST_NUMBER && number.test(value);
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) if (holdsDigits((value as JsonObject)[key])) return true;
  return false;
}

/** An integer beyond 2^53, or a number with an exponent. */
const number = /^-?(?:\d{16,}|\d+(?:\.\d+)?[eE][-+]?\d+)$/;
const LONGEST_NUMBER = 400;

function withoutNote(text: string, type: string): string {
  const bytes = Buffer.from(text);
  const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: Number.POSITIVE_INFINITY });
  const kept = members.filter((member) => !keyIs(bytes, member, note));
  const written = kept.map((member) =>
    keyIs(bytes, member, 'type')
      ? `"type":${JSON.stringify(type)}`
      : bytes.toString('utf8', member.keyStart - 1, member.valueEnd),
  );
  return `{${written.join(',')}}`;
}
