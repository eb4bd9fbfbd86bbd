import type { ShellEnvironmentPolicy } from './config.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The environment that commands start from. What looks like a secret is left out besides, when they are started. */
export function shellEnvironment(policy: ShellEnvironmentPolicy, env: Env): Record<string, string> {
  const excluded = policy.exclude.map(patternOf);
  const included = policy.includeOnly.map(patternOf);
  const fits = (patterns: Part[][], name: string) => patterns.some((pattern) => matches(pattern, name));
  const inherited = Object.entries(env).filter(
    ([name]) => policy.inherit === 'all' || (policy.inherit === 'core' && core.has(name.toUpperCase())),
  );
  const kept = [...inherited.filter(([name]) => !fits(excluded, name)), ...Object.entries(policy.set)];
  return Object.fromEntries(
    kept.filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (included.length === 0 || fits(included, entry[0])),
    ),
  );
}

const core = new Set(['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER', 'USERNAME', 'TMPDIR', 'TEMP', 'TMP']);

type Part = '*' | ((character: string) => boolean);

/** `*`, `?` and `[…]`; everything else is itself. */
function patternOf(glob: string): Part[] {
  const parts = glob.toUpperCase().match(/\*+|\[[!^]?[^\]]+\]|[\s\S]/g) ?? [];
  return parts.map((part) => {
    if (part.startsWith('*')) return '*';
    if (part === '?') return () => true;
    if (part.length === 1) return (character) => character === part;
    const isNot = /^\[[!^]/.test(part);
    const set = part.slice(isNot ? 2 : 1, -1);
    return (character) => isIn(set, character) !== isNot;
  });
}

/** A set like `A-Z_`. */
function isIn(set: string, character: string): boolean {
  for (let at = 0; at < set.length; at += 1) {
    const last = set[at + 1] === '-' ? set[at + 2] : undefined;
    if (last === undefined ? set[at] === character : set[at]! <= character && character <= last) return true;
    if (last !== undefined) at += 2;
  }
  return false;
}

/** In steps of at most the product of both lengths: only the last star is ever tried again. */
function matches(parts: readonly Part[], name: string): boolean {
  const text = name.toUpperCase();
  let [at, part, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === '*') {
      star = part;
      from = at;
      part += 1;
    } else if (wanted?.(text[at]!)) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      part = star + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}
