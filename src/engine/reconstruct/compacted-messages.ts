import { isObject } from '../../format/record.ts';
import type { ModelItem } from '../../model/history.ts';
import { isContextualUser, isMessage, textsOf } from './contextual.ts';

/**
 * What a compaction leaves that records its summary and nothing else, as Codex did up to 0.98: what the user said, with the
 * newest messages first in line for a budget of tokens, and the summary. As Codex 0.169 rebuilds it, byte for byte.
 */
export function compactedMessages(history: readonly ModelItem[], summary: string): ModelItem[] {
  const kept: ModelItem[] = [];
  let budget = BUDGET_TOKENS;
  for (const item of [...history].reverse()) {
    if (!isKept(item)) continue;
    if (budget === 0) break;
    const parts = textParts(item);
    const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
    const tokens = tokensOf(bytes);
    const texts = tokens <= budget ? parts : cutMiddle(parts, bytes, budget * TOKEN_BYTES);
    kept.push({ ...item, content: texts.map((text) => ({ type: 'input_text', text })) });
    if (tokens > budget) break;
    budget -= tokens;
  }
  return [...kept.reverse(), userMessage(summary === '' ? '(no summary available)' : summary)];
}

const BUDGET_TOKENS = 20_000;
/** Codex's estimate. */
const TOKEN_BYTES = 4;

function isKept(item: ModelItem): boolean {
  return isMessage(item, 'user') && !isContextualUser(item) && !olderSummary.test(textsOf(item).join(''));
}

const olderSummary =
  /^Another language model started to solve this problem and produced a summary of its thinking process\. You also have access to the state of the tools that were used by that language model\. /;

/** The texts of a message, of which images leave nothing, nor the tags around them. */
function textParts(item: ModelItem): string[] {
  const content = Array.isArray(item.content) ? item.content : textsOf(item).map((text) => ({ text }));
  const texts = content.flatMap((part, index) => {
    if (!isObject(part) || typeof part.text !== 'string') return [];
    const isTag =
      (imageOpens.test(part.text) && isImage(content[index + 1])) ||
      (imageCloses.test(part.text) && isImage(content[index - 1]));
    return isTag ? [] : [part.text];
  });
  return texts.length > 0 ? texts : [''];
}

const imageOpens = /^<image(?:\s[^>]*)?>$/;
const imageCloses = /^<\/image>$/;

function isImage(part: unknown): boolean {
  return isObject(part) && part.type === 'input_image';
}

/** Beginning and end of a text in parts, half of the room each, with a note between them. */
function cutMiddle(parts: readonly string[], bytes: number, room: number): string[] {
  const head = Math.floor(room / 2);
  const note = `…${tokensOf(bytes - room)} tokens truncated…`;
  return [...firstBytes(parts, head), note, ...lastBytes(parts, room - head)];
}

function firstBytes(parts: readonly string[], room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const part of parts) {
    if (left === 0) break;
    const bytes = Buffer.from(part);
    let end = Math.min(left, bytes.length);
    while (end < bytes.length && isContinuation(bytes[end])) end--;
    taken.push(bytes.toString('utf8', 0, end));
    left -= end < bytes.length ? left : end;
  }
  return taken;
}

function lastBytes(parts: readonly string[], room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const part of [...parts].reverse()) {
    if (left === 0) break;
    const bytes = Buffer.from(part);
    let start = Math.max(0, bytes.length - left);
    while (start < bytes.length && isContinuation(bytes[start])) start++;
    taken.unshift(bytes.toString('utf8', start));
    left -= start > 0 ? left : bytes.length;
  }
  return taken;
}

/** A byte in the middle of a UTF-8 character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function tokensOf(bytes: number): number {
  return Math.ceil(bytes / TOKEN_BYTES);
}

function userMessage(text: string): ModelItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}
