import { ownCopy } from '../base/own-copy.ts';

/**
 * The tool calls that were seen lately, so that a result can name its call and nothing is shown twice. It keeps a bounded
 * number of them, with short texts, because a session may hold any number of calls without a result.
 */
export class RecentCalls<Call extends { title: string }> {
  readonly #calls = new Map<string, Call>();

  remember(callId: string | null, call: Call): void {
    if (callId === null) return;
    const key = ownCopy(callId, LONGEST);
    this.#calls.delete(key);
    this.#calls.set(key, { ...call, title: ownCopy(call.title, LONGEST) });
    const oldest = this.#calls.size > MOST_CALLS ? this.#calls.keys().next().value : undefined;
    if (oldest !== undefined) this.#calls.delete(oldest);
  }

  find(callId: string | null): Call | undefined {
    return callId === null ? undefined : this.#calls.get(callId.slice(0, LONGEST));
  }
}

const MOST_CALLS = 1000;
const LONGEST = 200;
