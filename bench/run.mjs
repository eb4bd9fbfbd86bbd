// npm run bench [-- ID...] [--size MB] [--rounds N] [--large GB]: measures this program against public tools, in turn, and
// prints the ratios beside the project's targets. It asserts nothing: machines differ, ratios drift.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { writeRollout } from './generate.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    large: { type: 'string', default: '1' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-'));
try {
  const context = {
    folder,
    sessions: `node ${fileURLToPath(new URL('../bin/sessions.js', import.meta.url))}`,
    schemas: fileURLToPath(new URL('../schemas/', import.meta.url)),
    rounds: Number(values.rounds),
    megabytes: Number(values.size),
    largeGigabytes: Number(values.large),
    plain: join(folder, 'plain.jsonl'),
    zst: join(folder, 'packed.jsonl.zst'),
  };
  console.log(
    `${cpus().length} processors, ${cpus()[0]?.model}; Node ${process.version}; ${values.size} MB rollout, ${values.rounds} rounds`,
  );
  writeRollout(context.plain, context.megabytes * 1e6);
  execFileSync('zstd', ['-q', '-3', '-f', context.plain, '-o', context.zst]);
  for (const { id, title, target, needs, measure } of cases) {
    if (positionals.length > 0 && !positionals.includes(id)) continue;
    const missing = (needs ?? []).filter((tool) => spawnSync('which', [tool]).status !== 0);
    const result = missing.length > 0 ? `not measured: ${missing.join(', ')} not installed` : await measure(context);
    console.log(`${id}  ${title}\n    ${result}   (target: ${target})`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
