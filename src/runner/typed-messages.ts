import type { ModelItem } from '../model/history.ts';
import { textsOf } from './recorder/message-text.ts';

/**
 * What the user typed, of a history: without what agents put into messages of this role, without older summaries, and without
 * pictures, which would take as much room as before. The newest come first in line for about 20,000 tokens, as with Codex; the
 * last one is kept in any case, cut in the middle when it is too long by itself.
 */
export function typedMessages(items: readonly ModelItem[], summaryPrefix: string): ModelItem[] {
  const kept: ModelItem[] = [];
  let left = budget;
  const typed = items.filter((each) => isTyped(each, summaryPrefix)).flatMap(withoutPictures);
  for (const item of typed.reverse()) {
    const length = textsOf(item.content).reduce((sum, text) => sum + text.length, 0);
    if (length > left && kept.length > 0) break;
    kept.unshift(length > left ? cut(item, left) : item);
    left -= length;
  }
  return kept;
}

/** In characters. */
const budget = 80_000;

function isTyped(item: ModelItem, summaryPrefix: string): boolean {
  if (item.type !== 'message' || item.role !== 'user') return false;
  return !textsOf(item.content).some((text) => agentMade.test(text) || text.startsWith(summaryPrefix));
}

const agentMade =
  /^\s*(<(environment_context|user_instructions|turn_aborted|user_shell_command|subagent_notification|skill|hook_prompt|goal_context|recommended_plugins)>|# AGENTS\.md instructions for )/;

/** Their frames go as well (see `userItem`); nothing is left of a message that is all pictures. */
function withoutPictures(item: ModelItem): ModelItem[] {
  if (!Array.isArray(item.content)) return [item];
  const parts: { text?: unknown }[] = item.content;
  const kept = parts.filter(({ text }) => typeof text === 'string' && !frame.test(text));
  if (kept.length === parts.length) return [item];
  return kept.length > 0 ? [{ ...item, content: kept }] : [];
}

const frame = /^<(image( name=[^>]*)?|\/image)>$/;

function cut(item: ModelItem, room: number): ModelItem {
  const text = textsOf(item.content).join('\n');
  const half = Math.floor(room / 2);
  const head = text.slice(0, half).replace(/[\uD800-\uDBFF]$/, '');
  const tail = text.slice(-half).replace(/^[\uDC00-\uDFFF]/, '');
  const shown = `${head}\n[… ${text.length - head.length - tail.length} characters left out …]\n${tail}`;
  return { ...item, content: [{ type: 'input_text', text: shown }] };
}
