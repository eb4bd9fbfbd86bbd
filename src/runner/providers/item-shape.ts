import type { ModelItem } from '../../model/history.ts';
import { BrokenAnswer } from './failed.ts';

/**
 * An output item as the server gave it, when it has what its type must have: a rollout with one that has not is a rollout
 * that Codex cannot read. Arguments that came as an object become JSON text. Types that are not known pass as they are.
 * Throws `BrokenAnswer`, kind `stream`.
 */
export function checkedItem(value: unknown): ModelItem {
  const item = (value ?? {}) as ModelItem;
  if (typeof item.type !== 'string') throw new BrokenAnswer('stream', 'the server sent an item without a type');
  const needs = Object.hasOwn(parts, item.type) ? parts[item.type] : undefined;
  const whole = item.type === 'function_call' && isObject(item.arguments) ? withTextArguments(item) : item;
  for (const [key, isRight] of Object.entries(needs ?? {})) {
    if (!isRight(whole[key])) throw new BrokenAnswer('stream', `the server sent a ${item.type} without its ${key}`);
  }
  return whole;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isName: Check = (value) => typeof value === 'string' && value !== '';
const isObject: Check = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** What Codex asks of the items that it reads back from a rollout. */
const parts: Record<string, Record<string, Check>> = {
  message: { role: isName, content: Array.isArray },
  reasoning: { summary: Array.isArray },
  function_call: { name: isName, call_id: isName, arguments: isText },
  custom_tool_call: { name: isName, call_id: isName, input: isText },
  local_shell_call: { action: isObject },
};

function withTextArguments(item: ModelItem): ModelItem {
  return { ...item, arguments: JSON.stringify(item.arguments) };
}
