import { labelNames, type ValuePlace } from './json-place.ts';
import { passwordOfArgument, passwordOfUser } from './rules/command-rules.ts';
import { cookieValue, isCookie, isSecretHeader, secretNumber, secretOfMember } from './rules/member-rules.ts';
import type { Match } from './rules/rule.ts';

/** What the place of a string in JSON tells to be secret of it: the name of its member, or of the option before it. */
export function namedSecret(value: string, place: ValuePlace): Match | null {
  for (const name of namesOf(place)) {
    const match = secretOfMember(name, value);
    if (match) return match;
  }
  const password = passwordIn(value, place);
  if (password !== null) {
    const start = value.length - password.length;
    return { start, end: value.length, rule: 'command-password', severity: 'medium', value: password };
  }
  // Cookies by name, each in a member of its own, or as `{name, value}` in a list.
  return place.keys.slice(-3, -1).some((key) => key !== null && isCookie(key)) ? cookieValue(value) : null;
}

/** What ends an argument in a list, and is a password by what stands before it. */
function passwordIn(value: string, { before, line }: ValuePlace): string | null {
  if (before === null) return null;
  const ofUser = /^(?:-u|--(?:proxy-)?user)$/.test(before) ? passwordOfUser(value) : null;
  return ofUser ?? (line === '' ? null : passwordOfArgument(line, value));
}

/** The same of a number, as it is written. */
export function namedNumber(digits: string, place: ValuePlace): Match | null {
  for (const name of namesOf(place)) {
    const match = secretNumber(name, digits);
    if (match) return match;
  }
  return null;
}

function namesOf(place: ValuePlace): string[] {
  const { keys, before, key } = place;
  const last = keys[keys.length - 1];
  if (last === undefined) return [];
  if (last === null) return namesInList(before, key);
  if (!valueNames.has(last)) return [last];
  const around = keys[keys.length - 2];
  return [...place.siblings(labelNames), ...(typeof around === 'string' ? [around] : []), last];
}

/** In a list of arguments an option stands before its value; headers have lists of values, and may be lists themselves. */
function namesInList(before: string | null, key: string | null): string[] {
  const names: string[] = [];
  const option = /^--?([a-zA-Z][\w-]*)$/.exec(before ?? '')?.[1];
  if (option !== undefined) names.push(option);
  if (before !== null && isSecretHeader(before)) names.push(before);
  if (key !== null && isSecretHeader(key)) names.push(key);
  return names;
}

const valueNames = new Set('value Value VALUE val stringValue string_value secretValue secret_value'.split(' '));
