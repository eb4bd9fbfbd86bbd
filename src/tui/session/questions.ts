import type { ApprovalAnswer, ApprovalQuestion } from '../../model/live-session.ts';
import type { Asking, SessionState } from './state.ts';
import { withBegun } from './take-event.ts';

/** The questions that wait, and who waits for their answers. */
export class Questions {
  readonly #change: (how: (state: SessionState) => SessionState) => void;
  readonly #now: () => number;
  readonly #waiting = new Map<ApprovalQuestion, (answer: ApprovalAnswer) => void>();

  #isClosed = false;

  constructor(change: (how: (state: SessionState) => SessionState) => void, now: () => number) {
    this.#change = change;
    this.#now = now;
  }

  /** Never rejects. When nobody waits any longer, the question goes away. */
  ask(asked: ApprovalQuestion, signal: AbortSignal): Promise<ApprovalAnswer> {
    // The same may be asked twice.
    const question = { ...asked };
    return new Promise((resolve) => {
      if (signal.aborted || this.#isClosed) return resolve(aborted);
      const onAbort = () => this.#answer(question, aborted);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(question, (answer) => {
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      });
      const asking: Asking = { question, since: null, reason: null, isSeen: false, isWarned: false };
      this.#change((state) => this.#shown({ ...state, questions: [...state.questions, asking] }));
    });
  }

  /** Answers the one that is shown. */
  answer(answer: ApprovalAnswer): void {
    let first: ApprovalQuestion | undefined;
    this.#change((state) => {
      first = state.questions[0]?.question;
      return state;
    });
    if (first) this.#answer(first, answer);
  }

  /** Nobody is there to answer any more. */
  close(): void {
    this.#isClosed = true;
    for (const question of [...this.#waiting.keys()]) this.#answer(question, aborted);
  }

  #answer(question: ApprovalQuestion, answer: ApprovalAnswer): void {
    const resolve = this.#waiting.get(question);
    if (!resolve) return;
    this.#waiting.delete(question);
    this.#change((state) => {
      const questions = state.questions.filter((each) => each.question !== question);
      const over = questions.length === 0 ? closeText(state) : state.over;
      // How long the user took is no time of the call.
      return this.#shown({ ...withBegun(state, question.callId, this.#now()), questions, over });
    });
    resolve(answer);
  }

  /** The first is seen from now on, whatever was shown over the session. */
  #shown(state: SessionState): SessionState {
    const [first, ...others] = state.questions;
    if (!first || first.since !== null) return state;
    return {
      ...state,
      over: null,
      completion: null,
      backtrack: null,
      questions: [{ ...first, since: this.#now() }, ...others],
    };
  }
}

/** All of a question, which is no longer one. */
function closeText({ over }: SessionState): SessionState['over'] {
  return over?.kind === 'text' ? null : over;
}

const aborted: ApprovalAnswer = { decision: 'abort', reason: null };
