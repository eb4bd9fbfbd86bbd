import type { TokenUsage } from '../model/event.ts';
import type { ModelItem } from '../model/history.ts';

/** Counts the tokens of a thread over all of its runs, and guesses how many its next request takes. */
export class TokenMeter {
  total: TokenUsage | null;
  last: TokenUsage | null;
  /** How many items the last count is of. */
  #counted: number;

  /** @param items that the thread goes on from, where it has counts already */
  constructor(total: TokenUsage | null, last: TokenUsage | null, items: readonly ModelItem[]) {
    this.total = total;
    this.last = last;
    this.#counted = last === null ? 0 : countedOf(items);
  }

  /** @param items how many there are now, the answer included */
  add(usage: TokenUsage, items: number): void {
    this.total = this.total === null ? usage : sum(this.total, usage);
    this.last = usage;
    this.#counted = items;
  }

  /** A request that is no part of the conversation: it counts in the total alone. */
  addAside(usage: TokenUsage): void {
    this.total = this.total === null ? usage : sum(this.total, usage);
  }

  /** These items replace all others: what they take is a guess until the next answer. */
  restart(items: readonly ModelItem[]): void {
    const guess = tokensOf(items);
    this.last = { ...nothing, input_tokens: guess, total_tokens: guess };
    this.#counted = items.length;
  }

  /** Tokens of a request with these items: what the last one took, and a guess for what has come since. */
  estimate(items: readonly ModelItem[]): number {
    return Number(this.last?.total_tokens ?? 0) + tokensOf(items.slice(this.#counted));
  }
}

const nothing: TokenUsage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0,
};

/**
 * How many items the last recorded count is of: it stands behind what the model made, and before the outputs of its calls.
 * Where the model made none of them, they are a summary, which was counted as a whole.
 */
function countedOf(items: readonly ModelItem[]): number {
  const last = items.findLastIndex(
    ({ type, role }) => type === 'reasoning' || type.endsWith('_call') || (type === 'message' && role === 'assistant'),
  );
  return last < 0 ? items.length : last + 1;
}

/** As Codex guesses: four bytes a token; an image takes what a large one takes, however it is written. */
function tokensOf(items: readonly ModelItem[]): number {
  const text = JSON.stringify(items, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith('data:image/') ? imageText : value,
  );
  return Math.ceil(Buffer.byteLength(text) / 4);
}

const imageText = ' '.repeat(6000);

function sum(a: TokenUsage, b: TokenUsage): TokenUsage {
  const keys = Object.keys(nothing) as (keyof TokenUsage)[];
  return Object.fromEntries(keys.map((key) => [key, Number(a[key]) + Number(b[key])])) as unknown as TokenUsage;
}
