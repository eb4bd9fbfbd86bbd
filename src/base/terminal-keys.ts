/**
 * Listens to the keys of the terminal on standard input; see `Input.listenForKeys`. A terminal that sends each key sends
 * no signals, so Ctrl-C, Ctrl-\ and Ctrl-Z are made signals here.
 *
 * @param signal the terminal is given back as soon as it fires
 */
export function listenForKeys(signal: AbortSignal, onKey: (bytes: Uint8Array | null) => void): () => void {
  const { stdin } = process;
  let isOpen = true;
  let resuming: NodeJS.Timeout | undefined;

  function onData(bytes: Uint8Array): void {
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
  }

  function stop(): void {
    stdin.setRawMode(false);
    process.removeListener('SIGTSTP', stop);
    // To all that the shell started with us, as the terminal would. We are stopped in here, and go on from here.
    process.kill(0, 'SIGTSTP');
    process.on('SIGTSTP', stop);
    resume();
  }

  /**
   * A signal that came while we were stopped, as with `kill %1`, is heard first: who takes the terminal in the background is
   * stopped again, and would never hear it.
   */
  function resume(): void {
    clearTimeout(resuming);
    resuming = setTimeout(takeTerminal, resumeMs);
  }

  function takeTerminal(): void {
    if (!isOpen) return;
    // Whoever had the terminal may have left it in another mode than Node believes.
    stdin.setRawMode(false);
    stdin.setRawMode(true);
    onKey(Buffer.from('\f'));
  }

  const actions = new Map<number, () => void>([
    [0x03, () => void process.kill(process.pid, 'SIGINT')],
    ...(process.platform === 'win32' ? [] : [[0x1a, stop] as const]),
    [
      0x1c,
      () => {
        close();
        process.kill(process.pid, 'SIGQUIT');
      },
    ],
  ]);

  const onEnd = () => onKey(null);

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(resuming);
    signal.removeEventListener('abort', close);
    process.removeListener('SIGTSTP', stop);
    process.removeListener('SIGCONT', resume);
    stdin.removeListener('data', onData);
    // What fails after this concerns nobody.
    stdin.on('error', () => {});
    try {
      stdin.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
    stdin.pause();
    stdin.unref();
  }

  if (signal.aborted) return () => {};
  stdin.on('end', onEnd);
  stdin.on('error', onEnd);
  stdin.setRawMode(true);
  stdin.on('data', onData);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', resume);
  signal.addEventListener('abort', close);
  return close;
}

const resumeMs = 20;
