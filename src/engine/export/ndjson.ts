import { eventLine } from '../../model/event-line.ts';
import type { Encoder, StreamFormat } from './encoder.ts';

/** The event stream, as `show` prints it: nothing is lost that it has. */
export const ndjson: StreamFormat = { createEncoder };

function createEncoder(): Encoder {
  let isFirst = true;
  return {
    header: () => [],
    event(event) {
      const line = eventLine(event, isFirst);
      isFirst = false;
      return [line, '\n'];
    },
    end: () => [],
    losses: () => [],
  };
}
