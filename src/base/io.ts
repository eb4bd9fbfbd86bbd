/**
 * Everything a command may touch of the process it runs in. Only `bin/` and `base/process-io.ts` know the real
 * process; all other code is handed an `Io`, so that it can be run by a test or by another program.
 */
export interface Io {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  /** Whether standard output and standard error are the same terminal. */
  sharesTerminal: boolean;
  /** Opens the terminal that the program is controlled from, whatever its standard streams are; null where there is none. */
  openTerminal(): Terminal | null;
  env: Readonly<Record<string, string | undefined>>;
  /** The working directory, absolute. */
  cwd: string;
  /** The umask that the program was called with: for what is made outside of the home, and for programs that are started. */
  umask: number;
  clock: Clock;
  /** Fires when the user or the system asks the program to stop. */
  signal: AbortSignal;
  /** Starts a shell command that shows what it is given on the terminal. Until it ends, Ctrl-C is its own affair. */
  startPager(command: string, env: Record<string, string>): Promise<PagerProcess>;
}

export interface PagerProcess {
  /** Resolves when the pager has room for more. Rejects with the kind `closed-pipe` when it takes no more. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** Ends the input and resolves, once the pager has ended, to its exit code; 128 or more after a signal. */
  end(): Promise<number>;
}

export interface Input {
  isTTY: boolean;
  /** The bytes of standard input. It can be read once. */
  read(): AsyncIterable<Uint8Array>;
  /**
   * Gives the bytes of each key of a terminal as it is pressed, and null when there will be no more. Nothing is echoed;
   * Ctrl-C, Ctrl-Z and Ctrl-\ do what they always do. After a stop, a form feed (Ctrl-L) asks to draw again.
   * @returns gives the terminal back as it was
   */
  listenForKeys(onKey: (bytes: Uint8Array | null) => void): () => void;
}

/** Where somebody sits who can be asked. */
export interface Terminal {
  write(text: string): Promise<void>;
  /** What is typed, until the signal fires or the input ends. Nothing is read, nor is anybody stopped for it, before. */
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface Output {
  isTTY: boolean;
  /** Columns of the terminal; 80 where there is none. */
  columns: number;
  /**
   * Resolves when the bytes are with the operating system, so that awaiting it is the back-pressure. The chunk may be
   * reused after that. Rejects with the kind `closed-pipe` when the reader is gone.
   */
  write(chunk: Uint8Array | string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
