import type { LossCounter } from '../loss-counter.ts';
import { CutText, type ShortText, shortText } from '../short-text.ts';
import { wellFormed } from '../well-formed.ts';
import type { Attributes } from './span.ts';

/** What is to be written of a span, some of it cut already. */
export type RawAttributes = { readonly [key: string]: Attributes[string] | CutText };

/** JSON, which has an end; what is in it was cut before. */
const wholeKeys: ReadonlySet<string> = new Set(['gen_ai.input.messages', 'gen_ai.output.messages']);

/** Attributes with texts that every receiver takes: not too long, and nothing in them that UTF-8 cannot write. */
export function safeAttributes(attributes: RawAttributes, losses: LossCounter): Attributes {
  const safe = Object.entries(attributes).map(([key, value]) => [
    key,
    typeof value !== 'string' && !(value instanceof CutText) ? value : safeText(value, wholeKeys.has(key), losses),
  ]);
  return Object.fromEntries(safe);
}

function safeText(text: ShortText, isWhole: boolean, losses: LossCounter): string {
  const short = typeof text === 'string' && !isWhole ? shortText(text) : text;
  if (short instanceof CutText) losses.add('long texts', 'shortened');
  const formed = wellFormed(String(short));
  if (formed !== String(short)) losses.add('texts with lone surrogates', 'altered');
  return formed;
}
