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

/**
 * The event stream of a run as it happens: the records as `show` prints them once they are written, and between them the
 * pieces of answers, which have no `seq`.
 *
 * @param countBefore how many events a thread has that is gone on with
 */
export function eventStream(io: Io, queue: OutputQueue, countBefore: (threadId: string) => Promise<number>): Output {
  let shown: Shown | null = null;
  let isFirst = true;
  let turn = 0;
  /** Of the next record. */
  let seq = 0;

  const write = async (event: object) => {
    const line = eventLine(event as Event, isFirst);
    isFirst = false;
    await io.stdout.write(`${io.stdout.isTTY ? escapeJsonForTerminal(line) : line}\n`);
  };

  async function writeRecord({ body, timestamp, line }: RecordedEvent): Promise<void> {
    if (!shown) return;
    if (body.type === 'EventMsg' && body.msg.type === 'TurnStarted') turn++;
    const place = shown.isEphemeral ? { synthetic: true as const } : { line };
    const { type, ...content } = body;
    await write({ thread_id: shown.threadId, seq: seq++, timestamp, turn, ...place, type, ...content });
  }

  async function writeDelta(msg: { type: string; [key: string]: unknown }): Promise<void> {
    const timestamp = formatTime(io.clock.now());
    await write({ thread_id: shown?.threadId ?? null, timestamp, turn, type: 'EventMsg', msg });
  }

  const tell = (message: string) => queue.add(() => warn(io, message));

  return {
    async open(session) {
      shown = session;
      if (session.history === null || session.isEphemeral) return;
      turn = session.history.turns;
      seq = await countBefore(session.threadId);
      // What was unfinished gets a line of its own, once something is written behind it.
      if (session.tail && !session.tail.isRecord) seq++;
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
