import { Stopped, type StopSignal, stopSignals } from './abort.ts';
import { doLastActs, hasLastActs } from './last-acts.ts';

export interface Signals {
  /** Fires with a `Stopped` as its reason. */
  signal: AbortSignal;
  /** Lets Ctrl-C pass without effect until the function it returns is called. */
  ignoreInterrupts(): () => void;
  close(): void;
}

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an abort, so that the work can end in order. The second one, or the
 * first after a grace, ends the process at once.
 */
export function listenForSignals(): Signals {
  const controller = new AbortController();
  const names = Object.keys(stopSignals) as StopSignal[];
  let ignored = 0;
  const onSignal = (name: StopSignal) => {
    if (name === 'SIGINT' && ignored > 0) return;
    const isLast = controller.signal.aborted;
    // A terminal that goes away tells it more than once: nobody insists. It ends with the grace all the same.
    if (isLast && name === 'SIGHUP') return;
    // The system ends the process quicker than we could, but it does not know what must be done before.
    if (isLast || !hasLastActs()) close(isLast ? undefined : 'SIGHUP');
    if (isLast) return end(name);
    controller.abort(new Stopped(name));
    setTimeout(() => end(name), graceMs).unref();
  };
  const end = (name: StopSignal) => {
    close();
    doLastActs();
    process.kill(process.pid, name);
  };
  const close = (kept?: StopSignal) => {
    for (const name of names) if (name !== kept) process.removeListener(name, onSignal);
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    ignoreInterrupts() {
      ignored += 1;
      return () => {
        ignored -= 1;
      };
    },
    close: () => close(),
  };
}

const graceMs = 3000;
