import { isSecretOf, kindOfName } from './assigned-rules.ts';
import { isCredential } from './block-rules.ts';
import { isRandom } from './entropy.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Match } from './rule.ts';

/**
 * What is secret of the value of a member, by its name: a text in JSON stands without the name that would tell of it in a text. The ids
 * are those of the rules that find the same in a text.
 */
export function secretOfMember(name: string, value: string): Match | null {
  if (isAuthorization(name)) return credential(value);
  if (isCookie(name)) return cookies(value);
  if (!isSecretOf(name, value)) return null;
  return { start: 0, end: value.length, rule: 'assigned-secret', severity: 'medium', value };
}

/** Whether a name is that of a header whose value is a secret, also where it stands before it in a list. */
export function isSecretHeader(name: string): boolean {
  return isAuthorization(name) || isCookie(name);
}

/** The number that is a password, or a token: its digits. */
export function secretNumber(name: string, digits: string): Match | null {
  const kind = /^\d+$/.test(digits) ? kindOfName(name) : null;
  if (kind === null || digits.length < (kind === 'password' ? SHORTEST_PASSWORD : SHORTEST_TOKEN)) return null;
  return { start: 0, end: digits.length, rule: 'assigned-secret', severity: 'medium', value: digits };
}

/** One of many cookies: a member of an object that holds them by name. */
export function cookieValue(value: string): Match | null {
  return isRandom(value) ? { start: 0, end: value.length, rule: 'cookie', severity: 'high', value } : null;
}

export function isCookie(name: string): boolean {
  return /^(?:set[-_]?)?cookies?$/i.test(name);
}

function isAuthorization(name: string): boolean {
  return /^(?:(?:proxy|x)[-_]?)?authorization$/i.test(name);
}

function credential(value: string): Match | null {
  const start = scheme.exec(value)?.[0].length ?? 0;
  const secret = value.slice(start).trimEnd();
  const isToken = secret.length >= SHORTEST_CREDENTIAL && isCredential(secret) && (start > 0 || !/\s/.test(secret));
  if (!isToken) return null;
  return { start, end: start + secret.length, rule: 'authorization', severity: 'high', value: secret };
}

const scheme = /^\s*[A-Za-z][\w-]{1,30}\s+/;

function cookies(value: string): Match | null {
  const hit = /[\w.-]{1,80}=(?<first>[^\s;]{8,4000})/.exec(value);
  if (!hit || isPlaceholder(hit.groups?.first as string)) return null;
  return { start: hit.index, end: value.length, rule: 'cookie', severity: 'high', value: value.slice(hit.index) };
}

const SHORTEST_CREDENTIAL = 8;
const SHORTEST_PASSWORD = 4;
const SHORTEST_TOKEN = 16;
