import type { SessionHead } from '../encoder.ts';
import { ThreadMeter } from '../thread-meter.ts';
import type { TableFold } from './table.ts';

/** A row for each count of tokens that adds to the one before; counts are often recorded twice. */
export function usageRows({ threadId }: SessionHead): TableFold {
  const meter = new ThreadMeter();
  return {
    event(event) {
      const used = meter.read(event);
      if (!used) return null;
      if (used.total_tokens === 0) return [];
      return [
        [
          threadId,
          event.seq,
          event.turn,
          event.timestamp,
          meter.model,
          used.input_tokens,
          used.cached_input_tokens,
          used.output_tokens,
          used.reasoning_output_tokens,
          used.total_tokens,
          event.rolled_back ?? null,
          event.inherited_from ?? null,
        ],
      ];
    },
    end: () => [],
  };
}
