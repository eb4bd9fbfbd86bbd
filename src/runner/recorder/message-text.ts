import type { ModelItem } from '../../model/history.ts';
import type { UserInput } from './recorder.ts';

/** The message that the model gets of what the user typed, pictures wrapped as Codex does it. */
export function userItem({
  text,
  images,
  localImages,
  item,
}: Omit<UserInput, 'item'> & { item?: ModelItem }): ModelItem {
  if (item) return item;
  const parts: ModelItem[] = [];
  for (const [index, { url }] of localImages.entries())
    parts.push(...wrapped(`<image name=[Image #${index + 1}]>`, url));
  for (const url of images) parts.push(...wrapped('<image>', url));
  if (text !== '' || parts.length === 0) parts.push({ type: 'input_text', text });
  return { type: 'message', role: 'user', content: parts };
}

/** What an assistant's message says; null for any other item, and for one without text. */
export function assistantText(item: ModelItem): string | null {
  if (item.type !== 'message' || item.role !== 'assistant') return null;
  return textsOf(item.content).join('') || null;
}

/** The parts of a summary of reasoning; null for any other item. */
export function summaryTexts(item: ModelItem): string[] | null {
  return item.type === 'reasoning' ? textsOf(item.summary) : null;
}

/** The texts of a list of content parts. */
export function textsOf(parts: unknown): string[] {
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? [part.text] : []));
}

function wrapped(opening: string, url: string): ModelItem[] {
  return [
    { type: 'input_text', text: opening },
    { type: 'input_image', image_url: url },
    { type: 'input_text', text: '</image>' },
  ];
}
