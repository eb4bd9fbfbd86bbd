import { join } from 'node:path';
import { isTable } from './shape.ts';
import { readTomlFile } from './toml-file.ts';

/**
 * The models that Codex's `config.toml` names, that of the file itself first, then those of its profiles.
 *
 * @param home absolute
 * @throws Failure for a file that is not TOML, or cannot be read
 */
export async function namedModels(home: string): Promise<string[]> {
  const table = (await readTomlFile(join(home, 'config.toml'))) ?? {};
  const profiles = isTable(table.profiles) ? Object.values(table.profiles) : [];
  const models = [table, ...profiles].map((each) => (isTable(each) ? each.model : null));
  return [...new Set(models.filter((model) => typeof model === 'string'))];
}
