import type { Io } from '../../base/io.ts';
import { escapeJsonForTerminal } from '../../base/safe-text.ts';
import { formatTime } from '../../base/time.ts';
import { warn } from '../../base/warn.ts';
import type { Event } from '../../model/event.ts';
import { eventLine } from '../../model/event-line.ts';
import type { RecordedEvent } from '../../runner/recorder/recorder.ts';
import type { SessionEvent } from '../../runner/session-events.ts';
import type { Output, Shown } from './output.ts';
import type { OutputQueue } from './output-queue.ts';
import { PublishedRecords } from './published-records.ts';

/**
 * The event stream of a run as it happens: the records as `show` prints them once they are written, and between them the
 * pieces of answers, which have no `seq`.
 *
 * @param countBefore how many events a thread has that is gone on with
 */
export function eventStream(io: Io, queue: OutputQueue, countBefore: (threadId: string) => Promise<number>): Output {
  let shown: Shown | null = null;
  let records: PublishedRecords | null = null;
  let isFirst = true;

  const write = async (event: Event) => {
    const line = eventLine(event, isFirst);
    isFirst = false;
    await io.stdout.write(`${io.stdout.isTTY ? escapeJsonForTerminal(line) : line}\n`);
  };

  async function writeRecord(record: RecordedEvent): Promise<void> {
    if (records) await write(records.publish(record));
  }

  async function writeDelta(msg: { type: string; [key: string]: unknown }): Promise<void> {
    const timestamp = formatTime(io.clock.now());
    const turn = records?.turn ?? 0;
    // It has no place among the records.
    await write({ thread_id: shown?.threadId ?? null, timestamp, turn, type: 'EventMsg', msg } as unknown as Event);
  }

  const tell = (message: string) => queue.add(() => warn(io, message));

  return {
    async open(session) {
      shown = session;
      const { threadId, isEphemeral, history, tail } = session;
      const isNew = history === null || isEphemeral;
      // What was unfinished gets a line of its own, once something is written behind it.
      const unfinished = tail && !tail.isRecord ? 1 : 0;
      const events = isNew ? 0 : (await countBefore(threadId)) + unfinished;
      records = new PublishedRecords({ threadId, isEphemeral, turns: isNew ? 0 : history.turns, events });
    },
    event(event: SessionEvent) {
      const delta = deltaOf(event);
      if (event.type === 'record') queue.add(() => writeRecord(event.record));
      else if (delta) queue.add(() => writeDelta(delta));
      if (event.type === 'retry') tell(`${event.message}; trying again in ${event.delayMs / 1000} s`);
      else if (event.type === 'note') tell(event.message);
    },
    endLine: () => false,
    async end() {},
  };
}

/** What is told as it happens and recorded nowhere. */
function deltaOf(event: SessionEvent) {
  if (event.type === 'text_delta') return { type: 'AgentMessageDelta', delta: event.text };
  if (event.type === 'reasoning_delta') return { type: 'AgentReasoningDelta', delta: event.text };
  if (event.type === 'output_delta') {
    return { type: 'ExecCommandOutputDelta', call_id: event.callId, delta: event.text };
  }
  if (event.type === 'retry') return { type: 'StreamError', message: event.message, retry_in_ms: event.delayMs };
  return null;
}
