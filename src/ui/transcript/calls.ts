/**
 * The tool calls that were seen lately, so that a result can name its call and nothing is shown twice. It remembers a
 * bounded number of them with short texts, because a session may hold any number of calls without a result.
 */
export interface Calls {
  remember(callId: string | null, call: Call): void;
  find(callId: string | null): Call | undefined;
}

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

export function rememberCalls(capacity = 1000): Calls {
  const calls = new Map<string, Call>();
  return {
    remember(callId, call) {
      if (callId === null) return;
      const key = ownCopy(callId, 200);
      calls.delete(key);
      calls.set(key, { ...call, title: ownCopy(call.title, 200) });
      const oldest = calls.size > capacity ? calls.keys().next().value : undefined;
      if (oldest !== undefined) calls.delete(oldest);
    },
    find: (callId) => (callId === null ? undefined : calls.get(callId.slice(0, 200))),
  };
}

// A slice of a string keeps the whole of it in memory; the bytes of the slice do not.
function ownCopy(text: string, length: number): string {
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');
}
