/** A part of a message's content in chat completions. */
export type ChatPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: string } };

/** The parts of an item's content that chat completions have, too: texts and images. */
export function partsOf(content: unknown): ChatPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.flatMap(partOf) : [];
}

export function imagesOf(content: unknown): ChatPart[] {
  return partsOf(content).filter(({ type }) => type === 'image_url');
}

/** The texts alone; an image that is left out is named. */
export function textOfParts(content: unknown): string {
  return partsOf(content)
    .map((part) => (part.type === 'text' ? part.text : '[image]'))
    .join('\n');
}

function partOf(part: { type?: unknown; [key: string]: unknown } | null): ChatPart[] {
  if (part?.type === 'input_image') {
    const url = part.image_url;
    if (typeof url !== 'string') return [];
    return [
      { type: 'image_url', image_url: { url, ...(typeof part.detail === 'string' ? { detail: part.detail } : {}) } },
    ];
  }
  const text = part?.type === 'refusal' ? part.refusal : part?.text;
  return typeof text === 'string' && text !== '' ? [{ type: 'text', text }] : [];
}
