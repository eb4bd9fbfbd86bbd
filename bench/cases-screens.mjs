// The measured cases of screens: whole processes in a terminal, until something stands there.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { smallSessions } from './homes.mjs';
import { forget } from './others.mjs';
import { median, runShell, timeInTurn } from './pair.mjs';

export const screenCases = [
  {
    id: 'B17',
    title: 'first page of the list of sessions to resume, 10,000 sessions, warm, against bare Node and ls --limit 25',
    target: '<= 300 ms from the start; peak memory <= 200 MiB',
    needs: ['script'],
    measure: warmPicker,
  },
  {
    id: 'B17b',
    title: 'the same without an index, until the first page and until all are there',
    target: 'first page <= 300 ms; peak memory <= 200 MiB',
    needs: ['script'],
    measure: coldPicker,
  },
];

async function warmPicker(context) {
  const home = smallSessions(context, 10_000, 'ten-thousand');
  const page = `CODEX_HOME=${home} ${context.sessions} ls --limit 25 >/dev/null`;
  await runShell(page);
  // Folders that changed within the last two seconds are listed again.
  await sleep(2500);
  await runShell(page);
  const peaks = [];
  const picker = async () => {
    const { seconds, peak } = await untilShown(context, home, ({ first }) => first !== null);
    peaks.push(peak);
    return seconds;
  };
  const overNode = await timeInTurn(picker, 'node -e 0', context.rounds);
  const overPage = await timeInTurn(picker, page, context.rounds);
  const beyond = (times) => median(times.ours.map((seconds, at) => seconds - times.theirs[at])) * 1000;
  const ratio = median(overPage.ours.map((seconds, at) => seconds / overPage.theirs[at]));
  return (
    `${(median(overNode.ours) * 1000).toFixed(0)} ms, bare Node + ${beyond(overNode).toFixed(0)} ms; ` +
    `${ratio.toFixed(2)} times ls --limit 25; peak memory ${Math.max(...peaks).toFixed(0)} MiB`
  );
}

async function coldPicker(context) {
  const home = smallSessions(context, 10_000, 'ten-thousand');
  const times = { first: [], all: [], peak: [] };
  for (let round = 0; round < Math.min(3, context.rounds); round++) {
    forget(home, 'state.db');
    const { first, seconds, peak } = await untilShown(context, home, ({ text }) => text.includes('of 10000 · all'));
    times.first.push(first);
    times.all.push(seconds);
    times.peak.push(peak);
  }
  return (
    `${(median(times.first) * 1000).toFixed(0)} ms; all after ${median(times.all).toFixed(1)} s; ` +
    `peak memory ${Math.max(...times.peak).toFixed(0)} MiB`
  );
}

/** Runs the list in a terminal of its own until it shows what is waited for, and ends it. */
function untilShown({ sessions }, home, isDone) {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const seconds = () => Number(process.hrtime.bigint() - begun) / 1e9;
    const command = `stty cols 100 rows 30; exec ${sessions} resume --all`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, CODEX_HOME: home, TERM: 'xterm-256color' },
    });
    const shown = { text: '', first: null };
    let done = null;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      shown.text = (shown.text + text).slice(-100_000);
      if (shown.first === null && /Sessions 1 of \d/.test(shown.text)) shown.first = seconds();
      if (done !== null || !isDone(shown)) return;
      done = { first: shown.first, seconds: seconds(), peak: peakBelow(child.pid) };
      child.stdin.write('\u0003');
    });
    child.on('error', reject);
    child.on('close', () =>
      done ? resolve(done) : reject(new Error(`it has ended early: ${shown.text.slice(-500)}`)),
    );
  });
}

/** The most memory that the program, which `script` has started, had until now, in MiB. */
function peakBelow(pid) {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const status = readFileSync(`/proc/${child}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
