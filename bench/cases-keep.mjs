// The measured cases of what keeps a home in order.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { median, medianRatio, runWatched, timeInTurn } from './pair.mjs';

export const keepCases = [
  {
    id: 'B14',
    title: 'compress of one large session, with reading back, checksums and flushes, against zstd -3',
    target: 'none',
    needs: ['zstd'],
    measure: (context) => compress(context, []),
  },
  {
    id: 'B14b',
    title: 'the same with --seekable',
    target: 'none',
    needs: ['zstd'],
    measure: (context) => compress(context, ['--seekable']),
  },
  {
    id: 'B14c',
    title: 'peak memory of compress of a large session',
    target: '<= 256 MiB',
    measure: memory,
  },
];

async function compress(context, form) {
  const { plain, rounds, folder } = context;
  const made = join(folder, 'by-zstd.zst');
  let size = 0;
  const ours = () => {
    const { home, path } = homeOf(context);
    try {
      const begun = performance.now();
      const [program, ...args] = context.sessions.split(' ');
      execFileSync(program, [...args, 'compress', '-q', ...form, id], inHome(home));
      size = statSync(`${path}.zst`).size;
      return (performance.now() - begun) / 1000;
    } finally {
      rmSync(home, { recursive: true });
    }
  };
  const times = await timeInTurn(ours, `zstd -q -3 -f ${plain} -o ${made}`, rounds);
  const larger = (size / statSync(made).size).toFixed(3);
  const seconds = `${median(times.ours).toFixed(2)} s against ${median(times.theirs).toFixed(2)} s`;
  return `${(1 / medianRatio(times)).toFixed(2)} times its time: ${seconds}; ${larger} times its size`;
}

async function memory(context) {
  const { home } = homeOf(context);
  const { code, peak } = await runWatched([...context.sessions.split(' '), 'compress', '-q', id], { CODEX_HOME: home });
  rmSync(home, { recursive: true });
  return `${peak.toFixed(0)} MiB, exit ${code}, at ${context.megabytes} MB`;
}

const id = '0190aaaa-0000-7000-8000-000000000001';

/** A home of one session that was left alone for long. */
function homeOf({ folder, plain }) {
  const home = mkdtempSync(join(folder, 'kept-'));
  const day = join(home, 'sessions/2026/09/21');
  const path = join(day, `rollout-2026-09-21T15-33-20-${id}.jsonl`);
  mkdirSync(day, { recursive: true });
  copyFileSync(plain, path);
  utimesSync(path, 1e9, 1_790_100_000);
  return { home, path };
}

function inHome(home) {
  return { env: { ...process.env, CODEX_HOME: home }, stdio: 'ignore' };
}
