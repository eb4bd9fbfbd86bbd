/**
 * Has something done before the process ends by whatever way but SIGKILL: by itself, by a signal, by an error that nobody expected.
 * It must not wait.
 *
 * @returns takes it back
 */
export function beforeEnd(act: () => void): () => void {
  if (acts.size === 0) process.on('exit', doLastActs);
  acts.add(act);
  return () => {
    acts.delete(act);
    if (acts.size === 0) process.removeListener('exit', doLastActs);
  };
}

/** To be called where an end is certain, before anything is said about it. */
export function doLastActs(): void {
  for (const act of [...acts]) {
    acts.delete(act);
    act();
  }
}

/** Whether anything must be done before the process ends. */
export function hasLastActs(): boolean {
  return acts.size > 0;
}

const acts = new Set<() => void>();
