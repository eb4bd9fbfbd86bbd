import { count } from '../../base/amounts.ts';
import type { SessionPort } from '../../model/live-session.ts';
import { wordsOf } from '../words.ts';
import type { Printing } from './printing.ts';
import { emptyState, type SessionState } from './state.ts';
import { takeRecord } from './take-event.ts';

/** Prints the last turns of a session that is resumed, in the background: what happens meanwhile is printed below. */
export class History {
  readonly #sessions: SessionPort;
  readonly #printing: Printing;
  readonly #change: (how: (state: SessionState) => SessionState) => void;
  #stop: AbortController | null = null;

  constructor(sessions: SessionPort, printing: Printing, change: (how: (state: SessionState) => SessionState) => void) {
    this.#sessions = sessions;
    this.#printing = printing;
    this.#change = change;
  }

  /** @param turns recorded ones */
  read(threadId: string, turns: number): void {
    this.stop();
    if (turns < 1) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#printing.hold();
    void this.#read(threadId, turns, stop.signal);
  }

  /** Prints no more of it. */
  stop(): void {
    if (!this.#stop) return;
    this.#stop.abort();
    this.#stop = null;
    this.#printing.release(() => {});
  }

  async #read(threadId: string, turns: number, signal: AbortSignal): Promise<void> {
    const from = Math.max(1, turns - shownTurns + 1);
    const texts = new LastTexts();
    let past = emptyState(0);
    let problem: string | null = null;
    try {
      for await (const events of this.#sessions.read(threadId, { from, to: turns }, signal)) {
        if (signal.aborted) return;
        for (const event of events) past = takeRecord(past, event);
        texts.add(this.#printing.past(events));
      }
    } catch (error) {
      problem = `what was said last cannot be shown: ${wordsOf(error)}`;
    }
    if (signal.aborted) return;
    this.#stop = null;
    this.#printing.release(() => {
      if (from > 1) this.#printing.say(`… ${count(from - 1, 'turn')} before: Ctrl-T`);
      if (texts.isCut) this.#printing.say('… the beginning of these is left out, too');
      this.#printing.printPast(texts.all());
      if (problem !== null) this.#printing.say(problem, 'red');
    });
    this.#change((state) => {
      const { total, context, window } = past.usage;
      // What was told since is newer.
      if (state.usage.total !== null || state.session?.threadId !== threadId) return state;
      return { ...state, usage: { total, context, window: state.usage.window ?? window } };
    });
  }
}

/** The end of what is said, however long it is. */
class LastTexts {
  #texts: string[] = [];
  #length = 0;
  isCut = false;

  add(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
    while (this.#length > mostText && this.#texts.length > 1) {
      this.#length -= (this.#texts.shift() as string).length;
      this.isCut = true;
    }
  }

  all(): string {
    const text = this.#texts.join('');
    if (text.length <= mostText) return text;
    this.isCut = true;
    const start = text.length - mostText;
    return text.slice(text.indexOf('\n', start) + 1);
  }
}

const shownTurns = 3;
/** UTF-16 units: some thousand rows. */
const mostText = 300_000;
