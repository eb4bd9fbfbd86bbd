import { isSecretOf } from './assigned-rules.ts';
import type { Rule } from './rule.ts';
import { isChanceLike } from './short-token.ts';

const TEXT = 'value of a variable, field or option that is named like a secret';
const Q = String.raw`\\*["'\`]`;
/** A text in quotes, without blanks. */
const VALUE = String.raw`(?<quote>\\*["'\`])(?<secret>(?:(?!\k<quote>)[^\s\\]){6,128})(?=\k<quote>`;
const passwords = ['assword', 'asswd', 'ASSWORD', 'asscode', 'assphrase'];

/** Passwords as code hands them on: to functions, to fields of forms, as the default of an option. */
export const codeRules: readonly Rule[] = [
  {
    ...rule([...passwords, 'Secret', 'Token', 'ApiKey', 'apiKey']),
    back: 60,
    // `setPassword("…")`, `.withApiKey('…')`, `PASSWORD('…')`
    pattern: new RegExp(String.raw`(?<name>[A-Za-z_][\w.]{0,80})\(${VALUE}\s?\))`, 'y'),
    accepts: (value, { groups }) => isSecretOf(groups?.name ?? '', value) && isChanceLike(value),
  },
  {
    ...rule(['ASSWORD ', 'PASS ', 'SECRET ', 'TOKEN ', '_KEY ']),
    back: 60,
    // `set(NAME "…")` of CMake.
    pattern: new RegExp(String.raw`(?<=\bset\()(?<name>[A-Z][A-Z0-9_]{1,60}) ${VALUE})`, 'y'),
    accepts: (value, { groups }) => isSecretOf(groups?.name ?? '', value),
  },
  {
    ...rule([
      'login(',
      'Login(',
      'auth(',
      'Auth(',
      'auth=(',
      'auth = (',
      'uthenticate(',
      'redentials(',
      'redential(',
      'sign_in(',
      'signIn(',
    ]),
    // A user, and a password.
    pattern: new RegExp(String.raw`[a-zA-Z_]+(?: ?= ?)?\(\s{0,20}${Q}[^\s"'\`]{1,64}${Q},\s{0,20}${VALUE})`, 'y'),
    accepts: isChanceLike,
  },
  {
    ...rule(passwords),
    // `getByLabel("Password").fill("…")`, `type('input[name=password]', '…')`, `default="…"`
    pattern: new RegExp(
      String.raw`[a-zA-Z]{4,8}["'\]]{0,3}${Q}(?:\)?\.(?:fill|type|send_keys|sendKeys|set|setValue|set_value|pressSequentially|clear_and_type)\(|,\s{0,20}(?:[a-z]{1,12}=[\w."' ]{1,40},\s{0,20}){0,3}(?:default|value|initialValue)\s?=\s?|,\s{0,20})${VALUE})`,
      'y',
    ),
    accepts: isChanceLike,
  },
  {
    ...rule(['type="password"', "type='password'", 'type=\\"password\\"']),
    pattern: new RegExp(String.raw`type=${Q}password${Q}[^<>\n]{0,200}? value=${VALUE})`, 'y'),
    accepts: isChanceLike,
  },
  {
    ...rule(['assword</t', 'ecret</t', 'oken</t', 'ASSWORD</t']),
    back: 60,
    pattern:
      /(?<name>[A-Za-z][\w.-]{1,60})<\\?\/t[dh]>\s{0,20}<td[^<>]{0,80}>\s{0,20}(?<secret>[^<\s]{6,128})\s{0,20}<\\?\/td>/y,
    accepts: (value, { groups }) => isSecretOf(groups?.name ?? '', value) && isChanceLike(value),
  },
  {
    ...rule(['VALUES (', 'values (']),
    // A row of a table of users.
    pattern:
      /(?<=\((?:[\w"`]{1,40}, ?){0,6}["`]?(?:user_?)?pass(?:word|wd)["`]?(?:, ?[\w"`]{1,40}){0,6}\) ?)(?:VALUES|values) ?\((?:[^,()\n]{1,80}, ?){0,6}?'(?<secret>[^'\s]{6,128})(?=')/y,
    accepts: isChanceLike,
  },
  {
    ...rule(['kind: Secret', 'stringData:', 'apiVersion: v1']),
    // The values of a manifest of Kubernetes, whatever they are named.
    pattern:
      /(?:(?:stringData:|kind: Secret\n(?:[^\n]{1,200}\n){0,20}?data:)|apiVersion: v1\ndata:)(?<secret>(?:\n[ ]{1,8}[\w.-]{1,128}: ?[^\n]{8,4000}){1,60})(?=\n|$)/y,
    accepts: (value, { 0: whole, index, input }) =>
      (!whole.startsWith('api') ||
        /^\n(?:[^\n]{1,200}\n){0,20}?kind: Secret\b/.test(
          input.slice(index + whole.length, index + whole.length + 2000),
        )) &&
      value.split('\n').some((line) => isChanceLike(line.replace(/^ *[\w.-]+: ?/, ''))),
  },
];

function rule(anchors: readonly string[]): Omit<Rule, 'pattern'> {
  return { id: 'assigned-secret', severity: 'medium', text: TEXT, anchors };
}
