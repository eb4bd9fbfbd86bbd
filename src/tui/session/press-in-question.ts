import { pressInComposer } from '../composer/composer-keys.ts';
import { emptyComposer } from '../composer/composer-state.ts';
import { type Key, nameOf } from '../keys/key.ts';
import { actionOf } from '../keys/key-map.ts';
import type { PressContext, Pressed } from './press.ts';
import { approvalKeys } from './session-keys.ts';
import type { Asking, SessionState } from './state.ts';

/**
 * @param context.pressedAt when the key before was pressed
 * @param write what a key does that is not for the question
 */
export function pressInQuestion(
  state: SessionState,
  key: Key,
  context: PressContext & { pressedAt: number },
  write: (state: SessionState, key: Key, context: PressContext) => Pressed,
): Pressed {
  const asking = state.questions[0] as Asking;
  if (asking.reason) return writeReason(state, { ...asking, reason: asking.reason }, key, context);
  // What was pasted answers nothing, and is not lost.
  if (key.name === 'paste') return write(state, key, context);
  const isStop = nameOf(key) === 'ctrl-c';
  // Who is typing has not seen it: what is typed goes where it was meant to, and nothing is sent.
  if (!isStop && context.now - Math.max(asking.since ?? context.now, context.pressedAt) < quietMs) {
    return key.name === 'text' ? write(state, key, context) : [state];
  }
  switch (actionOf(approvalKeys, key)) {
    case 'approve':
      if (context.isCut(asking) && !asking.isSeen && !asking.isWarned)
        return [ask(state, { ...asking, isWarned: true })];
      return answered(state, 'approved', null);
    case 'abort':
      return answered(state, 'abort', null);
    case 'decline':
      return [ask(state, { ...asking, reason: emptyComposer })];
    case 'show':
      return [
        {
          ...ask(state, { ...asking, isSeen: true, isWarned: false }),
          over: { kind: 'text', title: titleOf(asking), text: wholeOf(asking) },
        },
      ];
    case null:
      return [state];
  }
}

function writeReason(
  state: SessionState,
  asking: Asking & { reason: object },
  key: Key,
  { width }: PressContext,
): Pressed {
  const name = nameOf(key);
  if (name === 'escape') return [ask(state, { ...asking, reason: null })];
  if (name === 'ctrl-c') return answered(state, 'abort', null);
  const reason = asking.reason as NonNullable<Asking['reason']>;
  if (name === 'enter') return answered(state, 'declined', reason.text.trim() || null);
  return [ask(state, { ...asking, reason: pressInComposer(reason, key, width, []).composer })];
}

function ask(state: SessionState, asking: Asking): SessionState {
  return { ...state, questions: [asking, ...state.questions.slice(1)] };
}

function answered(state: SessionState, decision: 'approved' | 'declined' | 'abort', reason: string | null): Pressed {
  return [state, { kind: 'answer', decision, reason }];
}

export function titleOf({ question }: Asking): string {
  return { command: 'Run this command?', patch: 'Change these files?', tool: 'Call this tool?' }[question.kind];
}

function wholeOf({ question }: Asking): string {
  const { summary, cwd, sandbox, reason, kind } = question;
  const why = reason === null ? [] : [`${whyOf(kind)}: ${reason}`];
  // Behind the bar nothing can be taken for what the program says.
  const lines = summary.replace(/\n$/, '').split('\n');
  return [...lines.map((line) => `│ ${line}`), '', `in ${cwd}`, `sandbox: ${sandbox}`, ...why].join('\n');
}

/** Of a patch, it is not the agent that says why. */
export function whyOf(kind: Asking['question']['kind']): string {
  return kind === 'patch' ? 'why it is asked' : 'it says';
}

/** How long nobody must have typed before a key counts. */
const quietMs = 200;
