import { typeOffset } from './line-type.ts';

/**
 * What a line in Codex's own shape records, from its first bytes and without parsing it: `turn_context`,
 * `event_msg/token_count`, `event_msg/item_completed/UserMessage`.
 *
 * @returns null when these bytes do not show it: another dialect, other white space, another order of keys
 */
export function lineKind(bytes: Buffer, start: number, end: number): string | null {
  const at = typeOffset(bytes, start, end);
  if (at === 0) return null;
  const typeEnd = endOfWord(bytes, at, end);
  if (typeEnd === 0 || !stands(bytes, typeEnd, end, payload)) return null;
  const inner = typeEnd + payload.length;
  if (!stands(bytes, inner, end, tag)) return known(bytes, at, typeEnd);
  const innerEnd = endOfWord(bytes, inner + tag.length, end);
  if (innerEnd === 0) return null;
  const kind = known(bytes, at, innerEnd);
  return kind === itemCompleted ? itemKind(bytes, innerEnd, end) : kind;
}

/** `item_completed` names its thread and its turn first, neither of which holds a brace. */
function itemKind(bytes: Buffer, from: number, end: number): string | null {
  const last = Math.min(end, from + ITEM_WITHIN);
  let at = from;
  while (at < last && bytes[at] !== BRACE) at++;
  if (!stands(bytes, at - item.length, end, item) || !stands(bytes, at, end, tag)) return null;
  const name = at + tag.length;
  const nameEnd = endOfWord(bytes, name, end);
  return nameEnd === 0 ? null : `${itemCompleted}/${bytes.toString('latin1', name, nameEnd)}`;
}

/** Where a word of letters and underscores ends in a quote; 0 when it does not. */
function endOfWord(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isLetter(bytes[at] as number)) at++;
  return at < end && at > from && bytes[at] === QUOTE ? at : 0;
}

function stands(bytes: Buffer, at: number, end: number, text: Buffer): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Kinds are few: the text of each is put together once. */
const kinds = new Map<string, string>();

function known(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('latin1', from, to);
  let kind = kinds.get(text);
  if (kind === undefined) {
    kind = text.replace(`${payload}${tag}`, '/');
    // A hostile file may name as many as it has lines.
    if (kinds.size < 1000) kinds.set(text, kind);
  }
  return kind;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || (byte >= 0x41 && byte <= 0x5a);
}

const payload = Buffer.from('","payload":');
const tag = Buffer.from('{"type":"');
const item = Buffer.from('"item":');
const itemCompleted = 'event_msg/item_completed';
const ITEM_WITHIN = 400;
const QUOTE = 0x22;
const BRACE = 0x7b;
