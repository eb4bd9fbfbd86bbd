import type { Event } from '../../model/event.ts';
import { objectOf, textOf } from '../../model/fields.ts';
import { type Key, nameOf } from '../keys/key.ts';

/** One walks back through what one said. */
export interface Backtrack {
  /** The newest last; null while they are read. */
  messages: readonly SaidMessage[] | null;
  /** Which of them is looked at. */
  at: number;
}

export interface SaidMessage {
  /** The recorded turn that it began, counted from 1. */
  turn: number;
  text: string;
}

/** What the user said in events, but for what no longer counts. */
export function messagesOf(events: readonly Event[]): SaidMessage[] {
  return events.flatMap((event) => {
    if (event.type !== 'EventMsg' || event.rolled_back || event.turn < 1) return [];
    const msg = objectOf(event.msg);
    const text = textOf(msg.text);
    return msg.type === 'UserMessage' && text !== null ? [{ turn: event.turn, text }] : [];
  });
}

/** The first message of each turn: what was said later in it cannot be forked from. */
export function firstOfTurns(messages: readonly SaidMessage[]): SaidMessage[] {
  return messages.filter(({ turn }, at) => messages[at - 1]?.turn !== turn);
}

export function found(messages: readonly SaidMessage[]): Backtrack {
  return { messages, at: messages.length - 1 };
}

export type BacktrackAct =
  | { kind: 'stay'; backtrack: Backtrack }
  | { kind: 'leave' }
  | { kind: 'fork'; message: SaidMessage };

export function pressInBacktrack(backtrack: Backtrack, key: Key): BacktrackAct {
  const { messages, at } = backtrack;
  const by = (step: number): BacktrackAct => ({
    kind: 'stay',
    backtrack: { messages, at: Math.max(0, Math.min(at + step, (messages?.length ?? 0) - 1)) },
  });
  switch (nameOf(key)) {
    case 'escape':
    case 'left':
    case 'up':
      return by(-1);
    case 'right':
    case 'down':
      return at + 1 < (messages?.length ?? 0) ? by(1) : { kind: 'leave' };
    case 'ctrl-c':
    case 'ctrl-d':
    case 'q':
      return { kind: 'leave' };
    case 'enter': {
      const message = messages?.[at];
      return message ? { kind: 'fork', message } : by(0);
    }
    default:
      return by(0);
  }
}
