import parse from 'parse-duration';
import { Failure } from './failure.ts';

/**
 * Milliseconds of a duration as a user types it: `30d`, `1h30m`, `2w`, `0d`, or ISO 8601 in units of fixed length
 * (`P30D`, `PT12H`, `P2W`). A bare number, a negative one and anything left over is a usage failure, because
 * parse-duration by itself takes `3x` for 0 and `1d junk` for a day.
 */
export function parseDuration(text: string): number {
  const ms = human.test(text) ? parse(text) : iso.test(text) ? parse(text.replace(/[PT]/g, '').toLowerCase()) : null;
  if (ms !== null && ms <= longestMs) return ms;
  throw new Failure('usage', `'${text}' is not a duration`, { hint: hintFor(text) });
}

const number = String.raw`\d+(?:\.\d+)?`;
const human = new RegExp(`^(?=.)(?:${number}w)?(?:${number}d)?(?:${number}h)?(?:${number}m)?(?:${number}s)?$`);
const iso = new RegExp(
  `^P(?=.)(?:${number}W|(?:${number}D)?(?:T(?=.)(?:${number}H)?(?:${number}M)?(?:${number}S)?)?)$`,
);
/** As far as a JavaScript date reaches from the epoch. */
const longestMs = 8.64e15;

function hintFor(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text)) return `name the unit: ${text}d, ${text}h, ${text}m or ${text}s`;
  if (text.startsWith('-')) return 'a duration cannot be negative';
  return 'such as 30d, 12h, 2w, 90m, 45s, 1h30m, P30D or PT12H';
}
