import type { Clock } from '../../base/io.ts';
import { newId } from '../../model/new-id.ts';
import type { Home } from '../../store/home.ts';
import { newRolloutWriter, openRolloutWriter } from '../../store/writer/open-writer.ts';
import { countLines } from '../../store/writer/rollout-form.ts';
import type { Entry } from './dialect-records.ts';
import { nowhere, rolloutSink } from './line-sink.ts';
import type { RecordedEvent, Recorder, ThreadStart } from './recorder.ts';
import { Recording } from './recording.ts';
import { sessionMeta } from './session-payloads.ts';

export interface RecorderOptions {
  home: Home;
  thread: NewThread | ResumedThread;
  clock: Clock;
  /** Ends the wait for a lock. */
  signal?: AbortSignal;
  /** Told of every record once it is written, in order. */
  onRecord?: (record: RecordedEvent) => void;
}

/** An id is made when there is none. Nothing at all is written of an ephemeral one. */
export type NewThread = { kind: 'new'; threadId?: string; isEphemeral: boolean; start: ThreadStart };

/** @property path of the thread's current rollout, plain or compressed */
export type ResumedThread = { kind: 'resumed'; threadId: string; path: string };

/**
 * Takes a thread for recording, until `close`. Read its history after this: then nobody else can write on.
 *
 * @throws Failure `busy` when another process has the thread open; others as `openRolloutWriter`
 */
export async function openRecorder({ home, thread, clock, signal, onRecord }: RecorderOptions): Promise<Recorder> {
  const wait = { clock, ...(signal && { signal }) };
  if (thread.kind === 'resumed') {
    const { threadId, path } = thread;
    const { writer, dialect, nextOrdinal, tail } = await openRolloutWriter(home, threadId, path, wait);
    const sink = rolloutSink(home, threadId, writer);
    try {
      // Only the event stream tells of lines.
      const lines = onRecord ? await countLines(writer.path) : 0;
      return new Recording({ threadId, dialect, sink, clock, onRecord, opening: null, nextOrdinal, lines, tail });
    } catch (error) {
      await sink.close({ compress: 'never' });
      throw error;
    }
  }
  const now = clock.now();
  const threadId = thread.threadId ?? newId(now);
  const sink = thread.isEphemeral
    ? nowhere()
    : rolloutSink(home, threadId, await newRolloutWriter(home, threadId, now, wait));
  const opening: Entry = {
    type: 'session_meta',
    payload: sessionMeta(threadId, new Date(now).toISOString(), thread.start),
  };
  const common = { threadId, sink, clock, onRecord, opening };
  return new Recording({ ...common, dialect: 'envelope', nextOrdinal: null, lines: 0, tail: null });
}
