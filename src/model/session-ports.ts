import type { History } from './history.ts';

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
  /** Brings the index in step with what was recorded. Never throws: the index is brought in step by whoever reads it, too. */
  index(threadId: string): Promise<void>;
}
