import { entropy, isRandom, isUuid } from './entropy.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Rule } from './rule.ts';
import { isScrambled } from './scrambled.ts';
import { isShortToken } from './short-token.ts';
import { isWords } from './words.ts';

/** The beginnings of names that a secret is given. Cased as people write them: ignoring case would take twice the time. */
const names = [
  'secret',
  'token',
  'passw',
  'passphrase',
  'kennwort',
  'pwd',
  'credential',
  'apikey',
  'api_key',
  'api-key',
];
const anchors = [
  ...names.flatMap((name) => [name, name.toUpperCase(), name.charAt(0).toUpperCase() + name.slice(1)]),
  ...[
    'apiKey',
    'ApiKey',
    'api key',
    'API key',
    '_key',
    '_KEY',
    '-Key',
    '-key',
    'Key',
    'PASS',
    '_pass',
    'pass:',
    'pass=',
    'pass"',
    "pass'",
    'pass\\"',
    'Pass:',
    'psk',
    'PSK',
    'phrase',
    'PHRASE',
    'mnemonic',
    'MNEMONIC',
    'Mnemonic',
    'KEY_BASE',
    'key_base',
    '_auth',
    'auth"',
    'auth\\"',
    '_AUTH',
  ],
];

/** What is assigned to a name that speaks of a secret: in code, in `.env` files, in options, in tables and in prose. */
export const assignedRules: readonly Rule[] = [
  {
    id: 'assigned-secret',
    severity: 'medium',
    text: 'value of a variable, field or option that is named like a secret',
    anchors,
    back: 60,
    pattern:
      /(?<name>-{0,2}(?:(?<=:)_)?[A-Za-z][\w.-]{0,80})(?:\\*["'`]|\*\*)?\]?(?<op>\s{0,20}(?:=\s?[\w.]{1,60}(?:\[[^\]\n]{1,60}\])?\s?(?:\|\||\?\?|or)(?=\s?\\*["'`])|:\s?&?[A-Za-z][\w<>.' ]{0,30}\s?=(?=\s?\\*["'`])|=>|:=|={1,3}|:(?!:)(?:\*\*)?|\{ get;[^{}\n]{0,20}\} =)\s{0,20}|(?<= ?-{1,2}[\w-]{1,40})[ =]|,\s?(?=\\*["']))(?:[|>][+-]?\s?\n\s{1,20})?(?:(?:[bBfFnNrRuU]{1,2}(?=\\*["']))?(?<quote>'''|"""|\\*["'`])(?<secret>(?:(?!\k<quote>)(?:\\.|[^\\\n])){4,512})\k<quote>|(?<secret2>[^\s"'`,;()<>{}[\]|&\\]{6,512}))/y,
    accepts: (value, { groups }) => {
      const { name = '', op = '', quote } = groups ?? {};
      // The user of an address, and its password.
      if (op === ':' && quote === undefined && value.includes('@')) return false;
      return isSecretOf(name, value, { isQuoted: quote !== undefined, isCode: op.includes('=') || op.trim() === '' });
    },
    isOpen: true,
  },
  {
    id: 'assigned-secret',
    severity: 'medium',
    text: 'value of a variable, field or option that is named like a secret',
    anchors,
    back: 60,
    // A line of a `.env` file or of a shell: whatever stands up to the next blank is the value.
    pattern:
      /(?<=^|[\n\r]|\\n|(?:export|set|env|ENV) )(?<name>[A-Z][A-Z0-9_]{1,80})=(?<secret>[^\s"'`\\]{6,512}?)(?=[;,)]?(?:\s|\\[nrt]|$))/y,
    accepts: (value, { groups }) => isSecretOf(groups?.name ?? '', value, { isQuoted: true, isCode: false }),
    isOpen: true,
  },
  {
    id: 'named-secret',
    severity: 'medium',
    text: 'token that looks like chance, behind a word that speaks of a secret',
    anchors: [
      'key ',
      'Key ',
      'token ',
      'Token ',
      'secret ',
      'Secret ',
      'password ',
      'Password ',
      'key: ',
      'token: ',
      'secret: ',
      'key is',
      'token is',
    ],
    pattern: /[A-Za-z]+(?::| is| was| of)?[:=]? {1,3}["'`(]?(?<secret>[A-Za-z0-9+/_=-]{20,512})(?![\w/.-])/y,
    accepts: (value) => isRandom(value) && (entropy(value) > 3.5 || /^[0-9a-f]{32,}$/.test(value)) && /\d/.test(value),
    isOpen: true,
  },
  {
    id: 'named-secret',
    severity: 'medium',
    text: 'token that looks like chance, behind a word that speaks of a secret',
    anchors: ['oken is', 'ecret is', 'key is', 'oken: ', 'ecret: ', 'assword '],
    pattern: /[a-z]+(?::| is:?)? {1,3}["'`(]?(?<secret>[A-Za-z0-9]{8,32})(?![\w/.:(=-])/y,
    accepts: isShortToken,
  },
  {
    id: 'named-secret',
    severity: 'medium',
    text: 'token that looks like chance, behind a word that speaks of a secret',
    anchors: [
      'assword is',
      'assword was',
      'assword for',
      'assphrase is',
      'asswort ist',
      'asswort lautet',
      'ennwort ist',
    ],
    pattern:
      /[a-z]+ (?:(?:(?:for|of) [^\s]{1,64} )?(?:is|was|ist|lautet):?|for [^\s]{1,64}:) ["'`(]?(?<secret>[^\s"'`,;()<>{}[\]|&\\]{5,63}[^\s"'`,;()<>{}[\]|&\\.?])/y,
    accepts: (value) => !isPlaceholder(value) && !isWords(value) && isSpokenPassword(value),
  },
];

/** A sentence goes on with words; and with names of methods, which have digits in them. */
function isSpokenPassword(value: string): boolean {
  if (isScrambled(value)) return true;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s.,:;/-]/].filter((kind) => kind.test(value)).length;
  return classes >= 3 && !/^(?:sha|md|base|utf|aes|rsa|bcrypt|argon|scrypt|pbkdf|https?:)/i.test(value);
}

/** Whether a name speaks of a secret, and the value looks like one. */
export function isSecretOf(name: string, value: string, { isQuoted = true, isCode = true } = {}): boolean {
  const kind = kindOfName(name);
  if (kind === null || isPlaceholder(value)) return false;
  if (kind === 'token')
    return (
      (isRandom(value) && !/\s/.test(value)) ||
      isShortToken(value) ||
      isLogin(value) ||
      (isUuid(value) && strictNames.test(snake(name)))
    );
  if (isQuoted && /(?:phrase|mnemonic)$/.test(snake(name)) && isPhrase(value)) return true;
  return isPassword(value, isQuoted, isCode);
}

/** Whether a name speaks of a password, which may be anything, or of a token, which looks like chance. */
export function kindOfName(name: string): 'password' | 'token' | null {
  const words = snake(name);
  if (harmless.test(words)) return null;
  if (passwordName.test(words)) return 'password';
  return tokenName.test(words) ? 'token' : null;
}

function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
    .replace(/(?:_(?:prod|production|dev|test|staging|live|value|base|b64|base64|\d{1,3}))+$|\d+$/, '');
}

const passwordName =
  /(?:^|_)(?:[a-z]*password|[a-z]*passwd|[a-z]*passwort|kennwort|pwd|psk|pass|[a-z]*phrase|mnemonic|[a-z]*pw)$/;
const tokenName =
  /(?:^|_)(?:[a-z]*secret|[a-z]*token|credentials?|[a-z]*apikey|auth|(?:api|access|secret|private|auth|signing|encryption|master|account|shared|storage|service|admin|deploy|webhook|client|server|license|session|app|hmac|jwt|fernet|pre_?shared|subscription|[a-z]*_secret)_?key)$/;
const strictNames = /api_?key$|secret$|[a-z]_token$|secret_key$/;
/** Of pages, forms and types; and what is public by its nature. */
const harmless =
  /(?:^|_)(?:public|page|next|prev|previous|continuation|cursor|cancel|cancellation|idempotency|cache|sort|partition|primary|foreign|csrf_?param|num|max|min|total|count)_(?:[a-z]+_)?(?:token|key)$|(?:^|_)(?:forgot|reset|change|show|hide|confirm)_password$/;

/** A user and a password in base64, as in the settings of Docker. */
function isLogin(value: string): boolean {
  if (!/^[A-Za-z0-9+/]{12,200}={0,2}$/.test(value)) return false;
  return /^[\w.@-]{1,64}:[!-~]{4,128}$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

/** Words by chance, as wallets and those who know make them: not a sentence about one. */
function isPhrase(value: string): boolean {
  return /^[a-z]{3,10}(?:[ -][a-z]{3,10}){3,24}$/.test(value) && !sentenceWord.test(value);
}

const sentenceWord =
  /\b(?:the|your|you|for|and|not|are|was|enter|must|with|this|that|from|please|invalid|wrong|passphrase|password|phrase|mnemonic|seed|word|words|recovery)\b/;

function isPassword(value: string, isQuoted: boolean, isCode: boolean): boolean {
  if (value.length < 6 || value.length > 128 || /\s/.test(value)) return false;
  // Digits alone are a password only where it is clear that a value stands there.
  if (/^\d+$/.test(value)) return isQuoted;
  if (isScrambled(value)) return true;
  // An expression, not a value.
  if (/^[\w$]+(?:\.[\w$]+)+(?:\(|$)|\(|^[A-Z][A-Z0-9_]*$|=>|^\/|^[\w.]+\[|^[a-z]+:\/\//.test(value) || isWords(value))
    return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s]/].filter((kind) => kind.test(value)).length;
  if (classes >= 2 && /[\d]|[^\w\s.-]/.test(value)) return isQuoted || isCode || /\d/.test(value);
  return isQuoted && classes >= 2 && entropy(value) > 3;
}
