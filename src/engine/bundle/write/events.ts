import { eventLine } from '../../../model/event-line.ts';
import type { Destination } from '../../export/destination.ts';
import { createSink } from '../../export/sink.ts';
import type { CustodySession } from '../custody.ts';
import type { BagWriter } from './bag-writer.ts';

/** Writes the events of sessions into a bundle, each into the folder of its current file, and notes what became of each. */
export function bundleEvents(
  bag: BagWriter,
  folderOf: (path: string) => string,
  safe: (text: string) => string,
): Destination & { sessions: CustodySession[] } {
  const sessions: CustodySession[] = [];
  return {
    sessions,
    async begin({ threadId, name, archived, path }) {
      const file = await bag.create(`${folderOf(path)}/events.ndjson`);
      const sink = createSink(file);
      let isFirst = true;
      return {
        event(event) {
          const line = eventLine(event, isFirst);
          isFirst = false;
          return sink.add(`${line}\n`);
        },
        bytes: () => undefined,
        async end({ events, lost, problems }) {
          await sink.flush();
          await bag.close(file);
          sessions.push({
            ...{ thread_id: threadId as string, name, archived, events_file: file.name, events, lost },
            problems: problems.map(({ rule, line, offset, message }) => ({
              rule,
              line,
              offset,
              message: safe(message),
            })),
          });
          return [];
        },
      };
    },
    failed: async () => {},
    complete: async () => {},
    finish: async () => {},
    leavePartial: async () => null,
    abandon: async () => {},
  };
}
