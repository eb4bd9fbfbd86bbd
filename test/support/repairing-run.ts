import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { toFailure } from '../../src/base/failure.ts';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { KnownBases } from '../../src/engine/repair/known-bases.ts';
import { repairFile } from '../../src/engine/repair/repair-file.ts';
import { openStore } from '../../src/engine/trash/open-store.ts';
import { openTrash } from '../../src/engine/trash/open-trash.ts';
import { homeAt } from '../../src/store/home.ts';

// A process that repairs a session: `node repairing-run.js HOME ID`. Prints what became of its files, and ends as the program
// would: with the failure on standard error and its exit code.
const [path = '', id = ''] = process.argv.slice(2);
const home = homeAt(path);
const context = { clock: systemClock, signal: new AbortController().signal };
try {
  const store = await openStore(home, context);
  const trash = openTrash(home, { kind: 'repair', rule: 'test', journal: store.journal, context });
  try {
    for (const entry of (await loadCatalog(home)).thread(id)) {
      const settings = {
        ...context,
        version: '0.0.0',
        fallbackCwd: '/',
        trash,
        bases: new KnownBases(),
        report: () => {},
        onProgress: () => {},
      };
      for await (const row of repairFile(await loadCatalog(home), entry, settings)) {
        if (row.kind === 'file') process.stdout.write(`${row.result}\n`);
      }
    }
  } finally {
    try {
      trash.close();
    } finally {
      store.close();
    }
  }
} catch (error) {
  const failure = toFailure(error);
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = failure.exit;
}
