import type { Query, Term } from './query.ts';

/**
 * What SQLite's full-text index is asked for a query: every text that matches it, and at most some that do not. Words hold
 * letters and digits only and stand in quotes, so nothing in a query is taken for syntax.
 */
export function wordExpression({ terms }: Query): string {
  const inText = terms.filter(({ field }) => field !== 'cwd');
  if (inText.length === 0) return `{cwd} : (${all(terms)})`;
  if (inText.every(({ field }) => field === null)) return `{user agent tool} : (${all(inText)})`;
  const fields = (['user', 'agent', 'tool'] as const).flatMap((own) => {
    const some = inText.filter(({ field }) => field === null || field === own);
    return some.length > 0 ? [`({${own}} : (${all(some)}))`] : [];
  });
  return fields.join(' OR ');
}

/** Of a very long query a part is enough: what is found is compared with the whole of it. */
function all(terms: readonly Term[]): string {
  return terms.slice(0, MOST_TERMS).map(phrase).join(' AND ');
}

function phrase({ words, isPrefix }: Term): string {
  const some = words.slice(0, MOST_WORDS);
  const isCut = some.length < words.length;
  return `"${some.join(' ')}"${isPrefix && !isCut ? ' *' : ''}`;
}

const MOST_TERMS = 32;
const MOST_WORDS = 32;
