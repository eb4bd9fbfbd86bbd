import type { Event } from '../../model/event.ts';
import type { RecordedEvent } from '../../runner/recorder/recorder.ts';

/** Where the records of a run stand in the thread. */
export interface RecordPlace {
  threadId: string;
  isEphemeral: boolean;
  /** Turns and events that the thread had before. */
  turns: number;
  events: number;
}

/** The records of a run in the published form, numbered as `show` numbers them. */
export class PublishedRecords {
  readonly #place: RecordPlace;
  /** Turn of the last one. */
  turn: number;
  #seq: number;

  constructor(place: RecordPlace) {
    this.#place = place;
    this.turn = place.turns;
    this.#seq = place.events;
  }

  /** @param isTurn false for what a compaction records by itself, which is no turn */
  publish({ body, timestamp, line }: RecordedEvent, isTurn = true): Event {
    if (isTurn && body.type === 'EventMsg' && body.msg.type === 'TurnStarted') this.turn++;
    const { threadId, isEphemeral } = this.#place;
    const place = isEphemeral ? { synthetic: true as const } : { line };
    const { type, ...content } = body;
    const head = { thread_id: threadId, seq: this.#seq++, timestamp, turn: this.turn };
    return { ...head, ...place, type, ...content } as Event;
  }
}
