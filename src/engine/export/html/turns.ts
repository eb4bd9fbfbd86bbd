import { calendarTime, formatDuration } from '../../../base/amounts.ts';
import { parseTime } from '../../../base/time.ts';
import type { Event } from '../../../model/event.ts';
import { type Fields, numberOf, objectOf, textOf } from '../../../model/fields.ts';
import { plain } from '../../../model/verbatim.ts';
import { Contents } from './contents.ts';
import { tokensOf } from './facts.ts';
import { escapeLine } from './text/escape.ts';

/**
 * The turns of a session, each a section with its heading, and how long it took and what was used at its end. What is shown of the
 * events stands in groups: a browser lays out only those near what is on the screen, and a section with many elements in a row
 * would take it a time that grows with their square.
 */
export class Turns {
  readonly contents = new Contents();
  #turn: Turn | null = null;
  #highest = -1;
  #tokens: Fields | null = null;

  get isInTurn(): boolean {
    return this.#turn !== null;
  }

  /** What stands before an event: where it begins a turn, the end of the one before, and its heading. */
  enter(event: Event): string[] {
    const number = numberOf(event.turn) ?? 0;
    const time = parseTime(textOf(event.timestamp) ?? '');
    if (this.#turn && this.#turn.number === number) {
      this.#turn.last = time ?? this.#turn.last;
      return [];
    }
    const closing = this.close();
    this.#turn = { number, started: time, last: time, shown: 0 };
    return [...closing, this.#heading(event, number)];
  }

  /** Puts what is shown of an event where it belongs. */
  show(event: Event, pieces: readonly string[]): string[] {
    if (event.type === 'EventMsg' && event.msg.type === 'UserMessage')
      this.contents.describe(textOf(event.msg.text) ?? '[picture]');
    if (this.#turn === null) return [...pieces];
    const isFirst = this.#turn.shown % GROUP === 0;
    const isBehind = this.#turn.shown++ > 0;
    return isFirst ? [isBehind ? '</div>\n' : '', '<div class="run">\n', ...pieces] : [...pieces];
  }

  /** Takes the running total from a count of tokens. */
  count(event: Event): boolean {
    const total = event.type === 'EventMsg' && event.msg.type === 'TokenCount' ? plain(event.msg.total) : null;
    if (total) this.#tokens = objectOf(total);
    return Boolean(total);
  }

  /** The end of the turn, or of the head of the page when there was none. */
  close(): string[] {
    const turn = this.#turn;
    if (turn === null) return ['</section>\n'];
    this.#turn = null;
    const { started, last, shown } = turn;
    const parts = [
      started !== null && last !== null && last > started ? formatDuration(last - started) : null,
      this.#tokens ? `tokens so far: ${tokensOf(this.#tokens)}` : null,
    ].filter((part) => part !== null);
    this.#tokens = null;
    return [
      shown === 0 ? '' : '</div>\n',
      parts.length === 0 ? '' : `<p class="sum">${parts.join(' · ')}</p>\n`,
      '</section>\n',
    ];
  }

  #heading(event: Event, number: number): string {
    const isNew = number > this.#highest;
    this.#highest = Math.max(number, this.#highest);
    const anchor = `turn-${number}${isNew ? '' : `-at-${numberOf(event.seq) ?? 0}`}`;
    const isGone = event.rolled_back === true;
    if (number > 0) this.contents.add(anchor, number, isGone);
    const parent = textOf(event.inherited_from);
    const marks = [
      isGone ? '<span class="mark gone">rolled back</span>' : '',
      parent === null ? '' : `<span class="mark">inherited from ${escapeLine(parent.slice(0, 36))}</span>`,
    ].join('');
    const heading = number === 0 ? 'Before the first turn' : `Turn ${number}`;
    const time = calendarTime(textOf(event.timestamp), 0);
    return [
      `<section class="turn${isGone ? ' gone' : ''}${parent === null ? '' : ' inherited'}" id="${anchor}" aria-labelledby="${anchor}-h">\n`,
      `<h2 id="${anchor}-h"><a href="#${anchor}">${heading}</a>${marks}`,
      `${time === null ? '' : `<span class="when">${time}</span>`}</h2>\n`,
    ].join('');
  }
}

interface Turn {
  number: number;
  started: number | null;
  last: number | null;
  /** Events that something was shown of. */
  shown: number;
}

const GROUP = 50;
