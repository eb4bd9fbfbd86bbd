// The measured cases of the agent: what it records, what it resumes from, and how soon it begins.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startModel } from './first-request.mjs';
import { writeRollout } from './generate.mjs';
import { median, medianRatio, runWatched, timeInTurn } from './pair.mjs';

export const runnerCases = [
  {
    id: 'B11',
    title: 'recorder: acknowledged records of 2 KB; one at a time, against a bare loop of write and fdatasync',
    target: 'one at a time <= 1.2 times its time',
    measure: recorder,
  },
  {
    id: 'B12',
    title: 'resume: replay --state of a 100 MB rollout, against parsing each of its lines once',
    target: '<= 1.5 times its time',
    measure: replay,
  },
  {
    id: 'B12b',
    title: 'resume: exec resume of the same rollout up to its first request, against the same',
    target: '<= 1.5 times its time',
    measure: resume,
  },
  {
    id: 'B12d',
    title: 'fork by copy of the same rollout, against the same',
    target: '<= 1.5 times its time',
    measure: fork,
  },
  {
    id: 'B12c',
    title: 'resume: peak memory of replay --state of a large rollout with compactions',
    target: '<= 256 MiB',
    measure: memory,
  },
  {
    id: 'B13',
    title: 'exec up to its first request at a server on this machine, against bare Node, without a sandbox',
    target: '<= bare Node + 100 ms',
    measure: (context) => begin(context, 'danger-full-access'),
  },
  {
    id: 'B13b',
    title: 'the same with the sandbox',
    target: '<= bare Node + 100 ms',
    needs: ['bwrap'],
    measure: (context) => begin(context, 'workspace-write'),
  },
];

async function recorder({ folder, rounds }) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  // Beside the packages, so that native ones are found.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const bundles = mkdtempSync(join(root, '.cache', 'bench-'));
  try {
    const outfile = join(bundles, 'record-lines.mjs');
    const source = fileURLToPath(new URL('record-lines.mjs', import.meta.url));
    const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' };
    await build({ ...options, entryPoints: [source], outfile, external: ['fs-ext', 'zstd-napi'] });
    const home = mkdtempSync(join(folder, 'recorded-'));
    const said = execFileSync(process.execPath, [outfile, home, String(rounds * 6)], { encoding: 'utf8' });
    const { written, durable, times } = JSON.parse(said);
    const atOnce = `${written.toFixed(0)} records/s written and ${durable.toFixed(0)} durable when they come at once`;
    const rate = (values) => (100 / median(values)).toFixed(0);
    return `${atOnce}; one at a time ${rate(times.ours)} durable against ${rate(times.theirs)}, ${(1 / medianRatio(times)).toFixed(2)} times its time`;
  } finally {
    rmSync(bundles, { recursive: true, force: true });
  }
}

async function replay(context) {
  const { home, path } = homeOfOne(context, 100e6);
  const ours = `CODEX_HOME=${home} ${context.sessions} replay --state ${id} >/dev/null`;
  return slower(await timeInTurn(ours, parsing(path), context.rounds));
}

async function resume(context) {
  const { home, path } = homeOfOne(context, 100e6);
  const { size } = statSync(path);
  const model = await startModel(context, home);
  const ours = async () => {
    // The counts in the rollout are far beyond what is in effect, and would have it summarised first.
    const window = ['-c', 'model_context_window=1000000000'];
    const seconds = await model.seconds(['exec', 'resume'], ...window, '-s', 'danger-full-access', id, 'hello');
    truncateSync(path, size);
    return seconds;
  };
  try {
    return slower(await timeInTurn(ours, parsing(path), context.rounds));
  } finally {
    model.close();
  }
}

async function fork(context) {
  const { home, path } = homeOfOne(context, 100e6);
  const ours = () => {
    const begun = performance.now();
    const [program, ...args] = [...context.sessions.split(' '), 'fork', '--json', id];
    const said = execFileSync(program, args, { env: { ...process.env, CODEX_HOME: home } });
    const seconds = (performance.now() - begun) / 1000;
    rmSync(JSON.parse(said).path);
    return seconds;
  };
  return slower(await timeInTurn(ours, parsing(path), context.rounds));
}

async function memory(context) {
  const { home, path } = homeOfOne(context, context.largeGigabytes * 1e9);
  const { code, peak } = await runWatched([...context.sessions.split(' '), 'replay', '--state', id], {
    CODEX_HOME: home,
  });
  rmSync(path);
  return `${peak.toFixed(0)} MiB, exit ${code}, at ${context.largeGigabytes} GB`;
}

async function begin(context, sandbox) {
  const home = mkdtempSync(join(context.folder, 'begun-'));
  const model = await startModel(context, home);
  try {
    const ours = () => model.seconds(['exec'], '-s', sandbox, 'hello');
    const times = await timeInTurn(ours, 'node -e 0', context.rounds * 3);
    const beyond = median(times.ours.map((seconds, index) => seconds - times.theirs[index])) * 1000;
    return `bare Node + ${beyond.toFixed(0)} ms (${median(times.theirs).toFixed(3)} s)`;
  } finally {
    model.close();
  }
}

const id = '0190aaaa-0000-7000-8000-000000000001';

/** A home of one session, which is compacted every 200 turns and stays a plain file when it is resumed. */
function homeOfOne({ folder }, bytes) {
  const home = join(folder, `of-${bytes}`);
  const day = join(home, 'sessions/2026/09/21');
  const path = join(day, `rollout-2026-09-21T15-33-20-${id}.jsonl`);
  if (existsSync(path)) return { home, path };
  mkdirSync(day, { recursive: true });
  mkdirSync(join(home, '.sessions'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, '.sessions/config.toml'), 'compress = "never"\n');
  writeRollout(path, bytes, { threadId: id });
  return { home, path };
}

function parsing(path) {
  return `node ${fileURLToPath(new URL('parse-lines.mjs', import.meta.url))} ${path}`;
}

function slower(times) {
  return `${(1 / medianRatio(times)).toFixed(2)} times its time: ${median(times.ours).toFixed(2)} s against ${median(times.theirs).toFixed(2)} s`;
}
