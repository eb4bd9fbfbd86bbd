import type { Event } from '../../model/event.ts';
import { isBookkeeping } from '../../model/quiet-records.ts';
import type { LossCount, LossEffect } from './encoder.ts';

/** Counts what a format could not carry of a session, by kind. */
export class LossCounter {
  readonly #counts = new Map<string, LossCount>();

  add(kind: string, effect: LossEffect, count = 1): void {
    if (count === 0) return;
    const key = `${effect} ${this.#hasRoom(kind, effect) ? kind : OTHERS}`;
    const known = this.#counts.get(key);
    if (known) known.count += count;
    else this.#counts.set(key, { kind: key.slice(effect.length + 1), effect, count });
  }

  /** The event is not in the output. */
  omit(event: Event): void {
    const kind = event.type === 'Unknown' && isBookkeeping(event) ? event.record_type : undefined;
    this.add(kind ?? kindOf(event), 'omitted');
  }

  /** In the order of kind and effect, so that the same session always gives the same. */
  counts(): LossCount[] {
    const keys = [...this.#counts.keys()].sort();
    return keys.map((key) => this.#counts.get(key) as LossCount);
  }

  /** A stream may name any number of kinds. */
  #hasRoom(kind: string, effect: LossEffect): boolean {
    return this.#counts.size < MOST_KINDS || this.#counts.has(`${effect} ${kind}`);
  }
}

/** What an event is, in one word: the inner type where there is one, else the type. */
export function kindOf(event: Event): string {
  const kind =
    event.type === 'EventMsg' ? event.msg.type : event.type === 'ResponseItem' ? event.item.type : event.type;
  return String(kind).slice(0, LONGEST_KIND);
}

const MOST_KINDS = 100;
const LONGEST_KIND = 100;
const OTHERS = 'others';
