/**
 * What every JSON text must hold, byte for byte, that holds a text when it is decoded: the longest run in it that no writer
 * of JSON escapes. Null when there is none.
 *
 * Letters, digits and most signs stand in JSON as they are; quotes, backslashes, slashes, control characters and
 * all beyond ASCII may be escaped. At spaces a text may be put together from several values.
 */
export function requiredRun(text: string): string | null {
  let longest = '';
  for (const [run] of text.matchAll(/[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]+/g))
    if (run.length > longest.length) longest = run;
  return longest === '' ? null : longest;
}

/**
 * The longest run of characters that every match of a regular expression holds, as far as that is plain to see: outside of
 * groups and classes, and not optional. Null when there is none, and for alternatives.
 */
export function requiredLiteral(source: string): string | null {
  const runs: string[] = [];
  let run = '';
  const end = () => {
    runs.push(run);
    run = '';
  };
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const sign = source[at] as string;
    let literal: string | null = null;
    if (sign === '\\') {
      at++;
      // An escaped sign stands for itself; an escaped letter or digit for something else.
      const escaped = source[at] ?? '';
      if (/^[^\p{L}\p{N}]$/u.test(escaped)) literal = escaped;
      else if (/^[ukpPxc]$/.test(escaped)) return null;
    } else if (sign === '[') {
      at = endOfClass(source, at);
    } else if (sign === '(') {
      depth++;
    } else if (sign === ')') {
      depth--;
    } else if (sign === '|') {
      if (depth === 0) return null;
    } else if (!/[.^$*+?{}]/.test(sign)) {
      literal = sign;
    }
    if (sign === '{') at = Math.max(at, source.indexOf('}', at));
    if (literal === null || depth > 0) {
      end();
      continue;
    }
    const next = source[at + 1] ?? '';
    if (next === '?' || next === '*' || next === '{') end();
    else {
      run += literal;
      if (next === '+') end();
    }
  }
  end();
  const best = runs.flatMap((text) => requiredRun(text) ?? []).sort((a, b) => b.length - a.length)[0];
  return best ?? null;
}

function endOfClass(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === ']') return at;
  }
  return source.length;
}
