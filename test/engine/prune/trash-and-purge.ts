import { lstatSync } from 'node:fs';
import type { Clock } from '../../../src/base/io.ts';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { type PurgeOptions, type PurgeReport, purgeTrash } from '../../../src/engine/purge/purge.ts';
import { openStore } from '../../../src/engine/trash/open-store.ts';
import { openTrash } from '../../../src/engine/trash/open-trash.ts';
import { identityOf, pathInHome } from '../../../src/store/file-identity.ts';
import { homeAt } from '../../../src/store/home.ts';

/** A clock that is `days` ahead, and never waits long. */
export function clockAhead(days: number): Clock {
  return { now: () => Date.now() + days * 86_400_000, sleep: async () => {} };
}

/** Moves sessions of a home to the trash, whatever speaks against it, and returns the transaction. */
export async function trashSessions(path: string, ...threadIds: string[]): Promise<string> {
  const home = homeAt(path);
  const context = { clock: clockAhead(0) };
  const store = await openStore(home, context);
  const trash = openTrash(home, { kind: 'prune', rule: 'a test', journal: store.journal, context });
  try {
    const catalog = await loadCatalog(home);
    for (const threadId of threadIds) {
      const files = catalog
        .thread(threadId)
        .map((entry) => identityOf(pathInHome(home, entry.path), lstatSync(entry.path, { bigint: true })));
      await trash.moveThread({ threadId, files }, () => new Map());
    }
    return trash.id;
  } finally {
    trash.close();
    store.close();
  }
}

/** Purges what is in the trash, as if it had been there for 20 days. */
export async function purge(path: string, clear?: PurgeOptions['clear']): Promise<PurgeReport> {
  const home = homeAt(path);
  const context = { clock: clockAhead(20) };
  const store = await openStore(home, context);
  try {
    return await purgeTrash(home, {
      journal: store.journal,
      incomplete: store.incompletePurges,
      graceMs: 14 * 86_400_000,
      rule: 'a test',
      context,
      ...(clear && { clear }),
      onResult: () => {},
    });
  } finally {
    store.close();
  }
}
