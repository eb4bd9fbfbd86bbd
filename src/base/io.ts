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
  /**
   * Takes the terminal of standard input and output for a screen: each key is given as bytes as it is pressed, and nothing is
   * echoed. However the program ends, the terminal is given back as it was. Null where the two are no terminal.
   */
  openScreen(options: ScreenOptions): Screen | null;
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

export interface ScreenOptions {
  /** Uses the other screen that terminals have, and leaves what was on this one. */
  altScreen: boolean;
}

/** A terminal that is drawn on. */
export interface Screen {
  /** As they are now. */
  readonly columns: number;
  readonly rows: number;
  /** In order; what the terminal does not take yet waits. */
  write(text: string): void;
  /**
   * The bytes of what is typed, Ctrl-C and Ctrl-\ included; pasted text between `ESC [ 200 ~` and `ESC [ 201 ~`; null when there
   * will be no more. Ctrl-Z stops the program; nobody else hears of it.
   */
  onInput(listener: (bytes: Uint8Array | null) => void): () => void;
  /** The size is another one, or the screen must be drawn again, as after a stop. */
  onRedraw(listener: () => void): () => void;
  /** Gives the terminal back, once all is written. */
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
