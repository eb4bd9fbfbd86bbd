// npm run bench [-- ID...] [--size MB] [--rounds N] [--large GB]: measures this program against public tools, in turn, and
// prints the ratios beside the project's targets. It asserts nothing: machines differ, ratios drift.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { indexCases } from './cases-index.mjs';
import { keepCases } from './cases-keep.mjs';
import { runnerCases } from './cases-runner.mjs';
import { screenCases } from './cases-screens.mjs';
import { sealCases } from './cases-seal.mjs';
import { lazyRollouts } from './generate.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    large: { type: 'string', default: '1' },
  },
});

const all = [...cases, ...indexCases, ...runnerCases, ...keepCases, ...sealCases, ...screenCases];
const unknown = positionals.filter((id) => !all.some((one) => one.id === id));
if (unknown.length > 0) {
  console.error(`no case ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(' ')}`);
  process.exit(2);
}

const packages = { rg: 'ripgrep', zstd: 'zstd', jq: 'jq', bwrap: 'bubblewrap', script: 'bsdutils' };
const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-'));
try {
  const context = lazyRollouts({
    folder,
    sessions: `node ${fileURLToPath(new URL('../bin/sessions.js', import.meta.url))}`,
    schemas: fileURLToPath(new URL('../schemas/', import.meta.url)),
    rounds: Number(values.rounds),
    megabytes: Number(values.size),
    largeGigabytes: Number(values.large),
  });
  const machine = `${cpus().length} processors, ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`;
  console.log(`${machine}; Node ${process.version}; ${values.size} MB rollout, ${values.rounds} rounds`);
  for (const one of all) {
    if (positionals.length > 0 && !positionals.includes(one.id)) continue;
    console.log(`${one.id}  ${one.title}\n    ${await measure(one, context)}   (target: ${one.target})`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One case that fails does not keep the others from being measured. */
async function measure({ needs = [], measure: run }, context) {
  const missing = needs.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0)
    return `not measured: install ${missing.map((tool) => packages[tool]).join(', ')} with the system's packages`;
  try {
    return await run(context);
  } catch (error) {
    process.exitCode = 2;
    return `not measured: ${error.message}`;
  }
}
