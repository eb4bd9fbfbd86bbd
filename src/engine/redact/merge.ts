import { providerNames } from './rules/provider-rules.ts';
import type { Match } from './rules/rule.ts';

/** Matches in order, none over another: those that overlap become one. */
export function merged(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2) return matches;
  const apart: Match[] = [];
  const sure = joined(matches.filter(({ severity }) => severity !== 'low'));
  const personal = joined(matches.filter(({ severity }) => severity === 'low'));
  let at = 0;
  // What tells of a person gives way: what is left of it beside another secret is a match of its own.
  for (const match of personal) {
    while (at < sure.length && (sure[at] as Match).end <= match.start) at++;
    let { start } = match;
    let next = at;
    for (; next < sure.length && (sure[next] as Match).start < match.end; next++) {
      const { start: from, end: to } = sure[next] as Match;
      apart.push(...partOf(match, start, from));
      start = Math.max(start, to);
    }
    if (next === at) apart.push(match);
    else apart.push(...partOf(match, start, match.end));
  }
  return [...sure, ...apart].sort((a, b) => a.start - b.start);
}

function partOf(match: Match, start: number, end: number): Match[] {
  if (start >= end) return [];
  // In an encoded text, places are not those of the value.
  if (match.encoding) return start > match.start && match.rule === 'email' ? [] : [{ ...match, start, end }];
  const value = match.value.slice(start - match.start, end - match.start);
  return isRest(value) ? [] : [{ ...match, start, end, value }];
}

/** A password before the host of an address looks like e-mail: the host is nobody. */
function isRest(value: string): boolean {
  return value.startsWith('@') || !/[A-Za-z0-9]{2}/.test(value);
}

function joined(matches: readonly Match[]): Match[] {
  const sorted = [...matches].sort((a, b) => a.start - b.start || b.end - a.end);
  const apart: Match[] = [];
  for (const match of sorted) {
    const last = apart[apart.length - 1];
    if (!last || match.start >= last.end) apart.push(match);
    else apart[apart.length - 1] = both(last, match);
  }
  return apart;
}

/** One that has all of both in it. It is the better one's secret, so that this has the same mark wherever it stands. */
function both(a: Match, b: Match): Match {
  const better = isBetter(b, a) ? b : a;
  return { ...better, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** Whether the rule of a match knows more of what it found than that of another one, or has found more. */
export function isBetter(a: Match, b: Match): boolean {
  if (a.severity !== b.severity) return weight(a) > weight(b);
  const isKnown = providerNames.has(a.rule);
  // One of many in what the other one has found is not all of it.
  if (isKnown !== providerNames.has(b.rule))
    return isKnown ? 2 * a.value.length > b.value.length : 2 * b.value.length <= a.value.length;
  return a.value.length > b.value.length;
}

function weight({ severity }: Match): number {
  return severity === 'high' ? 2 : severity === 'medium' ? 1 : 0;
}
