import { fstatSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { systemClock } from './clock.ts';
import { closeDeadTerminals } from './dead-terminals.ts';
import type { Io, Output } from './io.ts';
import { watchUncaught } from './last-resort.ts';
import { openScreen } from './screen.ts';
import { listenForSignals } from './signals.ts';
import { openControllingTerminal } from './terminal.ts';
import { listenForKeys } from './terminal-keys.ts';
import { withUmask } from './umask.ts';
import { openDescriptor } from './write-descriptor.ts';

/** The `Io` of this process. `close` gives the signals back, so that the process can end. */
export function openProcessIo(): { io: Io; close(): void } {
  // What we make in the home may hold other people's secrets, whatever the caller's umask is.
  const umask = process.umask(0o077);
  watchUncaught();
  closeDeadTerminals();
  const signals = listenForSignals();
  const io: Io = {
    stdin: {
      get isTTY() {
        return isTerminal(0);
      },
      read: () => readStdin(signals.signal),
      listenForKeys: (onKey) => listenForKeys(signals.signal, onKey),
    },
    stdout: openOutput(1, openDescriptor(1, 'standard output')),
    stderr: openOutput(2, forgive(openDescriptor(2, 'standard error'))),
    get sharesTerminal() {
      return isTerminal(1) && isTerminal(2) && isSameDevice(1, 2);
    },
    openTerminal: openControllingTerminal,
    openScreen: (options) => (isTerminal(0) && isTerminal(1) ? openScreen(options) : null),
    env: process.env,
    cwd: currentFolder(),
    umask,
    clock: systemClock,
    signal: signals.signal,
    async startPager(command, env) {
      const { spawnPager } = await import('./pager-process.ts');
      const onEnd = signals.ignoreInterrupts();
      return withUmask(umask, () => spawnPager(command, env, onEnd));
    },
  };
  return { io, close: signals.close };
}

async function* readStdin(signal: AbortSignal): AsyncIterable<Uint8Array> {
  const stop = () => process.stdin.destroy(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    yield* process.stdin as AsyncIterable<Uint8Array>;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function openOutput(descriptor: 1 | 2, write: Output['write']): Output {
  const isTTY = isTerminal(descriptor);
  return {
    isTTY,
    get columns() {
      // Node's stream is made only to be asked for its width, and only where there is a terminal.
      return (isTTY && (descriptor === 1 ? process.stdout : process.stderr).columns) || 80;
    },
    write,
  };
}

/** Only a character device can be a terminal, and what knows more about those loads all of Node's networking. */
function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return (createRequire(import.meta.url)('node:tty') as typeof import('node:tty')).isatty(descriptor);
}

/** `/dev/tty` has a number of its own, and is the terminal that others name otherwise. */
function isSameDevice(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one).rdev, fstatSync(other).rdev];
  const controlling = statSync('/dev/tty', { throwIfNoEntry: false })?.rdev;
  return a === b || a === controlling || b === controlling;
}

/** A working directory that was removed goes by the name that it had: commands that need it then fail on it, others run. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return resolve('/', process.env.PWD ?? '/no working directory');
  }
}

/** Talk that nobody can hear is no reason to stop working. */
function forgive(write: Output['write']): Output['write'] {
  return (chunk) => write(chunk).catch(() => {});
}
