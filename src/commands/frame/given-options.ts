import { parseDuration } from '../../base/durations.ts';
import { Failure } from '../../base/failure.ts';
import { parseMoment } from '../../base/time.ts';
import type { OptionSpec } from '../command.ts';

/** What one option was given: `true` for each time it stood there without a value. */
export type GivenValue = string | true;

/**
 * The options of one invocation, by long name. Asking for an option that the command's spec does not list is a fault of
 * the command and throws, so that no option can be read that neither help nor completion knows.
 */
export class GivenOptions {
  readonly #specs: ReadonlyMap<string, OptionSpec>;
  readonly #given: ReadonlyMap<string, readonly GivenValue[]>;

  constructor(specs: readonly OptionSpec[], given: ReadonlyMap<string, readonly GivenValue[]>) {
    this.#specs = new Map(specs.map((spec) => [spec.long, spec]));
    this.#given = given;
  }

  /** Whether the option stands on the command line at all; false for one that this command does not have. */
  has(long: string): boolean {
    return this.#given.has(long);
  }

  /** Whether the option was given, with or without a value. */
  flag(long: string): boolean {
    return this.#all(long).length > 0;
  }

  /** The value of the last occurrence; undefined when not given, or given without its optional value. */
  text(long: string): string | undefined {
    const last = this.#all(long).at(-1);
    return last === true ? undefined : last;
  }

  /** Every value of a repeatable option, in order. */
  texts(long: string): string[] {
    return this.#all(long).filter((value) => value !== true);
  }

  /** One of the words that the spec allows; the frame has refused all others. */
  word<Word extends string>(long: string): Word | undefined {
    return this.text(long) as Word | undefined;
  }

  /** A whole number, 0 or more. */
  count(long: string): number | undefined {
    return this.#parsed(long, parseCount);
  }

  /** Milliseconds, of a duration such as `30d`. */
  duration(long: string): number | undefined {
    return this.#parsed(long, parseDuration);
  }

  /** Milliseconds since the epoch, of a date or an RFC 3339 time. */
  moment(long: string): number | undefined {
    return this.#parsed(long, parseMoment);
  }

  #parsed(long: string, parse: (text: string) => number): number | undefined {
    const text = this.text(long);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure('usage', `--${long}: ${error.message}`, error.hint === undefined ? {} : { hint: error.hint });
    }
  }

  #all(long: string): readonly GivenValue[] {
    if (!this.#specs.has(long)) throw new Error(`the command has no option --${long}`);
    return this.#given.get(long) ?? [];
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new Failure('usage', `'${text}' is not a whole number`);
}
