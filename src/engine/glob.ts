/**
 * Whether a text as a whole fits a pattern of `*`, `?`, `[a-z]` and `[!a-z]`; a `[` that nothing closes is itself. It takes
 * at most as many steps as pattern times text, whatever the pattern is.
 */
export function globMatcher(glob: string): (text: string) => boolean {
  const parts = parseGlob(glob);
  return (text) => {
    const characters = [...text];
    let part = 0;
    let at = 0;
    // Where the last `*` stands, and how much it has taken: only this one ever needs to take more.
    let star = -1;
    let taken = 0;
    while (at < characters.length) {
      const wanted = parts[part];
      if (wanted === '*') {
        star = part++;
        taken = at;
      } else if (wanted?.(characters[at] as string)) {
        part++;
        at++;
      } else if (star >= 0) {
        part = star + 1;
        at = ++taken;
      } else return false;
    }
    return parts.slice(part).every((rest) => rest === '*');
  };
}

type Part = '*' | ((character: string) => boolean);

function parseGlob(glob: string): Part[] {
  const characters = [...glob];
  const parts: Part[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    const close = character === '[' ? endOfSet(characters, i) : -1;
    if (character === '*') parts.push('*');
    else if (character === '?') parts.push(() => true);
    else if (close > 0) {
      parts.push(parseSet(characters.slice(i + 1, close)));
      i = close;
    } else parts.push((other) => other === character);
  }
  return parts;
}

/** A `]` that comes first in a set is one of its characters. */
function endOfSet(characters: string[], open: number): number {
  const first = characters[open + 1] === '!' ? open + 2 : open + 1;
  return characters.indexOf(']', first + 1);
}

function parseSet(set: string[]): Part {
  const isNegated = set[0] === '!';
  const members = isNegated ? set.slice(1) : set;
  const ranges: [from: number, to: number][] = [];
  for (let i = 0; i < members.length; i++) {
    const from = (members[i] as string).codePointAt(0) as number;
    const last = members[i + 1] === '-' ? members[i + 2] : undefined;
    ranges.push([from, last?.codePointAt(0) ?? from]);
    if (last !== undefined) i += 2;
  }
  return (character) => {
    const code = character.codePointAt(0) as number;
    return ranges.some(([from, to]) => code >= from && code <= to) !== isNegated;
  };
}
