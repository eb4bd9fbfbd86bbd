import type { Event } from '../../../model/event.ts';
import { objectOf, textOf } from '../../../model/fields.ts';
import { noTokens, type Tokens } from '../../stats/tally.ts';
import { TimeSpan } from './span-time.ts';

/** A turn that goes on, or waits for the results of its calls. */
export class OpenTurn {
  readonly seq: number;
  readonly number: number;
  readonly time: TimeSpan;
  readonly tokens: Tokens = noTokens();
  /** Calls whose results have not come. */
  openCalls = 0;
  isOver = false;
  isRolledBack = false;
  model: string | null = null;
  /** Why it did not end well. */
  errorType: string | null = null;
  errorMessage: string | null = null;
  isComplete = false;
  readonly input: Message[] = [];
  readonly output: Message[] = [];
  /** Of the messages that it holds. */
  characters = 0;

  constructor(event: Event, at: bigint) {
    this.seq = event.seq;
    this.number = event.turn;
    this.time = new TimeSpan(at);
  }

  /** Takes a message into account. @returns whether there was room for it */
  say(role: 'user' | 'assistant', content: string): boolean {
    if (this.characters + content.length > MOST_CHARACTERS) return false;
    this.characters += content.length;
    const message: Message = { role, parts: [{ type: 'text', content }] };
    if (role === 'user') this.input.push(message);
    else this.output.push({ ...message, finish_reason: 'stop' });
    return true;
  }

  /** @param event that ends the turn */
  finish(event: Event & { type: 'EventMsg' }): void {
    const { msg } = event;
    const error = objectOf(msg.error);
    if (msg.type === 'TurnAborted') this.errorType = abortType(textOf(msg.reason));
    else if (msg.error !== null && msg.error !== undefined) {
      this.errorType = '_OTHER';
      this.errorMessage = textOf(error.message);
    } else this.isComplete = true;
  }
}

/** A word for it, never a text: that would be content. */
function abortType(reason: string | null): string {
  if (reason === null) return 'aborted';
  return /^[a-z_]{1,40}$/.test(reason) ? reason : '_OTHER';
}

/** As the conventions write messages in `gen_ai.input.messages` and `gen_ai.output.messages`. */
interface Message {
  role: 'user' | 'assistant';
  parts: { type: 'text'; content: string }[];
  finish_reason?: 'stop';
}

const MOST_CHARACTERS = 100_000;
