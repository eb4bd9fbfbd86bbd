/**
 * Sends a signal to a process, or to a whole process group when `pid` is negative; 0 only asks whether it is there.
 * @returns false when there is no such process, or it is not ours
 */
export function killProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  // 0 and -1 address our own group and every process of the user.
  if (pid === 0 || pid === -1 || !Number.isInteger(pid)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
