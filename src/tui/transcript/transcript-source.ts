import type { Event } from '../../model/event.ts';
import type { TurnRange } from '../../model/live-session.ts';
import type { SeqRange } from '../../model/rollback.ts';

/** Where the events of a transcript come from. */
export interface TranscriptSource {
  /**
   * What is recorded by now, in order; of these turns alone when they are given.
   *
   * @param onTakenBack hears all that rollbacks have taken back so far, which is then not marked in the events
   */
  read(turns: TurnRange | null, signal: AbortSignal, onTakenBack?: TakenBack): AsyncIterable<readonly Event[]>;
  /** The same as a whole, and then what is recorded from now on. It ends with the signal, or where nothing can come any more. */
  follow?(signal: AbortSignal, heard: Following): AsyncIterable<readonly Event[]>;
  /** Tells what is recorded from now on. Events that `read` gives too are told apart by their `seq`. */
  onMore?(listener: (events: readonly Event[]) => void): () => void;
}

export type TakenBack = (ranges: readonly SeqRange[]) => void;

export interface Following {
  onTakenBack: TakenBack;
  /** All that is there was given. */
  onCaughtUp(): void;
}
