import type { ModelItem } from '../../model/history.ts';
import type { ProviderEvent } from './provider.ts';

/** The events of an answer that is there already: the texts of its items in a few deltas, and each item after its own. */
export function* playAnswer(items: readonly ModelItem[]): Generator<ProviderEvent> {
  for (const item of items) {
    if (item.type === 'reasoning') yield* deltasOf('reasoning_delta', textIn(item.summary) || textIn(item.content));
    if (item.type === 'message' && item.role === 'assistant') yield* deltasOf('text_delta', textIn(item.content));
    yield { type: 'item', item };
  }
}

function textIn(parts: unknown): string {
  if (!Array.isArray(parts)) return '';
  return parts.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

/** Whole words, in no more than about twenty deltas. */
function* deltasOf(type: 'text_delta' | 'reasoning_delta', text: string): Generator<ProviderEvent> {
  const words = text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [];
  const length = Math.max(1, Math.ceil(words.length / 20));
  for (let at = 0; at < words.length; at += length) yield { type, text: words.slice(at, at + length).join('') };
}
