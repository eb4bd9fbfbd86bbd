import type { Match } from './rules/rule.ts';

/** What was found in a text. It is asked in time that does not grow with the number of matches. */
export class FoundMatches {
  readonly list: Match[] = [];
  /** The matches that touch each stretch of the text. */
  readonly #near = new Map<number, Match[]>();

  add(match: Match): void {
    this.list.push(match);
    for (let stretch = match.start >> STRETCH; stretch <= match.end >> STRETCH; stretch++) {
      const near = this.#near.get(stretch);
      if (near) near.push(match);
      else this.#near.set(stretch, [match]);
    }
  }

  /** Whether one begins there. */
  begins(start: number): boolean {
    return this.#at(start).some((match) => match.start === start);
  }

  /** Whether one has all of this stretch in it. */
  covers(start: number, end: number): boolean {
    return this.#at(start).some((match) => match.start <= start && match.end >= end);
  }

  /** The best one that is exactly this stretch. */
  same(start: number, end: number): Match | undefined {
    return this.#at(start).findLast((match) => match.start === start && match.end === end);
  }

  /** Whether one has a part of this stretch in it. */
  touches(start: number, end: number): boolean {
    for (let stretch = start >> STRETCH; stretch <= end >> STRETCH; stretch++) {
      if (this.#near.get(stretch)?.some((match) => match.start < end && match.end > start)) return true;
    }
    return false;
  }

  #at(place: number): readonly Match[] {
    return this.#near.get(place >> STRETCH) ?? none;
  }
}

const none: readonly Match[] = [];
/** 256 characters, as a power of two. */
const STRETCH = 8;
