import { isSecretOf } from './assigned-rules.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Rule } from './rule.ts';
import { isScrambled } from './scrambled.ts';

const TEXT = 'value of a variable, field or option that is named like a secret';
/** The beginnings of names of secrets, as far as those of passwords and tokens need more than `=` or `:` behind them. */
const names = ['secret', 'token', 'passw', 'pwd', 'credential', 'apikey', 'api_key', '_key', '_pass'].flatMap(
  (name) => [name, name.toUpperCase()],
);
const cased = ['Secret', 'Token', 'Passw', 'ApiKey', 'apiKey', 'Key', 'KEY'];

/** Names of secrets and their values as other languages than those with `=` and `:` write them: shells, XML, tables, SQL, `.netrc`. */
export const writtenRules: readonly Rule[] = [
  assigned(
    [...names, ...cased],
    // `set -x NAME value`, `ENV NAME value`, `gh secret set NAME --body value`.
    /(?<=(?:\bset(?: -\w{1,4})?|\bsetx|\bsetenv|\bENV|\bexport) {1,3})(?<name>[A-Za-z_][A-Za-z0-9_]{1,80}) {1,3}(?:(?:--body|-b)(?:[ =]|(?=\\*["'])))?(?:(?<quote>\\*["'])(?<secret>(?:(?!\k<quote>)[^\n]){6,512})\k<quote>|(?<secret2>[^\s"'`,;()<>{}[\]|&\\=-][^\s"'`,;()<>{}[\]|&\\]{5,512}))/y,
  ),
  assigned(
    [...names, ...cased],
    // `<password>value</password>`
    /(?<=<)(?<name>[A-Za-z][\w.-]{1,80})>(?<secret>[^\s<>]{4,512})(?=<\\?\/)/y,
  ),
  assigned(
    [...names, ...cased],
    // `| NAME | value |`
    /(?<=[|│][ \t*`]{0,20})(?<name>[A-Za-z][\w.-]{1,80})[`*]{0,2}[ \t]{0,40}[|│][ \t]{0,40}`?(?<secret>[^\s|│`]{6,512})(?=`?[ \t]{0,80}[|│])/y,
  ),
  {
    id: 'assigned-secret',
    severity: 'medium',
    text: TEXT,
    anchors: ['PASSWORD ', 'password ', 'Password ', 'IDENTIFIED', 'identified'],
    // SQL: `PASSWORD 'value'`, `IDENTIFIED BY 'value'`.
    pattern:
      /(?:password|identified(?: with [\w"'`]{1,40})?(?: by)(?: password)?) {1,3}\\*'(?<secret>[^'\s\\]{4,128})(?=\\*')/iy,
    accepts: (value) => isSecretOf('password', value),
  },
  {
    id: 'assigned-secret',
    severity: 'medium',
    text: TEXT,
    anchors: ['password '],
    // `.netrc`: `machine m login ada password value`, on one line or more.
    pattern:
      /(?<=(?:login|account|connect) {1,3}[^\s\\]{1,80}(?:\s|\\+[nrt]){1,8})password {1,4}["']?(?<secret>[^\s"'\\]{4,128})/y,
    accepts: (value) => isSecretOf('password', value),
  },
  {
    id: 'assigned-secret',
    severity: 'medium',
    text: TEXT,
    anchors: ['SecureString '],
    pattern: /SecureString (?:-String )?\\*["'](?<secret>[^"'\n\\]{4,128})(?=\\*["'])/y,
    accepts: (value) => isSecretOf('password', value),
  },
  {
    id: 'named-secret',
    severity: 'medium',
    text: 'token that looks like chance, behind a word that speaks of a secret',
    anchors: ['assword ', 'assword, ', 'asscode ', ' pw ', ' pwd ', ' pass '],
    // `use password value to log in`
    pattern: /[a-z ]+,? ["'`(]?(?<secret>[^\s"'`,;()<>{}[\]|&\\$/][^\s"'`,;()<>{}[\]|&\\/]{6,63})(?<![.:?!])/y,
    accepts: isStrong,
  },
  {
    id: 'named-secret',
    severity: 'medium',
    text: 'token that looks like chance, behind a word that speaks of a secret',
    anchors: [
      'contrase',
      'mot de passe',
      'パスワード',
      '密码',
      '密碼',
      '비밀번호',
      'senha',
      'пароль',
      'Пароль',
      'hasło',
      'wachtwoord',
    ],
    pattern:
      /(?:contraseñas?|mot de passe|パスワード|密[码碼]|비밀번호|senha|[пП]ароль|hasło|wachtwoord)\\*["'*]{0,3}\s{0,3}(?:[:=：]|es|est|is|é|to|は|是|为|為)?\\*["'*]{0,3}\s{0,3}["'`]?(?<secret>[!-~]{6,64})(?<![.,;:"'`)\]}\\])/y,
    accepts: isStrong,
  },
];

/** What no word, name, path or version is: letters, digits and a sign that none of these has; or letters as chance has them. */
function isStrong(value: string): boolean {
  if (isPlaceholder(value) || /:\/\/|^[-+*#~%]|^\d+%|\w\.\w+\(|=$/.test(value)) return false;
  return isScrambled(value) || (/\d/.test(value) && /[a-z]/i.test(value) && /[!@#%^*+?~]/.test(value));
}

function assigned(anchors: readonly string[], pattern: RegExp): Rule {
  const accepts = (value: string, { groups }: RegExpExecArray) =>
    isSecretOf(groups?.name ?? '', value, { isQuoted: groups?.quote !== undefined, isCode: false });
  return { id: 'assigned-secret', severity: 'medium', text: TEXT, anchors, back: 60, pattern, accepts };
}
