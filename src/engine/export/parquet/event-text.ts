import type { Event } from '../../../model/event.ts';
import { contentText, objectOf, textOf } from '../../../model/fields.ts';
import { stringify } from '../../../model/verbatim.ts';

/** What an event says, as one text; null where it says nothing in words. */
export function eventText(event: Event): string | null {
  switch (event.type) {
    case 'ResponseItem':
      return itemText(event.item);
    case 'EventMsg':
      return firstText(event.msg, ['text', 'message', 'delta', 'aggregated_output', 'explanation', 'query']);
    case 'Compacted':
      return textOf(objectOf(event.compacted).message);
    case 'Unknown':
      return event.raw_text ?? null;
    default:
      return null;
  }
}

function itemText(item: (Event & { type: 'ResponseItem' })['item']): string | null {
  if (item.type === 'tool_call') {
    return textOf(item.arguments_text) ?? (item.arguments === undefined ? null : stringify(item.arguments));
  }
  if (item.type === 'tool_result') return contentText(item.output) || null;
  if (item.type === 'message') return contentText(item.content) || null;
  if (item.type === 'reasoning') {
    return [contentText(item.summary), contentText(item.content)].filter((part) => part !== '').join('\n') || null;
  }
  return firstText(item, ['query', 'revised_prompt', 'reason', 'stdout']);
}

function firstText(object: { [key: string]: unknown }, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = object[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
