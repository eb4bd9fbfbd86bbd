import type { PromptInput } from '../../model/live-session.ts';
import { complete } from '../composer/completion.ts';
import { pressInComposer } from '../composer/composer-keys.ts';
import { composerOf, cutAll, emptied, putBefore } from '../composer/composer-state.ts';
import { isText, type Key, nameOf } from '../keys/key.ts';
import { actionOf } from '../keys/key-map.ts';
import { pressInBacktrack } from './backtrack.ts';
import { completionOf, type Lookup, moveChoice } from './offer.ts';
import { pressInQuestion } from './press-in-question.ts';
import { completionKeys, sessionKeys } from './session-keys.ts';
import { findSlash } from './slash-commands.ts';
import { type Asking, isBusy, type SessionState } from './state.ts';

/** What is to be done outside of the state. */
export type SessionEffect =
  /** @param isMessage whatever it begins with */
  | { kind: 'send'; input: PromptInput; isMessage?: boolean }
  | { kind: 'go-on' | 'interrupt' | 'leave' | 'leave-now' | 'transcript' | 'redraw' | 'backtrack' }
  | Lookup
  | { kind: 'fork-before'; turn: number; text: string }
  | { kind: 'answer'; decision: 'approved' | 'declined' | 'abort'; reason: string | null };

export interface PressContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** Columns of a row of the text that is written. */
  width: number;
  /** Whether a question has more than is shown of it. */
  isCut(asking: Asking): boolean;
}

export type Pressed = [state: SessionState, ...effects: SessionEffect[]];

export function press(before: SessionState, key: Key, context: PressContext): Pressed {
  const { now } = context;
  const state = { ...before, pressedAt: now, notice: null };
  const again = before.notice && now < before.notice.until ? before.notice.again : null;
  if (state.phase === 'leaving') return nameOf(key) === 'ctrl-c' ? [state, { kind: 'leave-now' }] : [before];
  if (state.questions.length > 0)
    return pressInQuestion(state, key, { ...context, pressedAt: before.pressedAt }, write);
  if (state.backtrack) return walkBack(state, state.backtrack, key);
  const offered = state.completion && pressInOffer(state, state.completion, key);
  if (offered) return offered;
  const action = actionOf(sessionKeys, key);
  switch (action) {
    case 'stop':
      return stop(state, again === 'leave', now);
    case 'back':
      return back(state, again === 'backtrack', now);
    case 'end':
      return [state, ...(state.composer.text === '' ? [{ kind: 'leave' } as const] : [])];
    case 'transcript':
    case 'redraw':
      return [state, { kind: action }];
    case null:
      return write(state, key, context);
  }
}

/** Writes in the line, and sends it. */
function write(state: SessionState, key: Key, { width }: PressContext): Pressed {
  const name = nameOf(key);
  const { queue, composer } = state;
  if (composer.text === '' && queue.length > 0) {
    const last = queue.at(-1) as PromptInput;
    if (name === 'up')
      return [{ ...state, queue: queue.slice(0, -1), composer: putBefore(composerOf(last), composer) }];
    if (name === 'enter' && state.isQueueHeld) return [{ ...state, isQueueHeld: false }, { kind: 'go-on' }];
  }
  const pressed = pressInComposer(composer, key, width, state.earlier);
  if (!pressed.isHandled) return [state];
  const next = { ...state, composer: pressed.composer };
  if (pressed.send)
    return [
      { ...next, completion: null },
      // Behind a blank, a slash begins no command.
      { kind: 'send', input: pressed.send, isMessage: /^\s/.test(composer.text) },
    ];
  if (pressed.composer === composer) return [state];
  const [completion, ...effects] = completionOf(pressed.composer, state.completion);
  return [{ ...next, completion }, ...effects];
}

function pressInOffer(
  state: SessionState,
  completion: NonNullable<SessionState['completion']>,
  key: Key,
): Pressed | null {
  const action = actionOf(completionKeys, key);
  const closed: SessionState = { ...state, completion: null };
  if (action === 'close') return [closed];
  const { choices, chosen, at } = completion;
  if (action === null || choices.length === 0) return null;
  if (action === 'up' || action === 'down') {
    return [{ ...state, completion: moveChoice(completion, action === 'up' ? -1 : 1) }];
  }
  const choice = choices[action === 'complete' ? Math.max(0, chosen) : chosen];
  if (!choice) return null;
  const { name } = choice;
  if (at.kind === 'argument' && action === 'take') {
    const input = { text: `/${at.command} ${name}`, images: [] };
    return [
      { ...closed, composer: emptied(state.composer) },
      { kind: 'send', input },
    ];
  }
  const isCommand = at.kind === 'command';
  if (isCommand && action === 'take') {
    // What is all there is sent, also when it lacks something: it will say so.
    if (state.composer.text === `/${name}`) return null;
    const isWhole = findSlash(name)?.argument?.startsWith('[') !== false;
    if (isWhole)
      return [
        { ...closed, composer: emptied(state.composer) },
        { kind: 'send', input: { text: `/${name}`, images: [] } },
      ];
  }
  const composer = complete(state.composer, at, name);
  const [next, ...effects] = isCommand ? completionOf(composer, null) : [null];
  return [{ ...closed, composer, completion: next }, ...effects];
}

function stop(state: SessionState, isAgain: boolean, now: number): Pressed {
  // What does not end is not waited for.
  if (isBusy(state)) return state.isInterrupting ? [state, { kind: 'leave' }] : interrupt(state);
  if (state.composer.text !== '') {
    return [{ ...state, composer: cutAll(state.composer), completion: null }];
  }
  if (isAgain) return [state, { kind: 'leave' }];
  return [{ ...state, notice: { text: 'Ctrl-C again leaves', again: 'leave', until: now + againMs } }];
}

function back(state: SessionState, isAgain: boolean, now: number): Pressed {
  if (isBusy(state)) return interrupt(state);
  if (state.composer.text !== '') return [state];
  if (isAgain) return [{ ...state, backtrack: { messages: null, at: 0 } }, { kind: 'backtrack' }];
  const text = 'Esc again goes back to an earlier message';
  return [{ ...state, notice: { text, again: 'backtrack', until: now + againMs } }];
}

function interrupt(state: SessionState): Pressed {
  return [{ ...state, isInterrupting: true }, { kind: 'interrupt' }];
}

function walkBack(state: SessionState, backtrack: NonNullable<SessionState['backtrack']>, key: Key): Pressed {
  // Whoever writes on has something else to say.
  if (isText(key) && key.text !== 'q') return [{ ...state, backtrack: null }];
  const act = pressInBacktrack(backtrack, key);
  if (act.kind === 'stay') return [{ ...state, backtrack: act.backtrack }];
  const left: SessionState = { ...state, backtrack: null };
  return act.kind === 'leave' ? [left] : [left, { kind: 'fork-before', ...act.message }];
}

const againMs = 2000;
