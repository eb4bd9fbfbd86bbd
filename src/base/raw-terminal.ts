export interface RawListener {
  onBytes(bytes: Uint8Array): void;
  /** There will be no more. */
  onEnd(): void;
  /** Somebody asks the program to stop: to be answered by `stop`, perhaps after a while. */
  onStop(): void;
  /** The terminal was taken again, after a stop or when another program let us have it. */
  onTaken(): void;
}

export interface RawTerminal {
  /** Gives the terminal back, stops all that the shell started with us, and takes the terminal again when we go on. */
  stop(): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Takes the terminal of standard input so that each key is sent as it is pressed, and none is echoed or becomes a signal. */
export function openRawTerminal({ onBytes, onEnd, onStop, onTaken }: RawListener): RawTerminal {
  const { stdin } = process;
  let isOpen = true;
  let resuming: NodeJS.Timeout | undefined;

  function stop(): void {
    if (!isOpen) return;
    setRawMode(false);
    process.removeListener('SIGTSTP', onStop);
    // To all that the shell started with us, as the terminal would. We are stopped in here, and go on from here.
    process.kill(0, 'SIGTSTP');
    process.on('SIGTSTP', onStop);
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
    setRawMode(false);
    setRawMode(true);
    onTaken();
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(resuming);
    process.removeListener('SIGTSTP', onStop);
    process.removeListener('SIGCONT', resume);
    stdin.removeListener('data', onBytes);
    stdin.removeListener('end', onEnd);
    stdin.removeListener('error', onEnd);
    // What fails after this concerns nobody.
    stdin.on('error', ignore);
    setRawMode(false);
    stdin.pause();
    stdin.unref();
  }

  stdin.removeListener('error', ignore);
  stdin.on('end', onEnd);
  stdin.on('error', onEnd);
  stdin.setRawMode(true);
  stdin.ref();
  stdin.on('data', onBytes);
  stdin.resume();
  process.on('SIGTSTP', onStop);
  process.on('SIGCONT', resume);
  return { stop, close };
}

/** Whether programs can be stopped and go on here. */
export const hasJobs = process.platform !== 'win32';

function setRawMode(isRaw: boolean): void {
  try {
    process.stdin.setRawMode(isRaw);
  } catch {
    // The terminal is gone.
  }
}

function ignore(): void {}

const resumeMs = 20;
