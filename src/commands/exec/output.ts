import type { History } from '../../model/history.ts';
import type { SessionEvent } from '../../runner/session-events.ts';
import type { TurnResult } from '../../runner/turn.ts';

/** Shows a run to whoever called it. */
export interface Output {
  /** The session is open; events come after that. */
  open(session: Shown): Promise<void>;
  event(event: SessionEvent): void;
  /** Ends a line that is being written, before somebody else writes to the terminal. Returns whether there was one. */
  endLine(): boolean;
  /** The run is over, and the rollout where it will stay; null when it failed. */
  end(result: TurnResult | null): Promise<void>;
}

/** What there is to be said of a session. */
export interface Shown {
  threadId: string;
  history: History | null;
  isEphemeral: boolean;
  /** See `Recorder.tail`. */
  tail: { isRecord: boolean } | null;
  cwd: string;
  config: { model: string; provider: { name: string }; approvalPolicy: string; sandboxPolicy: { type: string } };
}
