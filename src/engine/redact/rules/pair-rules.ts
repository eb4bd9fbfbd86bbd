import { secretOfMember } from './member-rules.ts';
import type { Rule } from './rule.ts';

/** A value whose name is a value itself, in JSON that was cut off, in YAML, and the like. Whole JSON is not read as a text. */
export const pairRules: readonly Rule[] = [
  {
    id: 'assigned-secret',
    severity: 'medium',
    text: 'value of a variable, field or option that is named like a secret',
    anchors: ['value"', "value'", 'value\\"', 'value:', 'value=', 'Value"', 'Value:'],
    pattern:
      /value\\*["']?\s{0,3}[:=]\s{0,3}(?:(?<quote>\\*["'])(?<secret>(?:(?!\k<quote>)[^\n]){4,512})\k<quote>|(?<secret2>[^\s"'`,\\]{6,512}))/iy,
    accepts: (value, { 0: whole, input, index }) => {
      const before = input.slice(Math.max(0, index - LONGEST_NAME), index);
      const behind = input.slice(index + whole.length, index + whole.length + LONGEST_NAME);
      const names = [nameBefore.exec(before)?.groups?.name, nameBehind.exec(behind)?.groups?.name];
      return names.some((name) => name !== undefined && secretOfMember(name, value) !== null);
    },
    isOpen: true,
  },
];

/** `"name": "DB_PASSWORD",` of the same object. */
const nameBefore =
  /(?:name|key|variable)\\*["']?\s{0,3}[:=]\s{0,3}\\*["']?(?<name>[\w.-]{1,80})(?:\s|,|\\+[nr"']|["'-]){0,40}$/i;
const nameBehind =
  /^(?:\s|,|\\+[nr"']|["'-]){0,40}(?:name|key|variable)\\*["']?\s{0,3}[:=]\s{0,3}\\*["']?(?<name>[\w.-]{1,80})/i;
const LONGEST_NAME = 200;
