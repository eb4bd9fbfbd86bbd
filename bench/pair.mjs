// Runs two shell commands in turn and compares them: the ratio of each pair counts, because the machine's speed drifts.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * One run of each side that does not count, then all rounds.
 *
 * @param ours shell command, or a function that measures itself and resolves to seconds
 * @param theirs the same for the other side; undefined to time ours alone
 * @returns seconds of each run, by side
 * @throws Error when a command fails: a failure is fast
 */
export async function timeInTurn(ours, theirs, rounds = 5) {
  const times = { ours: [], theirs: [] };
  for (let round = -1; round < rounds; round++) {
    for (const [side, run] of Object.entries({ ours, theirs })) {
      const seconds = run && (await timeOnce(run));
      if (run && round >= 0) times[side].push(seconds);
    }
  }
  return times;
}

async function timeOnce(run) {
  if (typeof run === 'function') return run();
  const { seconds, code, talk } = await runShell(run);
  if (code !== 0) throw new Error(`exit ${code}: ${run}\n${talk.trim()}`);
  return seconds;
}

/** The median of the pairs' ratios, theirs over ours: how many times faster ours is. */
export function medianRatio({ ours, theirs }) {
  return median(ours.map((seconds, index) => theirs[index] / seconds));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a command to its end. Its output goes where the command sends it; what is left is thrown away. */
export function runShell(command) {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn('bash', ['-c', `set -o pipefail; ${command}`], { stdio: ['ignore', 'ignore', 'pipe'] });
    let talk = '';
    child.stderr.on('data', (chunk) => {
      talk += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ seconds: Number(process.hrtime.bigint() - begun) / 1e9, code, talk }));
  });
}

/** Runs one process and watches its memory. Returns its exit code and the most resident memory that was seen, in MiB. */
export function runWatched(argv, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, ...env },
    });
    let peak = 0;
    const look = () => {
      try {
        const high = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (high) peak = Math.max(peak, Number(high[1]) / 1024);
      } catch {
        // It has ended.
      }
    };
    const timer = setInterval(look, 25);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      resolve({ code, peak });
    });
  });
}
