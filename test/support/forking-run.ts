import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { toFailure } from '../../src/base/failure.ts';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { forkSession } from '../../src/engine/fork.ts';
import { homeAt } from '../../src/store/home.ts';

// A process that forks a session: `node forking-run.js HOME ID`. Prints the id of the fork, and ends as the program would: with
// the failure on standard error and its exit code.
const [home = '', id = ''] = process.argv.slice(2);
try {
  const { threadId } = await forkSession(await loadCatalog(homeAt(home)), id, {
    ...{ point: { kind: 'last' }, method: null, cwd: null, fallbackCwd: '/', version: '0.0.0', clock: systemClock },
    ...{ signal: new AbortController().signal, report: () => {} },
  });
  process.stdout.write(`${threadId}\n`);
} catch (error) {
  const failure = toFailure(error);
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = failure.exit;
}
