import { Stopped, type StopSignal, stopSignals } from './abort.ts';

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
    close();
    controller.abort(new Stopped(name));
    setTimeout(() => process.kill(process.pid, name), graceMs).unref();
  };
  const close = () => {
    for (const name of names) process.removeListener(name, onSignal);
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
    close,
  };
}

const graceMs = 3000;
