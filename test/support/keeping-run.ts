import process from 'node:process';
import { Stopped } from '../../src/base/abort.ts';
import { toFailure } from '../../src/base/failure.ts';
import { listenForSignals } from '../../src/base/signals.ts';
import { pruneHere, purgeHere, recoverHere, restoreHere } from './keep-here.ts';

// A process that works on a home: `node keeping-run.js HOME prune FAMILY...` (ids with commas between),
// `… purge`, which takes all that is there, `… restore NAME...`,
// or `… recover`. Prints a line of JSON for each session as soon as it is
// certain what became of it. Ends as the program would.
const [path = '', act = '', ...names] = process.argv.slice(2);
const signals = listenForSignals();
const { signal } = signals;
const onResult = (result: object) => void process.stdout.write(`${JSON.stringify(result)}\n`);
try {
  if (act === 'prune')
    await pruneHere(
      path,
      names.map((family) => family.split(',')),
      { signal, onResult },
    );
  else if (act === 'purge') await purgeHere(path, 0, { signal, laterMs: 60_000, onResult });
  else if (act === 'recover') await recoverHere(path);
  else await restoreHere(path, names.length > 0 ? names : 'all', { signal, onResult });
} catch (error) {
  const failure = toFailure(error);
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = error instanceof Stopped ? error.exit : failure.exit;
} finally {
  signals.close();
}
