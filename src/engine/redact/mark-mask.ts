import type { Match } from './rules/rule.ts';

/**
 * The same text, as long as it is, with nothing in our own marks that a rule could take for a secret: neither the name of the rule,
 * nor the digits. Placeholders they stay.
 */
export function maskMarks(text: string): string {
  if (!text.includes(BEGINNING)) return text;
  return text.replace(marks, (mark) => `[redacted${'_'.repeat(mark.length - MASK_ENDS)}]`);
}

/** Whether a text is a mark, and nothing else. */
export function isMark(text: string): boolean {
  return text.startsWith(BEGINNING) && text.replace(marks, '') === '';
}

/** Whether there is more to what was found in a masked text than marks, and what holds them together. */
export function isBesideMarks({ value }: Match): boolean {
  return !value.includes('[redacted_') || /[A-Za-z0-9]{2}/.test(value.replace(masks, ''));
}

/**
 * The same for rules that take whatever stands where a password would: what is left of one beside a mark, our own rules find.
 */
export function hasNoMask({ value }: Match): boolean {
  return !value.includes('[redacted_');
}

const BEGINNING = '[redacted:';
/** Only as we make them: no secret fits in one. */
const marks = /\[redacted:[a-z0-9][a-z0-9-]{0,63}:(?:\d{1,9}|x?[0-9a-f]{16})\]/g;
const masks = /\[redacted_+\]/g;
const MASK_ENDS = '[redacted]'.length;
