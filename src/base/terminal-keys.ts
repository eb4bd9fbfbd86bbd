import { hasJobs, openRawTerminal } from './raw-terminal.ts';

/**
 * Listens to the keys of the terminal on standard input; see `Input.listenForKeys`. A terminal that sends each key sends
 * no signals, so Ctrl-C, Ctrl-\ and Ctrl-Z are made signals here.
 *
 * @param signal the terminal is given back as soon as it fires
 */
export function listenForKeys(signal: AbortSignal, onKey: (bytes: Uint8Array | null) => void): () => void {
  if (signal.aborted) return () => {};
  let isOpen = true;
  const terminal = openRawTerminal({
    onBytes(bytes) {
      let start = 0;
      for (const [index, byte] of bytes.entries()) {
        const act = actions.get(byte);
        if (!act) continue;
        if (index > start) onKey(bytes.subarray(start, index));
        start = index + 1;
        act();
        if (!isOpen) return;
      }
      if (start < bytes.length) onKey(bytes.subarray(start));
    },
    onEnd: () => onKey(null),
    onStop: () => terminal.stop(),
    onTaken: () => onKey(Buffer.from('\f')),
  });

  const actions = new Map<number, () => void>([
    [0x03, () => void process.kill(process.pid, 'SIGINT')],
    ...(hasJobs ? [[0x1a, terminal.stop] as const] : []),
    [
      0x1c,
      () => {
        close();
        process.kill(process.pid, 'SIGQUIT');
      },
    ],
  ]);

  function close(): void {
    isOpen = false;
    signal.removeEventListener('abort', close);
    terminal.close();
  }

  signal.addEventListener('abort', close);
  return close;
}
