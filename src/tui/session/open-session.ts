import type { AgentPort, ApprovalMode, SessionPort } from '../../model/live-session.ts';
import { wordsOf } from '../words.ts';
import { factsLine, greeting } from './greeting.ts';
import { History } from './history.ts';
import { type Listener, type Opened, Opening, type Wanted } from './opening.ts';
import type { Printing } from './printing.ts';
import { quiet, type SessionState, unknownUsage } from './state.ts';

export interface CurrentOptions {
  agents: AgentPort;
  sessions: SessionPort;
  listener: Listener;
  printing: Printing;
  version: string;
  state(): SessionState;
  change(how: (state: SessionState) => SessionState): void;
}

/** The session that is open: there is one at a time, and the one before is closed when the next is open. */
export class CurrentSession {
  readonly #options: CurrentOptions;
  readonly #opening: Opening;
  readonly #history: History;
  #opened: Opened | null = null;
  #left: string | null = null;

  constructor(options: CurrentOptions) {
    this.#options = options;
    this.#opening = new Opening(options.agents, options.listener);
    this.#history = new History(options.sessions, options.printing, options.change);
  }

  get opened(): Opened | null {
    return this.#opened;
  }

  /** The one that was left last of which something is recorded; null when there is none. */
  get left(): string | null {
    return this.#left;
  }

  abortOpening(): void {
    this.#opening.abort();
  }

  /**
   * Goes on in another session. The one before stays when it cannot be opened.
   *
   * @param isSeen all that was said in it is on the screen
   * @throws Failure as `AgentPort.open`
   */
  async open(wanted: Wanted, isSeen = false): Promise<void> {
    const before = this.#opened;
    const { session } = this.#options.state();
    await this.#open(wanted, isSeen ? 'seen' : 'other');
    if (session?.isStored) this.#left = session.threadId;
    if (before) await this.#close(before);
  }

  /**
   * Opens the session again with something else; when that cannot be, as it was.
   *
   * @throws Failure when neither can be
   */
  async reopen(change: { model?: string; approvals?: ApprovalMode }): Promise<void> {
    const before = this.#opened;
    const asBefore = this.again();
    if (!before || !asBefore) return;
    this.#opened = null;
    await this.#close(before);
    try {
      await this.#open({ ...asBefore, ...change }, 'same');
    } catch (error) {
      this.#options.printing.say(wordsOf(error), 'red');
      await this.#open(asBefore, 'same');
    }
  }

  /** What opens the session again as it is; null where none is open. */
  again(): Wanted | null {
    if (!this.#opened) return null;
    const { thread, live, model, approvals } = this.#opened;
    const isStored = this.#options.state().session?.isStored ?? false;
    return {
      thread: isStored ? { kind: 'resumed', threadId: live.threadId } : thread,
      ...{ cwd: live.facts.cwd, model, approvals },
    };
  }

  async close(): Promise<void> {
    this.#history.stop();
    const opened = this.#opened;
    this.#opened = null;
    if (opened) await this.#close(opened);
  }

  /** @param what a session that was open, one of which all is on the screen, or any other */
  async #open(wanted: Wanted, what: 'same' | 'seen' | 'other'): Promise<void> {
    const { opened, listen } = await this.#opening.open(wanted);
    this.#opened = opened;
    const { printing, version, change } = this.#options;
    const { threadId, facts } = opened.live;
    const isStored = wanted.thread.kind === 'resumed';
    const session = { threadId, facts, name: facts.name, isStored, turns: facts.turns };
    const window = facts.contextWindow;
    this.#history.stop();
    change((state) => ({
      ...{ ...state, session, live: quiet, plan: null, backtrack: null, over: null },
      usage: { ...(what === 'other' ? unknownUsage : state.usage), window },
    }));
    printing.begin(threadId, facts.cwd);
    printing.tell(what === 'same' ? [factsLine(facts)] : greeting(session, version), true);
    if (what === 'other') this.#history.read(threadId, facts.turns);
    listen();
  }

  async #close({ live }: Opened): Promise<void> {
    const { printing } = this.#options;
    try {
      const problems = await live.close();
      for (const problem of problems) printing.say(problem, 'red');
    } catch (error) {
      printing.say(wordsOf(error), 'red');
    }
  }
}
