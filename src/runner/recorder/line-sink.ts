import type { Failure } from '../../base/failure.ts';
import { toFailure } from '../../base/failure.ts';
import { compressRollout } from '../../store/compress-rollout.ts';
import type { Home } from '../../store/home.ts';
import type { RolloutWriter } from '../../store/rollout-writer.ts';
import type { Ack, Recorder, RecordingEnd } from './recorder.ts';

/** Where lines go. */
export interface LineSink {
  readonly path: string | null;
  readonly failure: Failure | null;
  append(line: string): Ack;
  barrier(): Promise<void>;
  close(options: Parameters<Recorder['close']>[0]): Promise<RecordingEnd>;
}

/** Into a rollout. */
export function rolloutSink(home: Home, threadId: string, writer: RolloutWriter): LineSink {
  return {
    path: writer.path,
    get failure() {
      return writer.failure;
    },
    append: (line) => writer.append(line),
    barrier: () => writer.barrier(),
    async close({ compress }) {
      const end: RecordingEnd = { path: null, problem: null };
      await writer.close(async (path) => {
        end.path = path;
        if (compress !== 'exit') return;
        try {
          end.path = (await compressRollout(home, threadId, path)).path;
        } catch (error) {
          end.problem = toFailure(error);
        }
      });
      return end;
    },
  };
}

/** Nowhere: for a thread that leaves no trace. */
export function nowhere(): LineSink {
  const done = Promise.resolve();
  return {
    path: null,
    failure: null,
    append: () => ({ written: done, durable: done }),
    barrier: async () => {},
    close: async () => ({ path: null, problem: null }),
  };
}
