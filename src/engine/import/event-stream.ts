import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import { openRollout } from '../../store/rollout-file.ts';
import { readLines } from '../read-records.ts';
import type { EventLine } from './line-form.ts';

/** An event of a stream of events of sessions. */
export interface StreamedEvent {
  event: EventLine;
  /** Another session begins. */
  isFirst: boolean;
  /** Another file of the session begins. */
  isFirstOfPart: boolean;
  line: number;
  offset: number;
}

export interface StreamOptions {
  /** What messages call it. */
  shownAs: string;
  signal: AbortSignal;
}

/** @throws Failure `findings` for a line that is no event */
export async function* readEventStream(
  path: string,
  { shownAs, signal }: StreamOptions,
): AsyncGenerator<StreamedEvent> {
  const content = await openRollout(path, { shownAs });
  let last: EventLine['value'] | null = null;
  try {
    for await (const { line, decoded, record } of readLines(content)) {
      throwIfStopped(signal);
      if (!decoded.ok && decoded.fault === 'BLANK') continue;
      if (record?.dialect !== 'event') {
        const what = line.terminated ? 'the line is no event' : 'is cut off: the last line is no whole event';
        throw new Failure('findings', what, { file: shownAs, line: line.number, offset: line.offset });
      }
      const { text, value } = record.text();
      const event = { text, value: value as EventLine['value'] };
      const { schema, thread_id: id, base_rollout: base } = event.value;
      const isFirst = last === null || schema !== undefined || id !== last.thread_id;
      const isFirstOfPart = isFirst || base !== last?.base_rollout;
      last = event.value;
      yield { event, isFirst, isFirstOfPart, line: line.number, offset: line.offset };
    }
    const { damage } = content;
    if (damage) throw new Failure('findings', damage.message, { file: shownAs, offset: damage.offset });
  } finally {
    await content.close();
  }
}
