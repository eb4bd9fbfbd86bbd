import { Failure } from '../../base/failure.ts';
import { tokensOf } from './words.ts';

/**
 * Reads a query: words that must all occur, `"phrases"` whose words must follow each other, `word*` for beginnings of
 * words, and each of them with `user:`, `agent:`, `tool:` or `cwd:` before it.
 *
 * A word is a run of letters and digits, as in the text that is searched: `don't` is two words, which must follow each other.
 *
 * @throws Failure `usage` when no word is in it
 */
export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  for (const match of text.matchAll(/(?:(user|agent|tool|cwd):)?(?:"([^"]*)"?|([^\s"]*))(\*)?/giu)) {
    const [, field, phrase, plain = '', star] = match;
    const said = phrase ?? plain;
    const words = tokensOf(said).map(({ word }) => word);
    if (words.length === 0) continue;
    const isPrefix = star !== undefined || (phrase === undefined && plain.endsWith('*'));
    terms.push({ field: (field?.toLowerCase() as QueryField | undefined) ?? null, words, isPrefix });
  }
  if (terms.length > 0) return { terms };
  throw new Failure('usage', 'there is no word in the query', {
    hint: 'signs are searched with --fixed: sessions search --fixed "=>"',
  });
}

export interface Query {
  /** All must be met. */
  terms: Term[];
}

export const queryFields = ['user', 'agent', 'tool', 'cwd'] as const;
export type QueryField = (typeof queryFields)[number];

export interface Term {
  /** Where it must stand; null for anywhere but in the working directory. */
  field: QueryField | null;
  /** In lower case, following each other. */
  words: string[];
  /** Whether the last word may go on. */
  isPrefix: boolean;
}
