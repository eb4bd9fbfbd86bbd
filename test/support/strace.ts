import { spawnSync } from 'node:child_process';

/** Whether system calls can be counted and failed here. */
export const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** Words that, before a command, write down these calls of it (`rename,link`), a line each. */
export function tracing(calls: string, log: string): string[] {
  return [...quick, '-o', log, '-e', `trace=${calls}`];
}

/**
 * Words that, before a command, tamper with calls of it.
 *
 * @param injection `CALLS:error=EIO:when=2+`, as strace has it; each thread counts for itself
 * @param paths when there are any, only calls on these count
 */
export function injecting(injection: string, paths: readonly string[] = []): string[] {
  const calls = injection.split(':', 1)[0] as string;
  const only = paths.flatMap((path) => ['-P', path]);
  // A signal reaches the command only from where it is stopped at every call.
  const strace = injection.includes(':signal=') ? thorough : quick;
  return [...strace, '-o', '/dev/null', ...only, '-e', `trace=${calls}`, '-e', `inject=${injection}`];
}

/** Whether a program was killed, strace with it. */
export function isKilled({ code, signal }: { code: number | null; signal: string | null }): boolean {
  return signal === 'SIGKILL' || code === 137;
}

const thorough = ['strace', '-f', '-qq'];
/** The kernel stops the command at the calls that are named, not at all that it makes: it runs three times as fast. */
const quick = [...thorough, '--seccomp-bpf'];
