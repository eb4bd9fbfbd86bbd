import { readCodexNames } from '../index/codex-db.ts';
import { readNameIndex } from '../store/name-index.ts';
import type { Catalog } from './catalog.ts';

/**
 * The name that its user gave each thread. Codex's name index wins over its database, as it does when Codex resumes by name;
 * the database fills in for paginated threads.
 *
 * @param onTrouble told when the database cannot be read; the index alone then counts
 */
export async function readNames(
  catalog: Pick<Catalog, 'home'>,
  onTrouble: (message: string) => void = () => {},
): Promise<Map<string, string>> {
  let names = new Map<string, string>();
  try {
    names = await readCodexNames(catalog.home.path);
  } catch (error) {
    onTrouble(`names in Codex's own database are left out: ${(error as Error).message}`);
  }
  for (const [id, name] of await readNameIndex(catalog.home)) names.set(id, name);
  return names;
}
