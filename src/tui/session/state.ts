import type { ApprovalQuestion, LiveFacts, PromptInput } from '../../model/live-session.ts';
import type { Choice } from '../composer/choices-view.tsx';
import type { Completable } from '../composer/completion.ts';
import { type Composer, emptyComposer } from '../composer/composer-state.ts';
import type { Backtrack } from './backtrack.ts';

/** All that the screen of a session shows, but for what was printed. */
export interface SessionState {
  readonly phase: Phase;
  /** When it began, in milliseconds since the epoch. */
  readonly since: number;
  /** It was asked to end early. */
  readonly isInterrupting: boolean;
  /** Null while none is open. */
  readonly session: OpenSession | null;
  /** Of the folder; null where there is none. */
  readonly branch: string | null;
  readonly live: Live;
  readonly plan: Plan | null;
  readonly usage: Usage;
  /** Those that wait for an answer; the first is shown. */
  readonly questions: readonly Asking[];
  readonly composer: Composer;
  readonly completion: Completion | null;
  /** What was sent before, the newest last. */
  readonly earlier: readonly string[];
  /** What is sent when the turn has ended. */
  readonly queue: readonly PromptInput[];
  /** It waits for the user, because the turn did not end well. */
  readonly isQueueHeld: boolean;
  readonly backtrack: Backtrack | null;
  readonly over: Over | null;
  readonly notice: Notice | null;
  /** When the last key was pressed. */
  readonly pressedAt: number;
  /** Rows of the answer that may still change. */
  readonly tail: readonly string[];
  /** What was printed last, where it cannot stand above the frame. */
  readonly printed: readonly string[];
}

export type Phase = 'opening' | 'idle' | 'working' | 'compacting' | 'leaving';

export interface OpenSession {
  threadId: string;
  facts: LiveFacts;
  name: string | null;
  /** Something of it is recorded. */
  isStored: boolean;
  /** Recorded turns. */
  turns: number;
}

/** What happens in the turn that runs. */
export interface Live {
  /** The end of what the model thinks aloud. */
  readonly reasoning: string;
  readonly isAnswering: boolean;
  /** Of the answer, without a result so far. */
  readonly calls: readonly RunningCall[];
  /** When those that run were begun, by id, which may be told before their records; others wait for those before them. */
  readonly begun: ReadonlyMap<string, number>;
  /** Why the request is sent again; null when it is not. */
  readonly retry: string | null;
  /** Something that went wrong was recorded, and so printed. */
  readonly hasFailed: boolean;
}

export interface RunningCall {
  callId: string;
  title: string;
  /** The end of its output. */
  output: string;
}

export interface Plan {
  done: number;
  steps: number;
  /** The step that is worked at; null when none is. */
  current: string | null;
}

export interface Usage {
  /** Tokens of the session; null until it is known. */
  total: number | null;
  /** Tokens of the last request and its answer, which is what the context holds. */
  context: number | null;
  /** Tokens that the context can hold. */
  window: number | null;
}

/** A question, and where the user is with it. */
export interface Asking {
  question: ApprovalQuestion;
  /** When it was shown; null before. */
  since: number | null;
  /** Why it is declined, while that is written. */
  reason: Composer | null;
  /** All of it was looked at, however much of it the screen shows. */
  isSeen: boolean;
  /** It was allowed unseen, and the user was told so. */
  isWarned: boolean;
}

export interface Completion {
  at: Completable;
  choices: readonly Choice[];
  chosen: number;
}

/** What is shown over the session. */
export type Over =
  /** @see `PickerProps.notice` */
  { kind: 'picker'; notice: string | null } | { kind: 'transcript' } | { kind: 'text'; title: string; text: string };

/** A line for a moment. */
export interface Notice {
  text: string;
  /** What the same key does until then. */
  again: 'leave' | 'backtrack' | null;
  until: number;
}

export const quiet: Live = {
  ...{ reasoning: '', isAnswering: false, calls: [], begun: new Map(), retry: null, hasFailed: false },
};

export function emptyState(now: number): SessionState {
  return {
    ...{ phase: 'opening', since: now, isInterrupting: false, session: null, branch: null, live: quiet, plan: null },
    usage: unknownUsage,
    ...{ questions: [], composer: emptyComposer, completion: null, earlier: [], queue: [], isQueueHeld: false },
    ...{ backtrack: null, over: null, notice: null, pressedAt: -Infinity, tail: [], printed: [] },
  };
}

export const unknownUsage: Usage = { total: null, context: null, window: null };

export function enter(state: SessionState, phase: Phase, now: number): SessionState {
  return { ...state, phase, since: now, isInterrupting: false, notice: null };
}

/** Whether something is done that can be interrupted. */
export function isBusy({ phase }: SessionState): boolean {
  return phase === 'opening' || phase === 'working' || phase === 'compacting';
}
