import { AnchorFinder } from '../anchor-finder.ts';
import { BETWEEN, G, isGiven, option, QUOTE, QUOTES, secretOf } from './command-line.ts';
import { isRandom } from './entropy.ts';
import { furtherCommandRules } from './further-command-rules.ts';
import type { Rule } from './rule.ts';
import { readSecretOf } from './secret-of.ts';
import { isWords } from './words.ts';

const isNoGroup = (value: string) => isGiven(value) && !isWords(value);

/** Passwords that a command takes in an option of one letter, which says nothing without the command. */
export const commandRules: readonly Rule[] = [
  option(
    ['-u ', '-u"', "-u'", '-u\\"', '-U ', '--user ', '--user=', '--user"', "--user'", '--proxy-user ', '--proxy-user='],
    `-{1,2}(?:u|U|user|proxy-user)(?:[ =]{1,3}${QUOTE}|${G}|${QUOTES})[^\\s:"'\`\\\\@/,]{1,64}:${secretOf('@')}`,
    isNoGroup,
  ),
  option(['curl -u'], `curl -u[^\\s:"'\`\\\\@/]{1,64}:${secretOf('@')}`, isNoGroup),
  option(
    ['curl'],
    `curl${G}${BETWEEN}(?<=[ "'])-[a-zA-Z#]{1,8}u${G}[^\\s:"'\`\\\\@/,]{1,64}:${secretOf('@')}`,
    isNoGroup,
  ),
  option(
    ['curl'],
    // A key in place of the user, and no password.
    `curl${G}${BETWEEN}(?<=[ "'])(?:-[a-zA-Z#]{0,8}u|--user)(?:[ =]{1,3}${QUOTE}|${G})(?<secret>[\\w.~-]{12,200})(?=:(?:\\\\*["']|\\s|$))`,
    isRandom,
  ),
  option(
    ['mysql', 'mariadb'],
    `(?:mysql|mariadb)[\\w-]{0,20}(?:\\.exe)?${G}${BETWEEN}(?<=[ "'])-p${QUOTE}${secretOf('=')}`,
    (value) => isGiven(value) && !/^(?:assword|ort|rotocol|rint|ipe)/.test(value),
  ),
  option(['sshpass'], `sshpass${G}(?:-[ev]${G})?-p(?:${G}|${QUOTE})${secretOf('')}`),
  option(
    ['redis-cli'],
    `redis-cli${G}${BETWEEN}(?<=[ "'])(?:-a${G}|--pass(?:=${QUOTE}|${G})|(?:AUTH|auth)${G}(?:[a-z]{1,20}${G})?)${secretOf('')}`,
  ),
  option(
    ['docker', 'podman', 'helm', 'buildah'],
    `(?:docker|podman|buildah|helm${G}registry)${G}login${G}${BETWEEN}(?<=[ "'])-p${G}${secretOf('')}`,
  ),
  option(['az login', 'az"', "az'"], `az${G}login${G}${BETWEEN}(?<=[ "'])-p${G}${secretOf('')}`),
  option(['openssl'], `openssl${G}${BETWEEN}(?<=[ "'])(?:-k${G}|-pass(?:in|out)?${G}pass:)${secretOf('')}`),
  option(
    ['htpasswd'],
    `htpasswd${G}(?:-\\w+${G}){0,6}-(?![a-zA-Z]*n)\\w*b\\w*${G}(?:-\\w+${G}){0,6}[^\\s"',-][^\\s"',]{0,200}${G}[^\\s"',-][^\\s"',]{0,60}${G}${secretOf('')}`,
  ),
  option(
    ['htpasswd'],
    `htpasswd${G}(?:-\\w+${G}){0,6}-\\w*(?:n\\w*b|b\\w*n)\\w*${G}(?:-\\w+${G}){0,6}[^\\s"',-][^\\s"',]{0,60}${G}${secretOf('')}`,
  ),
  option(
    ['smb', 'rpcclient'],
    `(?:smbclient|smbmap|smbget|rpcclient)${G}${BETWEEN}(?<=[ "'])-U(?:${G}|${QUOTE})[^\\s%"']{1,80}%${secretOf('')}`,
  ),
  option(['http ', 'https '], `https? ${BETWEEN}(?<= )(?:-a|--auth)[ =]${QUOTE}[^\\s:"']{1,64}:${secretOf('')}`),
  option(['ldap'], `ldap(?:search|modify|add|delete|whoami|passwd)${G}${BETWEEN}(?<=[ "'])-w${G}${secretOf('')}`),
  option(['storepass', 'keypass'], `(?<=-(?:src|dest|new)?)(?:store|key)pass${G}${secretOf('')}`),
  option(['7z', 'rar'], `(?:7z[azr]?|(?:un)?rar)${G}${BETWEEN}(?<=[ "'])-h?p${QUOTE}${secretOf('')}`),
  option(['zip'], `zip${G}${BETWEEN}(?<=[ "'])-P${G}${secretOf('')}`),
  option(
    ['sqlcmd', 'mosquitto_', 'bcp ', 'osql', 'ipmitool'],
    `(?:sqlcmd|osql|bcp|ipmitool|mosquitto_[ps]ub)${G}${BETWEEN}(?<=[ "'])-P(?:${G}|${QUOTE})${secretOf('')}`,
  ),
  option(['lftp'], `lftp${G}${BETWEEN}(?<=[ "'])-u${G}[^\\s,"']{1,64},${secretOf('')}`),
  option(['net use'], `net use ${BETWEEN}/user:\\S{1,80} {1,3}${QUOTE}${secretOf('/')}`),
  option(['net use'], `net use \\\\\\S{1,200} {1,3}${QUOTE}${secretOf('/*')}(?=['"]? {1,3}/user:)`),
  option(['obscure '], `(?<=rclone )obscure {1,3}${QUOTE}${secretOf('')}`),
  option(['mongo'], `mongo(?:sh|dump|restore|import|export|stat)?${G}${BETWEEN}(?<=[ "'])-p${G}${secretOf('')}`),
  ...furtherCommandRules,
];

/** The value of `-u` or `--user` in a list of arguments: a user, and a password. */
export function passwordOfUser(value: string): string | null {
  const password = /^[^\s:@/]{1,64}:(?<password>[^\s@]{4,128})$/.exec(value)?.groups?.password;
  return password !== undefined && isGiven(password) && !isWords(password) ? password : null;
}

/**
 * The password in an argument, by the command and the options before it in a list: `["sshpass", "-p", "…"]`. It goes on to the
 * end of the argument, whatever is in it, as no shell cuts it.
 *
 * @param line all before it, with spaces between them, and one at the end
 */
export function passwordOfArgument(line: string, value: string): string | null {
  const text = line + value.slice(0, LONGEST_ARGUMENT);
  for (let at = commands.next(line, 0); at >= 0; at = commands.next(line, at + 1)) {
    for (const rule of commandRules) {
      if (!rule.anchors.some((anchor) => line.startsWith(anchor, at))) continue;
      rule.pattern.lastIndex = at;
      const hit = rule.pattern.exec(text);
      const start = hit ? at + hit[0].lastIndexOf(readSecretOf(hit)) - line.length : -1;
      if (start < 0 || /\s/.test(value.slice(0, start))) continue;
      const password = value.slice(start);
      if (hit && (rule.accepts?.(readSecretOf(hit), hit) ?? true)) return password;
    }
  }
  return null;
}

const commands = new AnchorFinder(commandRules.flatMap(({ anchors }) => anchors));
const LONGEST_ARGUMENT = 1000;
