import type { Clock } from '../../base/io.ts';
import type { Event } from '../../model/event.ts';
import type { ApprovalMode, LiveEvent, PromptInput, ScreenPorts } from '../../model/live-session.ts';
import { composerOf, putBefore, recalled } from '../composer/composer-state.ts';
import type { Key } from '../keys/key.ts';
import { wordsOf } from '../words.ts';
import { Lookups } from './lookups.ts';
import { CurrentSession } from './open-session.ts';
import { fresh, type Wanted } from './opening.ts';
import { press, type SessionEffect } from './press.ts';
import type { Printing } from './printing.ts';
import { Questions } from './questions.ts';
import { runCommand } from './run-command.ts';
import { findSlash, parseSlash } from './slash-commands.ts';
import { type Asking, enter, type Over, quiet, type SessionState } from './state.ts';
import type { Store } from './store.ts';
import { takeEvent } from './take-event.ts';
import { findMessages, forkBefore } from './walk-back.ts';

export interface ConversationOptions {
  ports: ScreenPorts;
  clock: Clock;
  store: Store<SessionState>;
  printing: Printing;
  version: string;
  /** Of `--cd`, absolute; null for none. */
  workIn: string | null;
  /** The state is another one, and is to be shown soon. */
  onChange(): void;
  /** Something was recorded. */
  onRecord(event: Event): void;
  redraw(): void;
  /** Columns of a row of the text that is written. */
  composerWidth(): number;
  /** Whether a question has more than is shown of it. */
  isCut(asking: Asking): boolean;
}

/** How it ended: see `SessionEnd`. */
export interface ConversationEnd {
  threadId: string | null;
  isStored: boolean;
  exit: number;
}

/** What goes on between the user and agents: one session after the other, one thing at a time. Nothing of it throws. */
export class Conversation {
  readonly options: ConversationOptions;
  readonly current: CurrentSession;
  readonly #questions: Questions;
  readonly #lookups: Lookups;
  /** What is done now. */
  #busy: Promise<void> = Promise.resolve();
  /** Until what was typed last is in the history of prompts, or is said not to be. */
  #remembered: Promise<void> = Promise.resolve();
  #stop = new AbortController();
  #isLeaving = false;
  /** For a session that nothing is recorded of yet. */
  wantedName: string | null = null;
  #resolve: (end: ConversationEnd) => void = () => {};
  /** Resolves when the user has left and all is closed. */
  readonly ended = new Promise<ConversationEnd>((resolve) => {
    this.#resolve = resolve;
  });

  constructor(options: ConversationOptions) {
    this.options = options;
    const { ports, clock, printing, version } = options;
    const change = (how: (state: SessionState) => SessionState) => this.change(how);
    this.#questions = new Questions(change, () => clock.now());
    this.#lookups = new Lookups(ports, change);
    const listener = {
      take: (event: LiveEvent) => this.#take(event),
      ask: this.#questions.ask.bind(this.#questions),
    };
    const state = () => this.state;
    this.current = new CurrentSession({ ...ports, listener, printing, version, state, change });
    void this.#lookups.prompts();
  }

  get state(): SessionState {
    return this.options.store.get();
  }

  /**
   * Opens the first session.
   *
   * @throws what went wrong with it, unless the user has left
   */
  async begin(wanted: Wanted, input: PromptInput | null): Promise<void> {
    let problem: { error: unknown } | null = null;
    this.do('opening', async (signal) => {
      try {
        await this.open(wanted);
      } catch (error) {
        if (signal.aborted) return this.leave(130);
        problem = { error };
      }
    });
    if (input) this.change((state) => ({ ...state, queue: [input, ...state.queue] }));
    await this.#busy;
    if (problem && !this.#isLeaving) throw (problem as { error: unknown }).error;
  }

  press(key: Key): void {
    const { clock, composerWidth, isCut } = this.options;
    const [state, ...effects] = press(this.state, key, { now: clock.now(), width: composerWidth(), isCut });
    this.change(() => state);
    for (const effect of effects) this.#perform(effect);
  }

  /** Leaves in order, whatever goes on. The first exit code counts. */
  leave(exit: number): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#interrupt();
    this.#questions.close();
    this.change((state) => ({
      ...enter(state, 'leaving', this.options.clock.now()),
      ...{ over: null, completion: null, backtrack: null },
    }));
    void this.#leave(exit);
  }

  change(how: (state: SessionState) => SessionState): void {
    this.options.store.set(how(this.state));
    this.options.onChange();
  }

  /** Says something that stays. */
  say(text: string, isError = false): void {
    this.options.printing.say(text, isError ? 'red' : 'dim');
    this.options.onChange();
  }

