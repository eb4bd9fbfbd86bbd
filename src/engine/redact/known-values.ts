import { AnchorFinder } from './anchor-finder.ts';
import { isRandom } from './rules/entropy.ts';
import type { Match } from './rules/rule.ts';
import { isChanceLike } from './rules/short-token.ts';

/**
 * Secrets that were found by what stood around them, so that they are found again where nothing does: a password that a command was
 * given, and that a program then prints.
 */
export class KnownValues {
  #finder: AnchorFinder | null = null;
  readonly #matches = new Map<string, Match>();

  /** Words and numbers are not remembered: they stand elsewhere without being secret. */
  add(match: Match): void {
    const { value, severity } = match;
    if (severity === 'low' || this.#matches.has(value) || this.#matches.size >= MOST) return;
    if (!whole.test(value) || !(isChanceLike(value) || isRandom(value))) return;
    this.#matches.set(value, { ...match, isOpen: false });
    this.#finder ??= new AnchorFinder([]);
    this.#finder.add(value);
  }

  /** Where they stand, and nothing that would belong to a longer word stands beside them. */
  *find(text: string): Generator<Match> {
    const finder = this.#finder;
    if (!finder) return;
    for (let start = finder.next(text, 0); start >= 0; start = finder.next(text, start + 1)) {
      const { encoding: _, from: __, ...match } = this.#matches.get(finder.anchor) as Match;
      const end = start + match.value.length;
      if (isLetter.test(text[end] ?? '') || (isLetter.test(text[start - 1] ?? '') && !isEscape(text, start))) continue;
      yield { ...match, start, end };
    }
  }
}

/** One word, of a length that none has by chance. */
const whole = /^[!-~]{8,200}$/;
const isLetter = /[A-Za-z0-9]/;

/** The `n` of a line break that is escaped. */
function isEscape(text: string, at: number): boolean {
  return /\\[nrt]$/.test(text.slice(Math.max(0, at - 2), at));
}

const MOST = 2000;
