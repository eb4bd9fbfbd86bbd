import { NumberRanges } from '../validate/number-ranges.ts';
import type { RepairRule } from './edit.ts';
import type { Loss } from './line-pieces.ts';

/**
 * The ordinals that the records of a paginated file get: each the next one. A gap that nothing accounts for stays as wide as it
 * is, because it tells that records were removed; one that damaged lines leave is closed.
 */
export class Numbering {
  /** Of the result. */
  #next: number;
  /** Of the original: one more than the highest so far. */
  #nextRecorded: number;
  /** Numbers that damaged lines, or records without one, may have had since the last numbered record. */
  #unnumbered = 0;
  readonly #seen = new NumberRanges();
  /** Why numbers differ from the recorded ones by now. */
  #reason: RepairRule | null = null;

  /** @param first what the file begins with: 0, or where the one ends that it continues */
  constructor(first: number) {
    this.#next = first;
    this.#nextRecorded = first;
    if (first > 0) this.#seen.add(0, first - 1);
  }

  /** A record that is put in gets the next number. */
  insert(rule: RepairRule): number {
    this.#reason ??= rule;
    return this.#next++;
  }

  /** Bytes were taken out. */
  lose(loss: Loss): void {
    this.#unnumbered = loss === 'records' ? Number.POSITIVE_INFINITY : this.#unnumbered + 1;
  }

  /** A line that is kept and may have a number, which is not seen. */
  pass(): void {
    this.#unnumbered++;
  }

  /**
   * @param recorded null for a record without a number, or with one that cannot be
   * @returns the number that the record gets, and why it is not its own
   */
  number(recorded: number | null): { ordinal: number; rule: RepairRule | null } {
    if (recorded === null) {
      this.#unnumbered++;
      this.#reason ??= 'ORDINAL-MISSING';
      return { ordinal: this.#next++, rule: 'ORDINAL-MISSING' };
    }
    const gap = recorded - this.#nextRecorded;
    const fault = gap >= 0 ? null : this.#seen.has(recorded) ? 'ORDINAL-REUSE' : 'ORDINAL-BACK';
    this.#reason ??= fault;
    const ordinal = this.#next + Math.max(0, gap - this.#unnumbered);
    this.#next = ordinal + 1;
    this.#nextRecorded = Math.max(this.#nextRecorded, recorded + 1);
    this.#seen.add(recorded, recorded);
    // One that has another's number may have had the one that is left out behind it.
    this.#unnumbered = fault ? this.#unnumbered + 1 : 0;
    return { ordinal, rule: ordinal === recorded ? null : (fault ?? this.#reason ?? 'ORDINAL-GAP') };
  }
}
