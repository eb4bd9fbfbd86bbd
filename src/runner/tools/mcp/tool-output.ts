import { isDeepStrictEqual } from 'node:util';
import { createClip } from '../shell/clip.ts';
import type { ToolOutcome } from '../tool.ts';
import type { ServerSecrets } from './server-secrets.ts';

/** The result of a call as the model gets it: text, or with images a list of parts. */
export function outputOf(result: Record<string, unknown>, secrets: ServerSecrets): ToolOutcome['output'] {
  const parts = (Array.isArray(result.content) ? result.content : []).map(partOf);
  const structured = structuredText(result.structuredContent, parts);
  const limited = limit(structured === null ? parts : [...parts, { text: structured }], secrets);
  if (limited.some((part) => 'image' in part)) {
    return limited.map((part) =>
      'image' in part ? { type: 'input_image', image_url: part.image } : { type: 'input_text', text: part.text },
    );
  }
  return limited.map((part) => ('text' in part ? part.text : '')).join('\n');
}

type Part = { text: string } | { image: string };

const mostText = 64 * 1024;
const largestImage = 10 * 1024 * 1024;
const mostImages = 8;

function partOf(content: unknown): Part {
  if (content === null || typeof content !== 'object') return { text: String(content) };
  const { type, text, data, mimeType, resource, uri, name } = content as Record<string, unknown>;
  if (type === 'text' && typeof text === 'string') return { text };
  if (type === 'image') return imageOf(data, mimeType);
  if (type === 'audio') return { text: `[audio (${String(mimeType)}) that cannot be played here]` };
  if (type === 'resource_link') return { text: `[resource ${String(name)}: ${String(uri)}]` };
  if (type === 'resource' && resource !== null && typeof resource === 'object') {
    return resourceOf(resource as Record<string, unknown>);
  }
  return { text: JSON.stringify(content) };
}

function imageOf(data: unknown, mimeType: unknown): Part {
  const isKnown = typeof mimeType === 'string' && /^image\/(png|jpeg|gif|webp)$/.test(mimeType);
  if (!isKnown || typeof data !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) {
    return { text: `[image (${String(mimeType)}) that cannot be shown]` };
  }
  if (data.length > (largestImage / 3) * 4) return { text: '[image that is larger than 10 MiB]' };
  return { image: `data:${mimeType};base64,${data}` };
}

function resourceOf({ uri, text, blob, mimeType }: Record<string, unknown>): Part {
  if (typeof text === 'string') return { text: `[resource ${String(uri)}]\n${text}` };
  const image = imageOf(blob, mimeType);
  if ('image' in image) return image;
  return { text: `[resource ${String(uri)} (${String(mimeType)}), not text]` };
}

/** Structured content, unless the text says the same already, as servers are asked to have it. */
function structuredText(value: unknown, parts: readonly Part[]): string | null {
  if (value === undefined || value === null) return null;
  const isSaid = parts.some((part) => 'text' in part && isDeepStrictEqual(parsed(part.text), value));
  return isSaid ? null : JSON.stringify(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function limit(parts: readonly Part[], secrets: ServerSecrets): Part[] {
  let left = mostText;
  let images = 0;
  let omitted = 0;
  const kept = parts.flatMap((part): Part[] => {
    if ('image' in part) {
      images += 1;
      if (images <= mostImages) return [part];
      omitted += 1;
      return [];
    }
    if (left <= 0) {
      omitted += 1;
      return [];
    }
    const clip = createClip(Math.ceil(left / 2));
    clip.add(Buffer.from(secrets.withoutLongSecrets(part.text)));
    // Many empty parts are no less of a flood.
    left -= Math.max(clip.bytes, 16);
    return [{ text: clip.text() }];
  });
  return omitted > 0 ? [...kept, { text: `[… ${omitted} further parts left out …]` }] : kept;
}
