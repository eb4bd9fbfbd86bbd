import type { EncoderOptions, LossCount, SessionHead, SessionResult } from './encoder.ts';
import type { RecordCheck } from './record-check.ts';
import type { Sink } from './sink.ts';

export const MANIFEST_SCHEMA = 'sessions.export-manifest/1';
export const LOSS_SCHEMA = 'sessions.export-loss/1';

/**
 * What an export made of which session: one line for each, and a last one that says that there are no more. Schema:
 * `schemas/export-manifest.schema.json`.
 */
export class Manifest {
  readonly #sink: Sink;
  readonly #check: RecordCheck | null;
  #sessions = 0;
  #failed = 0;
  #lost = 0;

  constructor(sink: Sink, check: RecordCheck | null) {
    this.#sink = sink;
    this.#check = check;
  }

  async begin(format: string, { producer, isRedacted }: EncoderOptions): Promise<void> {
    await this.#add({ kind: 'export', format, redacted: isRedacted, producer });
  }

  /** @param file null where sessions share files */
  async session(head: SessionHead, result: SessionResult, file: WrittenFile | null): Promise<void> {
    this.#sessions++;
    this.#lost += result.lost;
    const { threadId: thread_id, sizeBytes: size_bytes, archived } = head;
    const { events, lost, hasGrown: has_grown } = result;
    await this.#add({ kind: 'session', thread_id, archived, size_bytes, events, lost, has_grown, ...file });
  }

  /** A session that was asked for is not here. */
  async failed({ threadId, path, message }: FailedSession): Promise<void> {
    this.#failed++;
    await this.#add({ kind: 'failed', thread_id: threadId, ...(path !== null && { path }), message });
  }

  async file(file: WrittenFile): Promise<void> {
    await this.#add({ kind: 'file', ...file });
  }

  async end(): Promise<void> {
    await this.#add({ kind: 'end', sessions: this.#sessions, failed: this.#failed, lost: this.#lost });
    await this.#sink.flush();
  }

  async #add(record: object): Promise<void> {
    const text = JSON.stringify({ schema: MANIFEST_SCHEMA, ...record });
    this.#check?.record('exportManifest', text, 'a line of the manifest');
    await this.#sink.add(`${text}\n`);
  }
}

/** Name in the folder, length and checksum of its content. */
export interface WrittenFile {
  file: string;
  bytes: number;
  sha256: string;
}

/** With `--redact`, the texts are redacted already. */
export interface FailedSession {
  threadId: string | null;
  /** Of a file that was named itself. */
  path: string | null;
  /** Why. */
  message: string;
}

/** One line of a loss report. Schema: `schemas/export-loss.schema.json`. */
export function lossLine(
  format: string,
  threadId: string | null,
  { kind, effect, count }: LossCount,
  check: RecordCheck | null,
): string {
  const text = JSON.stringify({ schema: LOSS_SCHEMA, format, thread_id: threadId, kind, effect, count });
  check?.record('exportLoss', text, 'a line of the report of losses');
  return `${text}\n`;
}
