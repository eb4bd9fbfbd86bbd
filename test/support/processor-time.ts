/**
 * Milliseconds of processor time that something takes, the least of some trials: how busy the machine is with other things
 * hardly shows in it.
 */
export function processorTime(run: () => unknown, trials = 3): number {
  const times = Array.from({ length: trials }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    // How the system shares the time out between the two is an estimate; their sum is measured.
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
