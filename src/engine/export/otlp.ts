import type { Event } from '../../model/event.ts';
import type { Chunks, Encoder, EncoderOptions, SessionHead, SessionResult, StreamFormat } from './encoder.ts';
import { LossCounter } from './loss-counter.ts';
import { safeAttributes } from './otlp/safe-attributes.ts';
import { SessionTrace } from './otlp/session-trace.ts';
import { keyValues, type Span } from './otlp/span.ts';

/**
 * OTLP/JSON: one `ExportTraceServiceRequest` a line, each with spans of one session. Attributes are named by the semantic conventions for
 * GenAI as of 1.41.
 */
export const otlp: StreamFormat = { createEncoder: (options) => new OtlpEncoder(options) };

class OtlpEncoder implements Encoder {
  readonly #options: EncoderOptions;
  readonly #losses = new LossCounter();
  #trace: SessionTrace | null = null;
  #spans: string[] = [];
  #size = 0;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  header(session: SessionHead): Chunks {
    this.#trace = new SessionTrace(session, this.#losses, this.#options.hasContent);
    return [];
  }

  event(event: Event): Chunks {
    this.#add(this.#trace?.add(event) ?? []);
    return this.#spans.length >= MOST_SPANS || this.#size >= MOST_CHARACTERS ? [this.#request()] : [];
  }

  end(result: SessionResult): Chunks {
    const requests: string[] = [];
    for (const span of this.#trace?.end(result) ?? []) {
      this.#add([span]);
      if (this.#spans.length >= MOST_SPANS || this.#size >= MOST_CHARACTERS) requests.push(this.#request());
    }
    return this.#spans.length > 0 ? [...requests, this.#request()] : requests;
  }

  losses() {
    return this.#losses.counts();
  }

  #add(spans: readonly Span[]): void {
    for (const span of spans) {
      const text = JSON.stringify(span);
      this.#spans.push(text);
      this.#size += text.length;
    }
  }

  #request(): string {
    const agent = this.#trace?.agent;
    const attributes = { 'service.name': agent?.service, 'service.version': agent?.version };
    const resource = { attributes: keyValues(safeAttributes(attributes, this.#losses)) };
    const { name, version } = this.#options.producer;
    const scope = JSON.stringify({ name, version });
    const spans = `{"scope":${scope},"spans":[${this.#spans.join(',')}],"schemaUrl":"${SCHEMA_URL}"}`;
    this.#spans = [];
    this.#size = 0;
    const request = `{"resourceSpans":[{"resource":${JSON.stringify(resource)},"scopeSpans":[${spans}]}]}`;
    this.#options.check?.record('otlpTraces', request, 'a request of spans');
    return `${request}\n`;
  }
}

/** Of the last release of the semantic conventions that has those for GenAI in it. */
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.41.0';
const MOST_SPANS = 256;
const MOST_CHARACTERS = 1_000_000;
