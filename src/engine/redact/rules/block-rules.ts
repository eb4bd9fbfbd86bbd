import { isRandom } from './entropy.ts';
import { isPlaceholder, isToBeFilledIn } from './placeholder.ts';
import type { Rule } from './rule.ts';

/** What is not one token: keys of several lines, addresses with a password in them, headers. */
export const blockRules: readonly Rule[] = [
  {
    id: 'private-key',
    severity: 'high',
    text: 'private key in PEM, OpenSSH, PGP or PuTTY form; the whole block',
    anchors: ['-----BEGIN', '---- BEGIN', 'Private-Lines:'],
    // One that was cut off has no end; what there is of it goes.
    pattern:
      /-{4,5} ?BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}(?:[^-]{0,20000}(?:-(?!----)[^-]{0,200}){0,20}?-{4,5} ?END [A-Z0-9 ]{0,40} ?-{4,5}|(?:[\sA-Za-z0-9+/=:,\\]|-(?!-))*)|Private-Lines: ?\d+(?:[\s\\nr]+[A-Za-z0-9+/=]{20,})+/y,
    accepts: (value) =>
      value.replace(/-{4,5}[^-]*-{4,5}/g, '').replace(/\\[nr]|\s/g, '').length >= 32 && !/\.\.\.|…|x{8}/i.test(value),
  },
  {
    id: 'url-password',
    severity: 'high',
    text: 'password in an address, such as a connection string',
    anchors: ['://'],
    pattern:
      /:\/\/(?:[^\s:/?#@"'`<>\\]{0,200}):(?<secret>[^\s"'`\\/?@][^\s"'`\\/?]{2,200}(?=@)|[^\s"'`<>\\/@][^\s"'`<>\\@]{2,200}?)@(?=[\w[.-]|%|\$)/y,
    accepts: (value) => value.length >= 4 && !isPlaceholder(value) && !commonPasswords.has(value.toLowerCase()),
  },
  {
    id: 'url-token',
    severity: 'high',
    text: 'token in place of the user of an address',
    anchors: ['://'],
    pattern: /:\/\/(?<secret>[\w.~%-]{20,255})@(?=[\w[])/y,
    accepts: (value) => /\d/.test(value) && /[a-z]/i.test(value) && !isPlaceholder(value),
  },
  {
    id: 'url-token',
    severity: 'high',
    text: 'token in place of the user of an address',
    anchors: ['?key=', '&key='],
    pattern: /[?&]key=(?<secret>[\w-]{20,255})(?![\w%.-])/y,
    accepts: (value) => isRandom(value) && /\d/.test(value),
  },
  {
    id: 'url-token',
    severity: 'high',
    text: 'token in place of the user of an address',
    anchors: ['://'],
    // Beside a password, a user that is one itself, as in the addresses of old that Sentry gave out.
    pattern: /:\/\/(?<secret>[0-9a-f]{32}):/y,
    accepts: (value) => isRandom(value),
  },
  {
    id: 'authorization',
    severity: 'high',
    text: 'value of an Authorization header',
    anchors: ['uthorization', 'UTHORIZATION'],
    pattern:
      /uthorization\\*["'`]?\s{0,3}[:=,]\s{0,3}\\*["'`]?(?:f?\\*["'`])?(?:(?:bearer|basic|token|digest|apikey|bot|negotiate|key|ssws|aws4-hmac-sha256)[\s:=]{1,3})?(?<secret>[^\s"'`<>{}$\\][^\s"'`<>{}\\]{7,4000})/iy,
    accepts: isCredential,
    isOpen: true,
  },
  {
    id: 'authorization',
    severity: 'high',
    text: 'value of an Authorization header',
    anchors: ['Bearer ', 'bearer '],
    pattern: /bearer (?<secret>[\w.~+/=-]{16,4000})/iy,
    accepts: (value) => !isPlaceholder(value) && isCredential(value) && /\d/.test(value) && /[a-z]/i.test(value),
    isOpen: true,
  },
  {
    id: 'cookie',
    severity: 'high',
    text: 'values of a Cookie or Set-Cookie header',
    anchors: ['-b ', '-b"', "-b'", '--cookie ', '--cookie='],
    // `curl -b name=value`
    pattern:
      /(?<=curl [^\n|;]{0,300})-(?:b|-cookie)[ =]?\\*["']?(?<secret>[\w.-]{1,80}=[^\s;"'\\]{8,4000}(?:; ?[\w.-]{1,80}=[^\s;"'\\]{1,4000}){0,60})/y,
    accepts: (value) => !isPlaceholder(value.slice(value.indexOf('=') + 1)) && !/=\$/.test(value),
  },
  {
    id: 'cookie',
    severity: 'high',
    text: 'values of a Cookie or Set-Cookie header',
    anchors: ['ookie:', 'OOKIE:', 'ookie":', "ookie':", 'ookie\\":'],
    pattern:
      /ookie\\*["']?:\s{0,3}\\*["']?(?<secret>[\w.-]{1,80}=[^\s;"'\\]{8,4000}(?:; ?[\w.-]{1,80}=[^\s;"'\\]{1,4000}){0,60})/iy,
    accepts: (value) => !isPlaceholder(value.slice(value.indexOf('=') + 1)),
  },
];

/** Whether what stands behind `Bearer ` or the like is one, and no word of a manual. */
export function isCredential(value: string): boolean {
  return (
    !isToBeFilledIn(value) &&
    !/^(?:required|optional|header|failed|missing|invalid|process\.|os\.|self\.|this\.)/i.test(value)
  );
}

/** What stands in the examples of every manual. */
export const commonPasswords = new Set(
  'password pass passwd secret user username root admin test example localhost postgres mysql guest pwd mypassword mypass changeit letmein'.split(
    ' ',
  ),
);
