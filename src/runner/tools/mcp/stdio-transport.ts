import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Clock } from '../../../base/io.ts';
import { killProcess } from '../../../base/kill-process.ts';
import { withUmask } from '../../../base/umask.ts';

export interface ServerProgram {
  command: string;
  args: readonly string[];
  /** Absolute. */
  cwd: string;
  /** The whole of it. */
  env: Readonly<Record<string, string>>;
  umask: number;
}

/** Parts of the SDK, which is loaded by whoever needs a server. */
interface Parts {
  clock: Clock;
  ReadBuffer: typeof ReadBuffer;
  serializeMessage: typeof serializeMessage;
}

export interface StdioTransport extends Transport {
  /** The last of what the program said on its standard error. */
  complaint(): string;
  /** How it ended by itself, such as `ended with exit code 1`; null as long as it runs, and when we ended it. */
  ending(): string | null;
  /** Why it was ended by us; null when it was not, or by `close`. */
  verdict(): string | null;
}

const largestMessage = 16 * 1024 * 1024;
/** What may come between two messages of ours: more is a server gone wild. */
const mostBytes = 64 * 1024 * 1024;
const mostGarbage = 1000;
const mostUnread = 16 * 1024 * 1024;
const mostComplaint = 16 * 1024;
const graceMs = 500;

/**
 * Speaks to a program on its standard streams. Unlike the SDK's own transport it gives it no more of the environment than it
 * is told to, has it in a process group of its own, so that nothing of it stays, and limits what it can send.
 */
export function createStdioTransport(
  program: ServerProgram,
  { clock, ReadBuffer, serializeMessage }: Parts,
): StdioTransport {
  const buffer = new ReadBuffer({ maxBufferSize: largestMessage });
  let child: ChildProcessWithoutNullStreams | undefined;
  let closing: Promise<void> | undefined;
  let isOver = false;
  let complaint = '';
  let verdict: string | null = null;
  let ending: string | null = null;
  let bytes = 0;
  let garbage = 0;
  const transport: StdioTransport = {
    start,
    send,
    complaint: () => complaint,
    verdict: () => verdict,
    ending: () => ending,
    close() {
      closing ??= end();
      return closing;
    },
  };
  return transport;

  function start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const started = launch(program);
      child = started;
      started.once('spawn', resolve);
      started.once('error', (error: NodeJS.ErrnoException) => {
        reject(new Error(`it cannot be started (${error.code ?? error.message})`));
        finish();
      });
      // What it started ends with it, but may hold the pipes open from another group.
      started.once('exit', (code, signal) => {
        if (!closing && !isOver) ending = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
        signalAll(started, 'SIGKILL');
        void clock.sleep(graceMs).then(finish);
      });
      started.once('close', finish);
      for (const stream of started.stdio) stream?.on('error', () => {});
      started.stdout.on('data', receive);
      started.stderr.on('data', (chunk: Buffer) => {
        complaint = (complaint + chunk.toString('utf8')).slice(-mostComplaint);
      });
    });
  }

  function receive(chunk: Buffer): void {
    bytes += chunk.length;
    try {
      if (bytes > mostBytes) throw new Error('it sends too much');
      buffer.append(chunk);
    } catch (error) {
      giveUp((error as Error).message);
    }
    while (!isOver) {
      try {
        const message = buffer.readMessage();
        if (message === null) return;
        transport.onmessage?.(message);
      } catch (error) {
        garbage += 1;
        if (garbage > mostGarbage) giveUp('it does not speak the protocol');
        else transport.onerror?.(error as Error);
      }
    }
  }

  function giveUp(why: string): void {
    verdict = why;
    finish();
  }

  function send(message: Parameters<Transport['send']>[0]): Promise<void> {
    const running = child;
    const stdin = running?.stdin;
    if (isOver || !running || !stdin?.writable) return Promise.reject(new Error('the server has ended'));
    if (stdin.writableLength > mostUnread) {
      giveUp('it does not read what it is sent');
      return Promise.reject(new Error('it does not read what it is sent'));
    }
    if ('method' in message && 'id' in message) {
      bytes = 0;
      garbage = 0;
    }
    return new Promise((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => {
        if (!error) return resolve();
        // Whoever hears nothing any more is about to end: how it does, and what it said, tells more.
        void waitFor('close', running).then(() => reject(error));
      });
    });
  }

  async function end(): Promise<void> {
    const running = child;
    if (!running || isOver) return finish();
    running.stdin.end();
    if (isRunning(running)) await waitFor('exit', running);
    if (isRunning(running)) {
      signalAll(running, 'SIGTERM');
      await waitFor('exit', running);
    }
    finish();
  }

  /** Waits a moment. */
  async function waitFor(event: 'exit' | 'close', running: ChildProcessWithoutNullStreams): Promise<void> {
    if (isOver) return;
    const over = new AbortController();
    running.once(event, () => over.abort());
    await clock.sleep(graceMs, over.signal);
  }

  /** Nothing of the program is left, and nobody hears of it any more. */
  function finish(): void {
    if (isOver) return;
    isOver = true;
    if (child) {
      if (isRunning(child)) signalAll(child, 'SIGKILL');
      for (const stream of child.stdio) stream?.destroy();
      child.unref();
    }
    buffer.clear();
    transport.onclose?.();
  }
}

/** Errors of it do not have the arguments in them, as those of Node would. */
function launch({ command, args, cwd, env, umask }: ServerProgram): ChildProcessWithoutNullStreams {
  try {
    return withUmask(umask, () => spawn(command, args, { cwd, env, detached: true, windowsHide: true }));
  } catch (error) {
    throw new Error(`it cannot be started (${(error as NodeJS.ErrnoException).code})`);
  }
}

function isRunning(child: ChildProcessWithoutNullStreams): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function signalAll(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  // Its group; where there are no groups, the program alone.
  if (!killProcess(-child.pid, signal)) child.kill(signal);
}
