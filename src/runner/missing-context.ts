import type { ModelItem } from '../model/history.ts';
import { textsOf } from './recorder/message-text.ts';

/**
 * Of what the model is to be told of its settings, the parts that a history does not end up with: all of them for a new thread,
 * those that are different now for one that is gone on with.
 *
 * @param context as `contextItems` gives it
 */
export function missingContext(history: readonly ModelItem[], context: readonly ModelItem[]): ModelItem[] {
  const told = new Map<string, string>();
  for (const item of history) for (const text of textsOf(item.content)) told.set(kindOf(text) ?? '', text);
  return context.flatMap((item) => {
    const parts = (item.content as { text: string }[]).filter(({ text }) => told.get(kindOf(text) ?? '') !== text);
    return parts.length > 0 ? [{ ...item, content: parts }] : [];
  });
}

/** Which of the settings a text tells of; null for any other text. */
function kindOf(text: string): string | null {
  return /^(<permissions instructions>|<environment_context>|# AGENTS\.md instructions)/.exec(text)?.[1] ?? null;
}
