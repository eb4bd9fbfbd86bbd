import type { TokenUsage } from './event.ts';
import type { History, ModelItem } from './history.ts';

/** What a running agent asks of the rest of the program, which knows the home and its index. */
export interface SessionPorts {
  /**
   * Where a thread is recorded: the path of its current rollout.
   *
   * @throws Failure `usage` when there is none, or when it lies in the archive
   */
  record(threadId: string): Promise<string>;
  /**
   * What a thread goes on from. With the path of the plain rollout, once the thread is held, nobody else can change it.
   *
   * @param path where the current rollout is now, if it is not where `record` said
   */
  resume(threadId: string, path: string | null): Promise<History>;
  /**
   * What the model answered in another session, request by request.
   *
   * @param session as a user names it
   * @param fromTurn the recorded turn to begin with, counted from 1
   * @throws Failure `usage` when there is no such session
   */
  answers(session: string, fromTurn: number): Promise<AsyncIterable<RecordedAnswer>>;
  /** Whether a legal hold covers a session, or that cannot be known: then its file stays in the form that it has. Never throws. */
  isHeld(threadId: string): Promise<boolean>;
  /** Brings the index in step with what was recorded. Never throws: the index is brought in step by whoever reads it, too. */
  index(threadId: string): Promise<void>;
}

/** What a model answered to one request, as a rollout has it. */
export interface RecordedAnswer {
  /** Output items alone, in their order: no inputs, no outputs of tools. */
  items: readonly ModelItem[];
  usage: TokenUsage | null;
}
