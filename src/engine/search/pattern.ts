import { Failure } from '../../base/failure.ts';
import type { Query, QueryField, Term } from './query.ts';
import { requiredLiteral, requiredRun } from './required-bytes.ts';
import { findTerm, type Range, tokensOf } from './words.ts';

/** What is searched for. It can be sent between threads of the program. */
export type Pattern =
  | { kind: 'words'; query: Query }
  | { kind: 'fixed'; text: string; ignoreCase: boolean }
  | { kind: 'regex'; source: string; ignoreCase: boolean };

/**
 * Makes a pattern ready.
 *
 * @throws Failure `usage` for what is no regular expression, and for an empty text
 */
export function compilePattern(pattern: Pattern): Matcher {
  switch (pattern.kind) {
    case 'words':
      return wordMatcher(pattern.query);
    case 'fixed': {
      if (pattern.text === '') throw new Failure('usage', 'there is nothing to search for');
      const expression = pattern.ignoreCase ? ready(new RegExp(escaped(pattern.text), 'giu')) : null;
      return {
        find: (text) => (expression ? findAll(expression, text) : findLiteral(pattern.text, text)),
        needles: needlesOf(requiredRun(pattern.text)),
        ignoresCase: pattern.ignoreCase,
      };
    }
    case 'regex': {
      const expression = compileRegex(pattern.source, pattern.ignoreCase);
      return {
        find: (text) => findAll(expression, text),
        needles: needlesOf(requiredLiteral(pattern.source)),
        ignoresCase: pattern.ignoreCase,
      };
    }
  }
}

export interface Matcher {
  /** Where the pattern stands in a text, first to last, at most `MOST_RANGES` places; empty when it does not. */
  find(text: string, field: string): Range[];
  /** Every line with a match holds one of these ASCII texts as bytes; null when nothing is known of them. */
  needles: string[] | null;
  ignoresCase: boolean;
  /** Whether the session's working directory is searched, and nothing else. */
  wantsCwd?: boolean;
}

/**
 * In a message, all words must stand that may: those without a field, and those of its own. The working directory is a
 * text of its own only when nothing else is asked for.
 */
function wordMatcher({ terms }: Query): Matcher {
  const isOnlyCwd = terms.every(({ field }) => field === 'cwd');
  const inText = isOnlyCwd ? terms : terms.filter(({ field }) => field !== 'cwd');
  const free = inText.filter(({ field }) => field === null);
  const needles =
    free.length > 0 ? [longest(free.flatMap(needlesOfTerm))] : inText.map((term) => longest(needlesOfTerm(term)));
  return {
    find: (text, field) => findTerms(inText, text, field as QueryField),
    needles: needles.every((needle) => needle !== null) ? needles : null,
    ignoresCase: true,
    wantsCwd: isOnlyCwd,
  };
}

function findTerms(terms: readonly Term[], text: string, field: QueryField): Range[] {
  const applicable = terms.filter((term) => term.field === null || term.field === field);
  if (applicable.length === 0) return [];
  const tokens = tokensOf(text);
  const ranges: Range[] = [];
  for (const term of applicable) {
    const found = findTerm(tokens, term, MOST_RANGES);
    if (found.length === 0) return [];
    ranges.push(...found);
  }
  return ranges.sort((a, b) => a.start - b.start).slice(0, MOST_RANGES);
}

function needlesOfTerm({ words }: Term): string[] {
  // Other letters may be written in more than one way.
  return words.flatMap((word) => (/^[a-z0-9]+$/.test(word) ? [word] : (/[a-z0-9]{2,}/.exec(word)?.[0] ?? [])));
}

function longest(texts: string[]): string | null {
  return texts.reduce<string | null>((best, text) => (text.length > (best?.length ?? 0) ? text : best), null);
}

function needlesOf(run: string | null): string[] | null {
  return run === null ? null : [run];
}

function compileRegex(source: string, ignoreCase: boolean): RegExp {
  if (source === '') throw new Failure('usage', 'there is nothing to search for');
  const flags = ignoreCase ? 'gim' : 'gm';
  try {
    return ready(new RegExp(source, `${flags}u`));
  } catch {
    try {
      // Some escapes are allowed only without it.
      return ready(new RegExp(source, flags));
    } catch (error) {
      const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
      throw new Failure('usage', `this is no regular expression: ${reason}`, {
        hint: 'plain text is searched with --fixed',
      });
    }
  }
}

/** What is too large is refused only when it is first used. */
function ready(expression: RegExp): RegExp {
  try {
    for (const text of ['', '\u0100']) expression.test(text);
    expression.lastIndex = 0;
    return expression;
  } catch {
    throw new Failure('usage', `what is searched for is too long: ${expression.source.length} characters`);
  }
}

function findAll(expression: RegExp, text: string): Range[] {
  const ranges: Range[] = [];
  expression.lastIndex = 0;
  while (ranges.length < MOST_RANGES) {
    const match = expression.exec(text);
    if (!match) break;
    // A match of nothing is none.
    if (match[0] === '') expression.lastIndex++;
    else ranges.push({ start: match.index, end: match.index + match[0].length });
  }
  return ranges;
}

function findLiteral(wanted: string, text: string): Range[] {
  const ranges: Range[] = [];
  for (
    let at = text.indexOf(wanted);
    at >= 0 && ranges.length < MOST_RANGES;
    at = text.indexOf(wanted, at + wanted.length)
  ) {
    ranges.push({ start: at, end: at + wanted.length });
  }
  return ranges;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const MOST_RANGES = 32;
