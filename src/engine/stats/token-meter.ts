import type { TokenUsage } from '../../model/event.ts';
import { noTokens, type Tokens } from './tally.ts';

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

  /** What is recorded from here on in this file is in effect after all. */
  unmarkCut(): void {
    if (!this.#isNewFile) this.#atCut = null;
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
    if (this.#total.total_tokens === now.total_tokens) return this.#total;
    if (this.#isNewFile && this.#atCut?.total_tokens === now.total_tokens) return this.#atCut;
    // What the last request used tells where the total stood before it.
    const implied = used && used.total_tokens <= now.total_tokens ? now.total_tokens - used.total_tokens : null;
    if (this.#isNewFile && used && implied !== null) return minus(now, used);
    const begun = implied !== null && implied < this.#total.total_tokens;
    return begun || now.total_tokens < this.#total.total_tokens ? noTokens() : this.#total;
  }
}

function minus(a: Tokens, b: Tokens): Tokens {
  return {
    input_tokens: Math.max(0, a.input_tokens - b.input_tokens),
    cached_input_tokens: Math.max(0, a.cached_input_tokens - b.cached_input_tokens),
    output_tokens: Math.max(0, a.output_tokens - b.output_tokens),
    reasoning_output_tokens: Math.max(0, a.reasoning_output_tokens - b.reasoning_output_tokens),
    total_tokens: Math.max(0, a.total_tokens - b.total_tokens),
  };
}

function tokensOf(usage: TokenUsage): Tokens {
  return {
    input_tokens: count(usage.input_tokens),
    cached_input_tokens: count(usage.cached_input_tokens),
    output_tokens: count(usage.output_tokens),
    reasoning_output_tokens: count(usage.reasoning_output_tokens),
    total_tokens: count(usage.total_tokens),
  };
}

/** Recorded numbers may be anything; what is no count is none. */
function count(recorded: unknown): number {
  const value = Math.floor(Number(recorded));
  return value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : 0;
}
