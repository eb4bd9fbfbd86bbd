import { formatTime, parseTime } from '../../../base/time.ts';
import type { LossCounter } from '../loss-counter.ts';
import { wellFormed } from '../well-formed.ts';

/**
 * Values as columns take them; what does not fit is counted.
 */
export class Cells {
  readonly #losses: LossCounter;

  constructor(losses: LossCounter) {
    this.#losses = losses;
  }

  /** A text without halves of surrogate pairs, which UTF-8 cannot write. */
  text(value: string | null): string | null {
    if (value === null) return null;
    const text = wellFormed(value);
    if (text !== value) this.#losses.add('texts with lone surrogates', 'altered');
    return text;
  }

  /** A whole number of 64 bits, which may be recorded as digits. */
  integer(value: unknown): bigint | null {
    if (value === null || value === undefined) return null;
    const digits = typeof value === 'number' ? (Number.isInteger(value) ? BigInt(value) : null) : wholeNumber(value);
    if (digits !== null && BigInt.asIntN(64, digits) === digits) return digits;
    this.#losses.add('numbers beyond 64 bits', 'omitted');
    return null;
  }

  /** Microseconds since the epoch of an RFC 3339 time. */
  time(value: string | null): bigint | null {
    if (value === null) return null;
    const ms = parseTime(value);
    if (ms === null) {
      this.#losses.add('times that cannot be read', 'omitted');
      return null;
    }
    const fraction = /\.(\d+)/.exec(value)?.[1] ?? '';
    if (/[1-9]/.test(fraction.slice(6))) this.#losses.add('times finer than a microsecond', 'shortened');
    return BigInt(ms) * 1000n + BigInt(fraction.slice(3, 6).padEnd(3, '0'));
  }
}

/** The folder of a time: its UTC day, or what Hive calls the absence of one. */
export function dateFolder(micros: bigint | null): string {
  const ms = micros === null ? null : Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
  return `date=${(ms === null ? null : formatTime(ms)?.slice(0, 10)) ?? NO_DATE}`;
}

const NO_DATE = '__HIVE_DEFAULT_PARTITION__';

function wholeNumber(value: unknown): bigint | null {
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}
