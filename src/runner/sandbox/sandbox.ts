import type { SandboxPolicy } from '../../model/history.ts';

/** Runs programs within bounds. */
export interface Sandbox {
  readonly policy: SandboxPolicy;
  /** Whether a path may be written to under the policy, links resolved. */
  mayWrite(path: string): boolean;
  /** Whether a tool of this process may read a path, links resolved: not keys, nor what the kernel shows of processes. */
  mayRead(path: string): boolean;
  /**
   * Starts a program in a process group (under a sandbox: a pid namespace) of its own, and resolves when all of it is gone.
   * Never throws for what the program does. When time is up or on abort, everything that it started is killed.
   *
   * @param options.unconfined outside of the bounds, after an approval
   * @throws Failure `refused` (exit 4, with how to install it) when the policy asks for a sandbox and there is none
   */
  run(argv: readonly string[], options: RunOptions): Promise<RunResult>;
}

export interface RunOptions {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  timeoutMs: number;
  /** Text for its standard input; null for none. */
  input: string | Uint8Array | null;
  unconfined: boolean;
  onOutput(chunk: Uint8Array, stream: 'stdout' | 'stderr'): void;
}

export interface RunResult {
  /** Null when it was ended by a signal, or never started. */
  exitCode: number | null;
  signal: string | null;
  end: 'exited' | 'timeout' | 'aborted' | 'not-started';
  /** Why it was not started. */
  message: string | null;
  durationMs: number;
}
