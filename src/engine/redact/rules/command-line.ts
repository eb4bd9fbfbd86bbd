import { commonPasswords } from './block-rules.ts';
import { isToBeFilledIn } from './placeholder.ts';
import type { Rule } from './rule.ts';

const TEXT = 'password in an option of a command, such as `curl -u`, `mysql -p` or `sshpass -p`';
export const QUOTES = String.raw`\\*["']`;
export const QUOTE = `(?:${QUOTES})?`;
const BLANKS = String.raw`(?:\s|\\{1,4}n){0,12}`;
/**
 * Between two words of a command line, with the quote that the second one begins with; also where the words stand in code, each in
 * quotes: `["mysql", "-p…"]`, `Command::new("mysql").arg("-p…")`; or each on a line of its own, in YAML.
 */
export const G = `(?:[ \\t]{1,3}${QUOTE}|(?:(?:[ \\t]\\\\)?\\n|\\\\{1,4}n)[ \\t]{0,20}(?:- {1,3})?${QUOTE}|${QUOTES}\\)?${BLANKS}(?:,${BLANKS}(?:&?\\[${BLANKS})?|\\.args?\\(&?\\[?${BLANKS})${QUOTES})`;
/** Other options of the same command. */
export const BETWEEN = String.raw`(?:[^\n|;&<>]|(?<=\\)\n|\n(?=\s{0,20}(?:- |["'-]))|&(?=\[)){0,200}?`;

/** A value, which does not begin with one of these. */
export function secretOf(notFirst: string): string {
  return `(?![${notFirst}&|;-])(?<secret>[^\\s"'\`\\\\|;<>()]{4,128})`;
}

/** A rule for a password that stands where a command takes one. */
export function option(anchors: string[], body: string, accepts: (value: string) => boolean = isGiven): Rule {
  const pattern = new RegExp(body, 'y');
  return { id: 'command-password', severity: 'medium', text: TEXT, anchors, pattern, accepts };
}

/** Not a variable, a number of a port or a user, or a word of a manual. */
export function isGiven(value: string): boolean {
  return (
    !/^[$%<{-]|^[\d.:/]+$|^\d+:\d+\/(?:tcp|udp)$/.test(value) &&
    !isToBeFilledIn(value) &&
    !commonPasswords.has(value.toLowerCase())
  );
}
