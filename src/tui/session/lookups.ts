import type { ScreenPorts } from '../../model/live-session.ts';
import type { Choice } from '../composer/choices-view.tsx';
import { firstOfTurns, messagesOf, type SaidMessage } from './backtrack.ts';
import { type Lookup, matchingChoices, offer, plainChoice } from './offer.ts';
import type { SessionState } from './state.ts';

/** What is looked up for the screen while it goes on. None of it rejects. */
export class Lookups {
  readonly #ports: ScreenPorts;
  readonly #change: (how: (state: SessionState) => SessionState) => void;
  #files = new AbortController();
  #messages = new AbortController();
  #names = new AbortController();
  #named: Map<string, Choice> | null = null;
  #letters = '';

  constructor(ports: ScreenPorts, change: (how: (state: SessionState) => SessionState) => void) {
    this.#ports = ports;
    this.#change = change;
  }

  /** Files whose path has these letters, for what is offered. */
  async files(cwd: string, letters: string): Promise<void> {
    this.#files.abort();
    this.#files = new AbortController();
    const { signal } = this.#files;
    const files = await this.#ports.workspace.files(cwd, letters, signal).catch(() => []);
    if (!signal.aborted) this.#change((state) => offer(state, 'file', letters, files.map(plainChoice)));
  }

  /**
   * Sessions that have a name, the ones updated last first, or models, as they are known so far.
   *
   * @param model that answers now
   */
  async names({ names, letters, isFresh }: Lookup & { kind: 'find-names' }, model: string | null): Promise<void> {
    this.#letters = letters;
    if (!isFresh && this.#named) return this.#offerNames();
    this.#names.abort();
    this.#names = new AbortController();
    const { signal } = this.#names;
    const named = new Map<string, Choice>();
    this.#named = named;
    const add = (name: string | null, about: string) => {
      if (name !== null && name !== '' && !name.includes('\n') && !named.has(name)) named.set(name, { name, about });
    };
    if (names === 'models') {
      add(model, 'answers now');
      const configured = await this.#ports.workspace.models().catch(() => []);
      if (signal.aborted) return;
      for (const each of configured) add(each, 'in the configuration');
      this.#offerNames();
    }
    let looked = 0;
    try {
      for await (const rows of this.#ports.sessions.rows(signal)) {
        if (signal.aborted) return;
        for (const row of rows) {
          if (names === 'models') add(row.model, `answered in ${row.name ?? row.thread_id}`);
          else if (!row.archived) add(row.name, row.first_message ?? '');
        }
        looked += rows.length;
        this.#offerNames();
        if (named.size >= mostNames || (names === 'models' && looked >= mostLooked)) return;
      }
    } catch {
      // What can be typed need not be offered.
    }
  }

  #offerNames(): void {
    const choices = matchingChoices([...(this.#named?.values() ?? [])], this.#letters);
    this.#change((state) => offer(state, 'argument', this.#letters, choices));
  }

  async branch(cwd: string): Promise<void> {
    const branch = await this.#ports.workspace.branch(cwd).catch(() => null);
    this.#change((state) => (state.session?.facts.cwd === cwd ? { ...state, branch } : state));
  }

  /** Prompts of before, for the keys that bring them back. */
  async prompts(): Promise<void> {
    const prompts = await this.#ports.workspace.prompts().catch(() => []);
    this.#change((state) => ({ ...state, earlier: [...prompts, ...state.earlier] }));
  }

  /**
   * What the user said, the newest last.
   *
   * @param isWanted whether anybody still waits for it
   * @throws Failure when it cannot be read
   */
  async messages(threadId: string, isWanted: () => boolean): Promise<SaidMessage[]> {
    this.#messages.abort();
    this.#messages = new AbortController();
    const { signal } = this.#messages;
    const messages: SaidMessage[] = [];
    for await (const events of this.#ports.sessions.read(threadId, null, signal)) {
      messages.push(...messagesOf(events));
      if (signal.aborted || !isWanted()) break;
    }
    return firstOfTurns(messages);
  }
}

const mostNames = 200;
/** Sessions of late: what answered in others may be gone. */
const mostLooked = 500;
