import type { Event } from '../../model/event.ts';
import type { LossCount, SessionHead, SessionResult } from './encoder.ts';
import type { Format, RawFormatRow, StreamFormatRow } from './formats.ts';
import type { FailedSession } from './manifest.ts';
import { type OutputRequest, openOutput } from './output.ts';
import { FactGatherer } from './session-facts.ts';

/** Takes sessions one after the other, whatever the format. One of `finish`, `leavePartial` and `abandon` ends it. */
export interface Destination {
  begin(head: Omit<SessionHead, 'indexInFile'>): Promise<SessionWriter>;
  /** A session that was asked for could not be opened. */
  failed(session: FailedSession): Promise<void>;
  /** No session follows: everything that is left is written. */
  complete(): Promise<void>;
  /** Gives what is complete its name. */
  finish(): Promise<void>;
  /** @returns the name under which what is complete stays; null where it went to standard output */
  leavePartial(): Promise<string | null>;
  abandon(): Promise<void>;
}

/** Takes one session: its events, or its bytes for `raw`. */
export interface SessionWriter {
  event(event: Event): Promise<void> | undefined;
  /** The chunk may be reused once this has resolved. */
  bytes(chunk: Uint8Array): Promise<void> | undefined;
  /** @param more what could not be carried, besides what the format knows of itself */
  end(result: SessionResult, more: readonly LossCount[]): Promise<readonly LossCount[]>;
}

export async function openDestination(row: Format, request: OutputRequest): Promise<Destination> {
  if (row.kind === 'bundle') throw new RangeError('a bundle is made by exportBundle');
  if (row.kind !== 'dataset') return openStream(row, request);
  return (await import('./dataset-output.ts')).openDataset(row, request);
}

async function openStream(row: StreamFormatRow | RawFormatRow, request: OutputRequest): Promise<Destination> {
  const format = row.kind === 'stream' ? await row.load() : null;
  const output = await openOutput(row, format, request);
  return {
    async begin(started) {
      const { sink, indexInFile } = await output.begin(started);
      const head = { ...started, indexInFile };
      const encoder = format?.createEncoder(request.encoding) ?? null;
      const gatherer = output.hasIndex ? new FactGatherer() : null;
      if (encoder) await sink.addAll(encoder.header(head));
      return {
        event(event) {
          gatherer?.add(event);
          return encoder ? sink.addAll(encoder.event(event)) : undefined;
        },
        bytes: sink.add,
        async end(result, more) {
          if (encoder) await sink.addAll(encoder.end(result));
          const losses = [...(encoder?.losses() ?? []), ...more];
          await output.end({ head, result, facts: gatherer?.facts() ?? null, losses });
          return losses;
        },
      };
    },
    failed: (session) => output.failed(session),
    complete: () => output.complete(),
    finish: () => output.finish(),
    leavePartial: () => output.leavePartial(),
    abandon: () => output.abandon(),
  };
}
