import { merged } from './merge.ts';
import type { Match } from './rules/rule.ts';

/**
 * What is found in a text, in order, none over another: of a long text a part at a time, so that what is noted of it does not grow with
 * the text. A part is looked at with what stands around it, so that only what is longer than that is found in pieces.
 */
export function* inWindows(text: string, scan: (part: string) => readonly Match[]): Generator<readonly Match[]> {
  if (text.length <= WINDOW + BEHIND) {
    yield merged(scan(text));
    return;
  }
  for (let from = 0; from < text.length; ) {
    const begin = Math.max(0, from - BEFORE);
    const end = Math.min(text.length, from + WINDOW + BEHIND);
    const cut = end === text.length ? end : from + WINDOW;
    const found = within(merged(scan(text.slice(begin, end))), begin, from, cut);
    yield found;
    from = Math.max(cut, found[found.length - 1]?.end ?? 0);
  }
}

/** Those that begin before `cut` and do not end before `from`, at their places in the whole text. */
function within(matches: readonly Match[], begin: number, from: number, cut: number): Match[] {
  const found: Match[] = [];
  for (const match of matches) {
    const [start, end] = [Math.max(from, match.start + begin), match.end + begin];
    if (start >= cut) break;
    if (end > from) found.push({ ...match, start, end });
  }
  return found;
}

const WINDOW = 1 << 18;
const BEFORE = 1 << 13;
const BEHIND = 1 << 16;
