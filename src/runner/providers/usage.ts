import type { TokenUsage } from '../../model/event.ts';

/** Counts of tokens as servers give them, in ours; null where there are none. A total that is missing is the sum. */
export function usageOf(counts: {
  input: unknown;
  cached: unknown;
  output: unknown;
  reasoning: unknown;
  total?: unknown;
}): TokenUsage | null {
  if (!isCount(counts.input) || !isCount(counts.output)) return null;
  return {
    input_tokens: counts.input,
    cached_input_tokens: isCount(counts.cached) ? counts.cached : 0,
    output_tokens: counts.output,
    reasoning_output_tokens: isCount(counts.reasoning) ? counts.reasoning : 0,
    total_tokens: isCount(counts.total) ? counts.total : counts.input + counts.output,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
