import type { Report } from '../../problem.ts';
import type { Destination } from '../destination.ts';
import type { Chunks, EncoderOptions } from '../encoder.ts';
import { otlp } from '../otlp.ts';
import { type Sending, sendTraces } from './send-traces.ts';

export interface EndpointRequest extends Sending {
  encoding: EncoderOptions;
  /** Told of spans that were not taken. */
  report: Report;
  /** The endpoint has something to say to what it took. */
  onMessage(message: string): Promise<void>;
}

/** Sends spans to a collector while they are made. What was sent stays there, whatever happens later. */
export function openEndpoint(request: EndpointRequest): Destination {
  return {
    async begin(started) {
      const encoder = otlp.createEncoder(request.encoding);
      let rejected = 0;
      const send = async (requests: Chunks) => {
        for (const body of requests) {
          const receipt = await sendTraces(String(body), request);
          rejected += Math.min(receipt.rejected, countSpans(String(body)));
          if (receipt.message !== null) await request.onMessage(receipt.message);
        }
      };
      await send(encoder.header({ ...started, indexInFile: started.index }));
      return {
        event(event) {
          const requests = encoder.event(event);
          return requests.length > 0 ? send(requests) : undefined;
        },
        bytes: () => undefined,
        async end(result, more) {
          await send(encoder.end(result));
          if (rejected === 0) return [...encoder.losses(), ...more];
          const message = `the endpoint rejected ${rejected} ${rejected === 1 ? 'span' : 'spans'} of this session`;
          request.report({ ...nowhere, rule: 'REJECTED', weight: 'lost', file: started.path, message });
          const refused = { kind: 'spans that the endpoint rejects', effect: 'omitted', count: rejected } as const;
          return [...encoder.losses(), refused, ...more];
        },
      };
    },
    async failed() {},
    async complete() {},
    async finish() {},
    leavePartial: async () => null,
    async abandon() {},
  };
}

/** In a string of JSON no quotation mark is without a backslash. */
function countSpans(body: string): number {
  return body.split('"startTimeUnixNano":').length - 1;
}

const nowhere = { line: null, offset: null };
