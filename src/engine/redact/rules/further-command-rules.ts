import { BETWEEN, G, isGiven, option, QUOTE, secretOf } from './command-line.ts';
import type { Rule } from './rule.ts';
import { isChanceLike } from './short-token.ts';
import { isWords } from './words.ts';

/** What takes a password from standard input. */
const READER =
  '(?:(?:sudo )?(?:chpasswd|passwd|smbpasswd|kinit|vncpasswd|cryptsetup)(?=\\s|\\\\*["\']|$)|sudo (?:-\\w+ ){0,4}-\\w*S|(?:gcloud secrets|wrangler(?:@\\w{1,20})? secret|gh secret|fly secrets|docker secret create|podman secret create|vercel env add|pass insert)|[^\\n|]{1,200}--(?:password|with-token|passphrase|passwd)(?:-on)?(?:-stdin|-fd))';

const isNoWord = (value: string) => isGiven(value) && !isWords(value);

/** Programs that take a password behind one option: their names, and the option. */
const options: readonly [anchors: string[], command: string, flag: string][] = [
  [['psexec', 'PsExec', 'paexec'], '(?:ps|Ps|pa)[eE]xec(?:64)?(?:\\.exe)?', '-p'],
  [['cqlsh'], 'cqlsh', '-p'],
  [['beeline'], 'beeline', '-p'],
  [['swaks'], 'swaks', '-ap'],
  [['sendemail', 'sendEmail'], 'send[eE]mail', '-xp'],
  [['openfortivpn'], 'openfortivpn', '-p'],
  [['rdesktop'], 'rdesktop', '-p'],
  [['ncftp'], 'ncftp(?:put|get|ls)?', '-p'],
  [['crackmapexec', 'netexec', 'evil-winrm'], '(?:crackmapexec|netexec|evil-winrm)', '-p'],
  [['plink', 'pscp', 'psftp', 'putty'], '(?:plink|pscp|psftp|putty)(?:\\.exe)?', '-pw'],
  [['pdftk'], 'pdftk', '(?:input_pw|user_pw|owner_pw)'],
  [['aws '], 'aws', '--secret-string'],
];

/** Further commands that are given a password. */
export const furtherCommandRules: readonly Rule[] = [
  ...options.map(([anchors, command, flag]) =>
    option(anchors, `${command}${G}${BETWEEN}(?<=[ "'])${flag}(?:${G}|=)${secretOf('@')}`, isNoWord),
  ),
  option(
    ['echo ', 'printf '],
    `(?:echo|printf)(?: -[neE]{1,3})? {1,3}${QUOTE}(?:[\\w.-]{1,32}:)?${secretOf('')}(?=(?:\\\\{1,4}n[^\\s"']{0,128})?(?:\\\\*["'])?(?:; ?echo [^\\s;|)]{1,128})?\\)? {0,3}\\| {0,3}${READER})`,
    isNoWord,
  ),
  option(['<<<'], `(?<=${READER}[^\\n|;]{0,80})<<< {0,2}${QUOTE}(?:[a-z][\\w.-]{0,31}:)?${secretOf('')}`, isNoWord),
  // Two passwords, one behind the other.
  option(['--encrypt '], `(?<=qpdf [^\\n|;]{0,200})--encrypt${G}${secretOf('')}`, isNoWord),
  option(['--encrypt '], `(?<=qpdf [^\\n|;]{0,200})--encrypt${G}\\S{1,128}${G}${secretOf('')}`, isNoWord),
  option(
    [' -A ', ' -X '],
    `(?<=snmp(?:bulk)?(?:walk|get|getnext|set|table|trap) [^\\n|;]{0,200}) -[AX]${G}${secretOf('')}`,
    isNoWord,
  ),
  option(['freerdp', 'mstsc'], `(?:freerdp3?|mstsc(?:\\.exe)?)${G}${BETWEEN}(?<=[ "'])/p:${QUOTE}${secretOf('')}`),
  option(['wpa_passphrase'], `wpa_passphrase${G}[^\\s"']{1,64}${G}${secretOf('')}`, isNoWord),
  option(['mysqladmin'], `mysqladmin${G}${BETWEEN}(?<=[ "'])password${G}${secretOf('')}`, isNoWord),
  option(['useradd', 'usermod'], `user(?:add|mod)${G}${BETWEEN}(?<=[ "'])-p${G}${secretOf('')}`, isNoWord),
  option(['requirepass', 'masterauth'], `(?:requirepass|masterauth)(?:${G}| {4,20})${secretOf('')}`, isNoWord),
  option(
    ['sqlplus', 'expdp', 'impdp', 'rman '],
    `(?:sqlplus|expdp|impdp|rman)${G}(?:-\\w{1,4}${G}){0,3}(?:target${G})?\\w{1,64}/(?<secret>[^\\s"'\`\\\\/@]{4,128})(?=\\\\*["']?@|\\s|$)`,
    isNoWord,
  ),
  option([':thin:', ':oci:'], `(?<=oracle):(?:thin|oci):\\w{1,64}/(?<secret>[^\\s"'\`\\\\/@]{4,128})@`, isNoWord),
  option(['--from-literal'], `--from-literal(?:=|${G})${QUOTE}[\\w.-]{1,128}=${QUOTE}${secretOf('')}`, isChanceLike),
  option(
    ['vault '],
    `vault (?:kv (?:put|patch)|write) [^\\s=]{1,200} ${BETWEEN}(?<= )[\\w.-]{1,64}=${QUOTE}${secretOf('@')}`,
    isChanceLike,
  ),
  option(
    ['put-parameter', 'keyvault secret set'],
    `(?:put-parameter|keyvault secret set)${G}${BETWEEN}(?<=[ "'])--value(?:=|${G})${secretOf('')}`,
    isChanceLike,
  ),
  option(
    ['mc alias', 'mc config'],
    `mc (?:alias set|config host add) \\S{1,64} \\S{1,200} \\S{3,128} ${QUOTE}${secretOf('')}`,
    isNoWord,
  ),
  option(
    [':5432:', ':5433:', ':6432:', ':*:'],
    // A line of `.pgpass`: host, port, database, user, password.
    `(?<=(?:^|[\\s"'\`])[\\w.*-]{1,200}):(?:\\d{4}|\\*):[\\w.*-]{1,64}:[\\w.*@-]{1,64}:(?<secret>(?:\\\\:|[^\\s"'\`:\\\\]){4,128})(?!:)`,
    isGiven,
  ),
];
