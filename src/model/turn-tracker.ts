/**
 * Counts the recorded turns of a thread, event by event.
 *
 * A turn begins where the agent recorded its start (Codex since 0.101), else at a user message that is not synthetic. A
 * recorded start under which nothing but a compaction happens is no turn: so after a start the count is open until the next
 * telling event, and the caller holds its events back until `settled`.
 *
 * Where no starts are recorded (Codex up to 0.98), a picture that the model has asked to see comes as a message of the user,
 * and begins no turn.
 */
export class TurnTracker {
  /** Number of the turn that settled events belong to; 0 before the first. */
  turn = 0;
  #open = false;
  #compacted = false;
  #inTask = false;
  #knowsTasks = false;
  /** Half of a user message that Codex records twice, as model input and as event, waiting for the other half. */
  #unpaired: 'item' | 'event' | null = null;
  /** Pictures that the model has asked to see, and that were not shown yet. */
  #views = 0;

  /** All that the count depends on, to go on from later. */
  state(): TurnState {
    return {
      turn: this.turn,
      open: this.#open,
      compacted: this.#compacted,
      inTask: this.#inTask,
      knowsTasks: this.#knowsTasks,
      unpaired: this.#unpaired,
      views: this.#views,
    };
  }

  /** A tracker that goes on from a state. */
  static from(state: TurnState): TurnTracker {
    const tracker = new TurnTracker();
    tracker.turn = state.turn;
    tracker.#open = state.open;
    tracker.#compacted = state.compacted;
    tracker.#inTask = state.inTask;
    tracker.#knowsTasks = state.knowsTasks;
    tracker.#unpaired = state.unpaired;
    tracker.#views = state.views ?? 0;
    return tracker;
  }

  /** Whether the turn of all events so far is known. */
  get settled(): boolean {
    return !this.#open;
  }

  /**
   * Takes the next event's meaning into the count.
   *
   * @returns `before` when the events held back belong to an earlier turn than this one does
   */
  observe(signal: TurnSignal): 'before' | null {
    if (signal === 'start') return this.#start();
    if (this.#open) {
      this.#decide(signal);
      return null;
    }
    switch (signal) {
      case 'end':
        this.#inTask = false;
        return null;
      case 'picture':
        if (this.#views > 0) this.#views--;
        else this.#user('item');
        return null;
      case 'user-item':
      case 'user-event':
        this.#user(signal === 'user-item' ? 'item' : 'event');
        return null;
      case 'view':
        this.#views++;
        this.#unpaired = null;
        return null;
      case 'answer':
        this.#unpaired = null;
        return null;
      default:
        return null;
    }
  }

  /** Nothing more comes: decides what is still open. */
  finish(): void {
    if (this.#open) this.#settle(!this.#compacted);
  }

  #start(): 'before' | null {
    const wasOpen = this.#open;
    if (wasOpen) this.#settle(!this.#compacted);
    this.#knowsTasks = true;
    this.#open = true;
    this.#compacted = false;
    this.#unpaired = null;
    this.#views = 0;
    return wasOpen ? 'before' : null;
  }

  #decide(signal: TurnSignal): void {
    if (signal === 'compaction') this.#compacted = true;
    else if (signal === 'end') {
      this.#settle(!this.#compacted);
      this.#inTask = false;
    } else if (signal !== 'other') this.#settle(true);
  }

  #settle(isTurn: boolean): void {
    this.#open = false;
    this.#inTask = true;
    if (isTurn) this.turn++;
  }

  #user(half: 'item' | 'event'): void {
    if (this.#inTask) return;
    // Where starts are recorded, a message outside of them is context of the agent's own, unless an event speaks of it.
    if (half === 'item' && this.#knowsTasks) return;
    const other = half === 'item' ? 'event' : 'item';
    if (this.#unpaired === other) {
      this.#unpaired = null;
      return;
    }
    this.#views = 0;
    this.turn++;
    this.#unpaired = half;
  }
}

/** What an event means for the count. */
export type TurnSignal =
  | 'start'
  | 'end'
  | 'user-item'
  | 'user-event'
  /** A message of the user that holds pictures and no words. */
  | 'picture'
  /** The model asks to see a picture. */
  | 'view'
  | 'answer'
  | 'compaction'
  | 'other';

export interface TurnState {
  turn: number;
  open: boolean;
  compacted: boolean;
  inTask: boolean;
  knowsTasks: boolean;
  unpaired: 'item' | 'event' | null;
  /** Absent in what an earlier version wrote. */
  views?: number;
}
