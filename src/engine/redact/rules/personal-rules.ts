import type { Rule } from './rule.ts';

/** What tells of a person, and opens nothing. */
export const personalRules: readonly Rule[] = [
  {
    id: 'email',
    severity: 'low',
    text: 'address of e-mail',
    anchors: ['@'],
    back: 64,
    pattern:
      /(?<![\w.%+/@-])(?<secret>[A-Za-z0-9][\w.%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24})(?![\w@]|[-.][A-Za-z0-9]|:[/\w~])/y,
    accepts: (value) =>
      !/^(?:git|hg|svn|noreply|no-reply|npm)@|@(?:.*\.)?(?:example\.\w+|test|invalid|localhost|local)$|\.(?:png|jpe?g|gif|svg|webp|ico|css|scss|[cm]?[jt]sx?|json|md|py|rs|go|rb|sh|txt|lock|toml|ya?ml|html?|service|socket|target|timer)$/i.test(
        value,
      ),
  },
  {
    id: 'home-path',
    severity: 'low',
    text: "user's name in the path of a home",
    anchors: ['/home/', '/Users/', '\\Users\\', '/export/home/'],
    pattern:
      /(?:\/export)?\/home\/(?<secret>[A-Za-z_][\w.-]{0,31})(?![\w.-])|\/Users\/(?<secret2>[A-Za-z_][\w.-]{0,63})(?![\w.-])|\\{1,8}Users\\{1,8}(?<secret3>[A-Za-z_][\w.-]{0,63})(?![\w.-])/y,
    accepts: (value) => !sharedUsers.has(value.toLowerCase()),
  },
  {
    id: 'card-number',
    severity: 'low',
    text: 'number of a credit card',
    anchors: [],
    pattern:
      /(?<![\w.-])(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d)([ -])\d{4}\1\d{4}\1\d{4}(?![\w.-])|(?<![\w.-])3[47]\d\d([ -])\d{6}\2\d{5}(?![\w.-])|(?<![\w.-])(?:(?:4\d{3}|5[1-5]\d\d|6011)\d{12}|3[47]\d{13})(?![\w.-])/g,
    accepts: isLuhn,
  },
];

/** Accounts that every machine has, or every manual. */
const sharedUsers = new Set(
  'shared public default runner runneradmin user username ubuntu debian node vscode codespace vagrant app appuser you me name guest example linuxbrew'.split(
    ' ',
  ),
);

function isLuhn(value: string): boolean {
  const digits = value.replace(/\D/g, '');
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0 && new Set(digits).size > 3;
}
