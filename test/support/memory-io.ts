import type { Io, PagerProcess, Screen, ScreenOptions } from '../../src/base/io.ts';

export interface MemoryIoOptions {
  /** Whether stdout and stderr are a terminal. */
  tty?: boolean;
  columns?: number;
  env?: Record<string, string>;
  cwd?: string;
  stdin?: string | Uint8Array;
  /** Makes stdin a terminal, and hears who listens for its keys; null when they have stopped. */
  onListen?: (press: ((bytes: Uint8Array | null) => void) | null) => void;
  /** What a started pager does; without it, starting one is a fault of the test. */
  pager?: (command: string, env: Record<string, string>) => Promise<PagerProcess>;
  /** What is drawn on; without it, there is no terminal for it. */
  screen?: Screen | ((options: ScreenOptions) => Screen);
  /** What a write to stdout does instead of being kept. The chunk is the writer's own, not a copy. */
  onWrite?: (chunk: Buffer) => Promise<void>;
}

/** An `Io` that keeps what is written. Its clock stands still until it is told to move, or somebody sleeps. */
export class MemoryIo implements Io {
  readonly out: Buffer[] = [];
  readonly err: Buffer[] = [];
  readonly stop = new AbortController();
  readonly stdin: Io['stdin'];
  readonly stdout: Io['stdout'];
  readonly stderr: Io['stderr'];
  readonly sharesTerminal: boolean;
  readonly openTerminal: Io['openTerminal'] = () => null;
  readonly openScreen: Io['openScreen'];
  readonly env: Record<string, string | undefined>;
  readonly cwd: string;
  readonly umask = 0o022;
  readonly signal = this.stop.signal;
  readonly startPager: Io['startPager'];
  now = Date.parse('2026-11-22T12:00:00Z');
  readonly clock: Io['clock'] = {
    now: () => this.now,
    sleep: async (ms) => {
      this.now += ms;
    },
  };

  constructor(options: MemoryIoOptions = {}) {
    const { tty = false, columns = 80, stdin = '', onListen, onWrite } = options;
    this.sharesTerminal = tty;
    this.env = { TERM: 'xterm', ...options.env };
    this.cwd = options.cwd ?? '/';
    this.stdin = {
      isTTY: onListen !== undefined,
      async *read() {
        if (stdin.length > 0) yield Buffer.from(stdin);
      },
      listenForKeys(press) {
        if (!onListen) throw new Error('no keys were expected');
        onListen(press);
        return () => onListen(null);
      },
    };
    // Copies, because a caller may reuse its chunk after the write.
    const keep = (kept: Buffer[]) => async (chunk: Uint8Array | string) => void kept.push(Buffer.from(chunk));
    this.stdout = {
      isTTY: tty,
      columns,
      write: onWrite
        ? (chunk) => onWrite(typeof chunk === 'string' ? Buffer.from(chunk) : viewOf(chunk))
        : keep(this.out),
    };
    this.stderr = { isTTY: tty, columns, write: keep(this.err) };
    const { screen } = options;
    this.openScreen = (wanted) => (typeof screen === 'function' ? screen(wanted) : (screen ?? null));
    this.startPager =
      options.pager ??
      (async () => {
        throw new Error('no pager was expected');
      });
  }

  get outText(): string {
    return Buffer.concat(this.out).toString();
  }

  get errText(): string {
    return Buffer.concat(this.err).toString();
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
