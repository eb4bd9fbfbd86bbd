import { isMadeUp } from './placeholder.ts';
import type { Rule } from './rule.ts';

/** A rule for keys that begin or end in a way of their own. `body` is a pattern; each match has one of the anchors in it. */
export function key(
  id: string,
  text: string,
  anchors: readonly string[],
  body: string,
  more: Pick<Rule, 'back' | 'accepts'> = {},
): Rule {
  const left = body.includes('(?<secret>') ? '' : `(?:${LEFT})`;
  // Without an end, each anchor in a long run of them would read all of it.
  const bounded = body.replace(/\{(\d+),\}/g, `{$1,${LONGEST}}`);
  // What has no end of its own takes all that could belong to it.
  const right = bounded === body ? '(?![A-Za-z0-9])' : '';
  const pattern = new RegExp(`${left}(?:${bounded})${right}`, 'y');
  // How long it is, its shape does not always say.
  const isOpen = /\{\d+,\d*\}/.test(body);
  return { accepts: (value) => !isMadeUp(value), isOpen, ...more, id, severity: 'high', text, anchors, pattern };
}

/** What stands before a key: nothing that could belong to it, or an escaped line break. */
const LEFT = '(?<![A-Za-z0-9_])|(?<=\\\\[nrt])';

/** No key without a fixed length is longer. */
const LONGEST = 1000;
