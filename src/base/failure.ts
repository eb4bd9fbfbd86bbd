const brand = Symbol.for('agent-sessions.Failure');

/**
 * What went wrong, and the exit code that says so.
 *
 * Every error that reaches a user is a `Failure`; its kind picks the exit code from one table, so that a
 * command never invents a number. When several things went wrong the worst code wins.
 */
export class Failure extends Error {
  /** The program consists of several bundles, each of which has this class; a failure of one is one in all. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass asks for its own instances.
    if (this !== Failure) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand in value;
  }

  readonly [brand] = true;
  readonly kind: FailureKind;
  readonly place: Place;
  readonly hint: string | undefined;

  constructor(kind: FailureKind, message: string, details: Place & { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.place = { file: details.file, line: details.line, offset: details.offset };
    this.hint = details.hint;
  }

  get exit(): number {
    return exitCodes[this.kind];
  }
}

/** Where it went wrong: file path, 1-based line, byte offset in the decompressed content. */
export interface Place {
  file?: string | undefined;
  line?: number | undefined;
  offset?: number | undefined;
}

/** The one table from kind of failure to exit code. */
export const exitCodes = {
  /** Findings, no match, or the verdict "no". */
  findings: 1,
  /** A wrong option, argument, name or id. */
  usage: 2,
  /** The operating system or the disk refused. */
  trouble: 2,
  /** Bytes that could not be read or were over a limit; everything else was delivered. */
  partial: 3,
  /** Refused for safety: held, live, mass, clock. */
  refused: 4,
  /** Somebody else holds the lock. */
  busy: 5,
  /** The reader of our output went away. */
  'closed-pipe': 141,
} as const;

export type FailureKind = keyof typeof exitCodes;

const worstFirst = [141, 143, 130, 129, 2, 4, 5, 3, 1, 0];

/** The worst of several exit codes: signals, then 2 > 4 > 5 > 3 > 1 > 0. */
export function worstExit(...codes: number[]): number {
  return worstFirst.find((code) => codes.includes(code)) ?? 2;
}

/** Turns anything thrown into a `Failure`; system errors keep their code and path. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const system = error as NodeJS.ErrnoException;
  if (system?.code === 'EPIPE') return new Failure('closed-pipe', 'output closed', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('trouble', message, { cause: error, file: system?.path });
}
