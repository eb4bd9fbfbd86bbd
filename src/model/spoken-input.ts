import type { Event } from './event.ts';
import { type Fields, listOf, numberOf, objectOf, textOf } from './fields.ts';
import { isBookkeeping, isContext, isQuietMsg } from './quiet-records.ts';
import { plain } from './verbatim.ts';

/**
 * What a user said, once. Sessions record it twice, as input to the model and as an event, and pages and tables show the
 * event. Where only the input is recorded, an event is made of it; where the event lacks the pictures of the input, it gets
 * them. Of memory it takes the messages that may still get their event, which are few.
 */
export class SpokenInput {
  /** Answers of the agent that are recorded as items alone, which nothing shows. */
  unsaidAnswers = 0;
  #turn = 0;
  #isSaid = false;
  #isAnswered = false;
  #answers = 0;
  #waiting: Input[] = [];
  /** The text of what was made an event in this turn, last. */
  #made: string | null = null;

  /** @returns what is to be shown, in order: messages that no event came for, and the event itself unless it says the same */
  add(event: Event): Event[] {
    const turn = numberOf(event.turn) ?? 0;
    const isFirst = turn !== this.#turn;
    const before = isFirst ? this.#endTurn() : [];
    this.#turn = turn;
    if (msgOf(event).type === 'UserMessage') return [...before, ...this.#said(event)];
    const input = inputOf(event, isFirst);
    if (input) {
      if (!this.#isSaid && turn > 0) this.#waiting.push(input);
      if (this.#waiting.length > MOST_WAITING) before.push(...this.#release());
      // One that reads like a context would be shown as that, too.
      return input.isLikeContext ? before : [...before, event];
    }
    this.#noteAnswer(event);
    return isSilent(event) ? [...before, event] : [...before, ...this.#release(), event];
  }

  /** @returns the messages that no event came for */
  end(): Event[] {
    return this.#endTurn();
  }

  /** What `end` would return now. */
  get waiting(): Event[] {
    return this.#waiting.map(toMessage);
  }

  /** Whether an item that is not shown itself only repeats what is; asked for once it was added. */
  repeats(event: Event): boolean {
    const item = itemOf(event);
    if (item.type === 'reasoning') return event.timestamp !== null && listOf(item.content).length === 0;
    if (item.type !== 'message') return false;
    return item.role === 'assistant' || this.#waiting.at(-1)?.event === event || this.#repeatsSaid(item);
  }

  /** Behind the event, as some versions write it. */
  #repeatsSaid({ role, content }: Fields): boolean {
    return role === 'user' && this.#isSaid && !isContext(textOfParts(content));
  }

  #said(event: Event): Event[] {
    const msg = msgOf(event);
    const copy = this.#waiting.findLast(({ images }) => images.length > 0);
    this.#waiting = [];
    this.#isSaid = true;
    const text = textOf(msg.text) ?? '';
    if (this.#made !== null && this.#made === text) return [];
    const hasImages = listOf(msg.images).length + listOf(msg.local_images).length > 0;
    if (!copy || hasImages) return [event];
    return [{ ...event, msg: { ...msg, images: copy.images } } as unknown as Event];
  }

  #release(): Event[] {
    const made = this.#waiting.map(toMessage);
    this.#made = this.#waiting.at(-1)?.text ?? this.#made;
    if (made.length > 0) this.#isSaid = true;
    this.#waiting = [];
    return made;
  }

  #endTurn(): Event[] {
    const made = this.#release();
    if (!this.#isAnswered) this.unsaidAnswers += this.#answers;
    this.#answers = 0;
    [this.#isSaid, this.#isAnswered, this.#made] = [false, false, null];
    return made;
  }

  #noteAnswer(event: Event): void {
    const { type, role, content } = itemOf(event);
    if (msgOf(event).type === 'AgentMessage') this.#isAnswered = true;
    else if (type === 'message' && role === 'assistant' && !event.synthetic && textOfParts(content) !== '')
      this.#answers++;
  }
}

interface Input {
  event: Event;
  text: string;
  images: readonly unknown[];
  isLikeContext: boolean;
}

/** @param isFirst the first event of its turn: the count of turns has taken it for something that was said */
function inputOf(event: Event, isFirst: boolean): Input | null {
  const item = itemOf(event);
  if (event.synthetic || item.type !== 'message' || item.role !== 'user') return null;
  const text = textOfParts(item.content);
  const images = listOf(item.content).flatMap((part) => {
    const { type, image_url: source } = objectOf(part);
    return type === 'input_image' ? [textOf(source) ?? source ?? ''] : [];
  });
  const isLikeContext = isContext(text);
  if ((text === '' && images.length === 0) || (isLikeContext && !isFirst)) return null;
  return { event, text, images, isLikeContext };
}

function toMessage({ event, text, images }: Input): Event {
  const { thread_id, seq, timestamp, turn, line, inherited_from, base_rollout, rolled_back } = event;
  const head = { thread_id, seq, timestamp, turn, line, inherited_from, base_rollout, rolled_back, synthetic: true };
  const known = Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined));
  const msg = { type: 'UserMessage', text, ...(images.length > 0 && { images }) };
  return { ...known, type: 'EventMsg', msg } as unknown as Event;
}

/** Without the words that stand around pictures. */
function textOfParts(content: unknown): string {
  const whole = plain(content);
  if (typeof whole === 'string') return whole;
  const texts = listOf(whole).flatMap((part) => textOf(objectOf(part).text) ?? []);
  return texts.filter((text) => !/^\s*<\/?image(?:\s[^>]*)?>\s*$/.test(text)).join('\n');
}

/** What stands between both records of a message, and shows nothing. */
function isSilent(event: Event): boolean {
  if (event.type === 'ResponseItem') return itemOf(event).type === 'message' && itemOf(event).role !== 'assistant';
  if (event.type === 'Unknown') return isBookkeeping(event);
  if (event.type !== 'EventMsg') return event.type === 'TurnContext';
  const type = textOf(msgOf(event).type) ?? '';
  return type === 'TokenCount' || isQuietMsg(type);
}

function msgOf(event: Event): Fields {
  return event.type === 'EventMsg' ? objectOf(event.msg) : {};
}

function itemOf(event: Event): Fields {
  return event.type === 'ResponseItem' ? objectOf(event.item) : {};
}

const MOST_WAITING = 16;
