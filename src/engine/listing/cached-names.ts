import { lstatSync } from 'node:fs';
import { findCodexDatabase, readCodexNames } from '../../index/codex-db.ts';
import type { Settings } from '../../index/settings.ts';
import type { Home } from '../../store/home.ts';
import { readNameIndex } from '../../store/name-index.ts';

/**
 * The same names as `readNames`, with those of Codex's database remembered until that file changes: it holds every thread
 * that Codex knows, and reading it whole would take longer than everything else.
 */
export async function readNamesOnce(
  home: Home,
  settings: Settings,
  onTrouble: (message: string) => void,
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const stamp = databaseStamp(home);
  const remembered = settings.get('codex names') as { stamp: string; names: [string, string][] } | undefined;
  if (remembered && remembered.stamp === stamp) for (const [id, name] of remembered.names) names.set(id, name);
  else {
    try {
      for (const [id, name] of await readCodexNames(home.path)) names.set(id, name);
      settings.set('codex names', { stamp, names: [...names] });
    } catch (error) {
      onTrouble(`names in Codex's own database are left out: ${(error as Error).message}`);
    }
  }
  for (const [id, name] of await readNameIndex(home)) names.set(id, name);
  return names;
}

/** What changes when somebody writes to Codex's database, be it to its file or to its log. */
function databaseStamp(home: Home): string {
  const path = findCodexDatabase(home.path);
  if (!path) return 'none';
  return [path, `${path}-wal`]
    .map((file) => {
      const facts = lstatSync(file, { bigint: true, throwIfNoEntry: false });
      return facts ? `${facts.ino} ${facts.size} ${facts.mtimeNs}` : '-';
    })
    .join('; ');
}
