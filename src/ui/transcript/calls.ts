import type { RecentCalls } from '../../model/recent-calls.ts';

export type Calls = RecentCalls<Call>;

/** What is remembered of a tool call. */
export interface Call {
  /** One line that names the call: `$ npm test`, `apply_patch`. */
  title: string;
  kind: 'command' | 'patch' | 'plan' | 'tool';
  /** The call itself was not seen yet, only a record of what it did. */
  early?: boolean;
  /** The diff that has been shown for it, by its `diffSize`. */
  diff?: string;
  /** What became of the files has been said. */
  changeSaid?: boolean;
  /** From a record of the command's execution that came before the result. */
  execution?: { exitCode: number | null; durationMs: number | null };
  /** That record came without a call, and was shown with its output. */
  outputShown?: boolean;
}
