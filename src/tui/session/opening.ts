import type {
  AgentPort,
  ApprovalMode,
  LiveEvent,
  LiveSession,
  OpenOptions,
  WantedThread,
} from '../../model/live-session.ts';

/** Where a session goes on, and with what. */
export interface Wanted {
  thread: WantedThread;
  /** Absolute; null where it did. */
  cwd: string | null;
  model: string | null;
  approvals: ApprovalMode | null;
}

/** A new session, with what the configuration says. */
export const fresh: Wanted = { thread: { kind: 'new' }, cwd: null, model: null, approvals: null };

/** A session that is open, and what it was opened with. */
export interface Opened extends Wanted {
  live: LiveSession;
}

/** Whom a session tells what happens. What it tells before it is the current one waits. */
export interface Listener {
  take(event: LiveEvent): void;
  ask: OpenOptions['ask'];
}

/** Opens sessions one after the other, each heard as long as it is the current one. */
export class Opening {
  readonly #agents: AgentPort;
  readonly #listener: Listener;
  /** Of the session that is heard. */
  #heard: object | null = null;
  #stop = new AbortController();

  constructor(agents: AgentPort, listener: Listener) {
    this.#agents = agents;
    this.#listener = listener;
  }

  /** Ends the opening that goes on. */
  abort(): void {
    this.#stop.abort();
  }

  /**
   * @returns the session, and what makes it the one that is heard
   * @throws Failure as `AgentPort.open`
   */
  async open(wanted: Wanted): Promise<{ opened: Opened; listen(): void }> {
    const self = {};
    const early: LiveEvent[] = [];
    const stop = new AbortController();
    this.#stop = stop;
    const { thread, cwd, model, approvals } = wanted;
    const live = await this.#agents.open(thread, {
      ...{ cwd, model, approvals, signal: stop.signal },
      onEvent: (event) => {
        if (this.#heard === self) this.#listener.take(event);
        else if (early.length < mostEarly) early.push(event);
      },
      ask: (question, signal) => this.#listener.ask(question, signal),
    });
    // It is open now, whatever was asked for meanwhile: whoever gives up on it closes it.
    this.#stop = new AbortController();
    if (stop.signal.aborted) {
      await live.close();
      throw new Error('opening was interrupted');
    }
    return {
      opened: { ...wanted, live },
      listen: () => {
        this.#heard = self;
        for (const event of early.splice(0)) this.#listener.take(event);
      },
    };
  }
}

const mostEarly = 100;
