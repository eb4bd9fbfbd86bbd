import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { toFailure } from '../../src/base/failure.ts';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { compressSessions } from '../../src/engine/compress/compress-sessions.ts';
import { homeAt } from '../../src/store/home.ts';

// A process that compresses sessions: `node compressing-run.js HOME compress|decompress|recompress|seekable LEVEL ID...`. Prints
// what became of each, and then how much memory it took in KiB. Ends as the program would: with the failure on standard
// error and its exit code.
const [path = '', how = '', level = '3', ...threadIds] = process.argv.slice(2);
try {
  const rows = compressSessions(await loadCatalog(homeAt(path)), {
    kind: how === 'decompress' ? 'decompress' : 'compress',
    form: { level: Number(level), seekable: how === 'seekable' },
    isAnew: how === 'recompress',
    isDryRun: false,
    selectors: { archived: 'added' },
    threadIds,
    rule: 'compress',
    clock: systemClock,
    now: systemClock.now(),
    signal: new AbortController().signal,
  });
  for await (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
} catch (error) {
  const failure = toFailure(error);
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = failure.exit;
}
