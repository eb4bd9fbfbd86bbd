import type { SearchHit } from './hit.ts';
import type { Pattern } from './pattern.ts';
import type { Term } from './query.ts';
import type { FileFinds } from './search-each.ts';
import { findTerm, tokensOf } from './words.ts';

/**
 * What a word query asks of a session as a whole: each of the fields that it names must have a hit, and the working directory
 * must hold the words asked of it. Other patterns let everything through.
 */
export class SessionTest {
  readonly #fields: Set<string>;
  readonly #cwdTerms: Term[];
  #thread: string | null = null;
  #held: SearchHit[] = [];

  constructor(pattern: Pattern) {
    const terms = pattern.kind === 'words' ? pattern.query.terms : [];
    this.#cwdTerms = terms.filter(({ field }) => field === 'cwd');
    this.#fields = new Set(terms.flatMap(({ field }) => (field === null || field === 'cwd' ? [] : [field])));
  }

  /** Takes what was found in a file; gives what is known to count. */
  *add({ threadId, hits, cwd }: FileFinds): Generator<SearchHit[]> {
    if (this.#cwdTerms.length > 0 && !holdsAll(this.#cwdTerms, cwd ?? '')) return;
    if (this.#fields.size < 2) {
      yield hits;
      return;
    }
    if (threadId !== this.#thread) yield* this.finish();
    this.#thread = threadId;
    this.#held.push(...hits);
  }

  *finish(): Generator<SearchHit[]> {
    const found = new Set<string>(this.#held.map(({ field }) => field));
    if (this.#held.length > 0 && [...this.#fields].every((field) => found.has(field))) yield this.#held;
    this.#held = [];
  }
}

function holdsAll(terms: readonly Term[], text: string): boolean {
  const tokens = tokensOf(text);
  return terms.every((term) => findTerm(tokens, term, 1).length > 0);
}
