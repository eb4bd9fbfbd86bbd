import type { Encoder, EncoderOptions, StreamFormat } from './encoder.ts';
import { createIndex } from './html/index-page.ts';
import { SessionPage } from './html/session-page.ts';

/** A page for each session, which needs nothing else and lets nothing out; with `--split`, a page that leads to them. */
export const html: StreamFormat = { createEncoder, createIndex };

function createEncoder(options: EncoderOptions): Encoder {
  const page = new SessionPage(options);
  return {
    header: (session) => page.header(session),
    event: (event) => page.event(event),
    end: (result) => page.end(result),
    losses: () => page.losses.counts(),
  };
}
