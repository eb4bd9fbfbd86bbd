import type { TokenUsage } from '../../model/event.ts';
import { noTokens, type Tokens, tokenKeys } from './tally.ts';

/**
 * What each token count adds. Codex records the running total of a thread, often the same one twice. A fork and a file
 * after a revert go on from the total that was in effect where they begin; Codex up to 0.45 begins at zero again when it
 * resumes.
 */
export class TokenMeter {
  #total: Tokens = noTokens();
  #isNewFile = false;
  /** The total where a later file may go on from, when that is not the end of this one. */
  #atCut: Tokens | null = null;

  /** The thread goes on in another file. */
  beginFile(): void {
    this.#isNewFile = true;
  }

  /** What is recorded from here on in this file was reverted. */
  markCut(): void {
    this.#atCut ??= this.#total;
  }

  /** @returns the tokens used since the count before */
  read(total: TokenUsage, last: TokenUsage | null): Tokens {
    const now = tokensOf(total);
    const used = last && tokensOf(last);
    const before = this.#before(now, used);
    this.#total = now;
    if (this.#isNewFile) this.#atCut = null;
    this.#isNewFile = false;
    return minus(now, before);
  }

  #before(now: Tokens, used: Tokens | null): Tokens {
    const known = [this.#total, ...(this.#isNewFile && this.#atCut ? [this.#atCut] : [])];
    const same = known.find((total) => total.total_tokens === now.total_tokens);
    if (same) return same;
    // What the last request used tells where the total stood before it.
    const implied = used && used.total_tokens <= now.total_tokens ? minus(now, used) : null;
    if (this.#isNewFile && implied) return implied;
    const begun = implied ? implied.total_tokens < this.#total.total_tokens : false;
    return begun || now.total_tokens < this.#total.total_tokens ? noTokens() : this.#total;
  }
}

function minus(a: Tokens, b: Tokens): Tokens {
  const difference = noTokens();
  for (const key of tokenKeys) difference[key] = Math.max(0, a[key] - b[key]);
  return difference;
}

/** Recorded numbers may be anything; what is no count is none. */
function tokensOf(usage: TokenUsage): Tokens {
  const tokens = noTokens();
  for (const key of tokenKeys) {
    const count = Math.floor(Number(usage[key]));
    tokens[key] = count > 0 ? Math.min(count, Number.MAX_SAFE_INTEGER) : 0;
  }
  return tokens;
}