  /** Shows something over the session, unless the agent asks. */
  show(over: Over | null): void {
    const isWanted = over === null || (this.state.questions.length === 0 && !this.#isLeaving);
    if (isWanted) this.change((state) => ({ ...state, over }));
  }

  showTranscript(): void {
    if (this.state.session?.isStored) this.show({ kind: 'transcript' });
    else this.say('nothing is recorded yet');
  }

  /** Goes on in another session; see `CurrentSession.open`. */
  async open(wanted: Wanted, isSeen = false): Promise<void> {
    await this.current.open(wanted, isSeen);
    this.wantedName = null;
    this.#readBranch();
  }

  /** Opens the session again with something else. */
  reopen(change: { model?: string; approvals?: ApprovalMode }): void {
    this.do('opening', async () => {
      await this.current.reopen(change);
      this.#readBranch();
    });
  }

  compact(): void {
    this.do('compacting', async (signal) => {
      const problem = await this.current.opened?.live.compact(signal);
      this.options.printing.end();
      if (problem) this.say(problem, !signal.aborted);
    });
  }

  /** Does one thing, then what waits. Nothing else must be done. */
  do(phase: 'opening' | 'working' | 'compacting', act: (signal: AbortSignal) => Promise<void>): void {
    if (this.#isLeaving) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.change((state) => enter(state, phase, this.options.clock.now()));
    this.#busy = act(stop.signal)
      .catch((error) => {
        this.say(stop.signal.aborted ? 'interrupted' : wordsOf(error), !stop.signal.aborted);
        this.change((state) => ({ ...state, live: quiet, isQueueHeld: state.queue.length > 0 }));
      })
      .then(() => {
        if (this.#isLeaving) return;
        this.change((state) => enter(state, 'idle', this.options.clock.now()));
        this.#goOn();
      });
  }

  #perform(effect: SessionEffect): unknown {
    const { opened } = this.current;
    switch (effect.kind) {
      case 'send':
        return this.#send(effect);
      case 'go-on':
        return this.#goOn();
      case 'interrupt':
        return this.#interrupt();
      case 'leave':
        return this.leave(0);
      case 'leave-now':
        return this.#resolve(this.#end(130));
      case 'transcript':
        return this.showTranscript();
      case 'redraw':
        return this.options.redraw();
      case 'backtrack':
        return void findMessages(this, this.#lookups);
      case 'find-files':
        return void (opened && this.#lookups.files(opened.live.facts.cwd, effect.letters));
      case 'find-names':
        return void this.#lookups.names(effect, this.state.session?.facts.model ?? null);
      case 'fork-before':
        return forkBefore(this, effect.turn, effect.text);
      case 'answer':
        return this.#questions.answer({ decision: effect.decision, reason: effect.reason });
    }
  }

  #send({ input, isMessage }: SessionEffect & { kind: 'send' }): void {
    const slash = input.images.length === 0 && !isMessage ? parseSlash(input.text) : null;
    if (slash) {
      // Whoever wrote a message that begins like a command has it back.
      if (slash.argument !== '' && !findSlash(slash.name)) {
        const composer = putBefore(recalled(input.text), this.state.composer);
        this.change((state) => ({ ...state, composer }));
      }
      const run = () => runCommand(slash.name, slash.argument, this);
      // What opens soon is waited for: who types at once need not type again.
      const isEarly = this.state.phase === 'opening' && findSlash(slash.name)?.isAlways === false;
      void (isEarly ? this.#busy.then(run) : run()).catch((error) => this.say(wordsOf(error), true));
    } else if (this.state.phase === 'idle') this.#work(input);
    else this.change((state) => ({ ...state, queue: [...state.queue, input] }));
  }

  /** Takes a turn. */
  #work(input: PromptInput): void {
    this.change((state) => ({ ...state, earlier: [...state.earlier, input.text] }));
    this.do('working', async (signal) => {
      if (!this.current.opened) await this.open({ ...fresh, cwd: this.options.workIn });
      const live = this.current.opened?.live;
      if (!live || signal.aborted) return;
      this.change((state) => ({ ...state, live: quiet, plan: null }));
      const isRemembered = this.options.ports.workspace
        .addPrompt(live.threadId, input.text)
        .catch((error) => this.say(wordsOf(error), true));
      this.#remembered = Promise.all([this.#remembered, isRemembered]).then(() => {});
      const { outcome, error, isUnsaid } = await live.turn(input, signal);
      this.options.printing.end();
      if (isUnsaid) this.change((state) => ({ ...state, composer: putBefore(composerOf(input), state.composer) }));
      if (outcome === 'failed' && !this.state.live.hasFailed) this.say(error ?? 'the turn failed', true);
      const isHeld = outcome !== 'completed' && this.state.queue.length > 0;
      this.change((state) => ({ ...state, live: quiet, isQueueHeld: isHeld }));
      this.#readBranch();
    });
  }

  #goOn(): void {
    const { phase, queue, isQueueHeld } = this.state;
    const [next, ...rest] = queue;
    if (!next || phase !== 'idle' || isQueueHeld || !this.current.opened) return;
    this.change((state) => ({ ...state, queue: rest }));
    this.#work(next);
  }

  #interrupt(): void {
    this.#stop.abort();
    this.current.abortOpening();
  }

  async #leave(exit: number): Promise<void> {
    await this.#busy;
    await this.#remembered;
    await this.current.close();
    this.#resolve(this.#end(exit));
  }

  #end(exit: number): ConversationEnd {
    const { session } = this.state;
    const { left } = this.current;
    // Of a new one in which nothing was said there is nothing to go on with.
    if (!session?.isStored && left !== null) return { threadId: left, isStored: true, exit };
    return { threadId: session?.threadId ?? null, isStored: session?.isStored ?? false, exit };
  }

  #take(event: LiveEvent): void {
    this.options.printing.take(event);
    this.change((state) => takeEvent(state, event, this.options.clock.now()));
    if (event.type !== 'record') return;
    this.options.onRecord(event.event);
    const name = this.wantedName;
    if (name !== null) void runCommand('name', name, this).catch((error) => this.say(wordsOf(error), true));
  }

  #readBranch(): void {
    const cwd = this.state.session?.facts.cwd;
    if (cwd !== undefined) void this.#lookups.branch(cwd);
  }
}
