/** Why the program was asked to stop; the reason of `Io.signal`. */
export class Stopped extends Error {
  /** 128 and the number of the signal, as a shell reports it. */
  readonly exit: number;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.name = 'Stopped';
    this.exit = stopSignals[signal];
  }
}

/** The signals that ask for an orderly end, with their exit codes. */
export const stopSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof stopSignals;

/** Throws the signal's reason once it has fired; to be called between pieces of work. */
export function throwIfStopped(signal: AbortSignal): void {
  signal.throwIfAborted();
}
