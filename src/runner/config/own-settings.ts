import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { ownKeys } from './known-keys.ts';
import { type Conformed, conformTable } from './shape.ts';
import { readTomlFile } from './toml-file.ts';

/**
 * Our own settings of a home, for commands that run no agent.
 *
 * @throws Failure `usage` for a file that is not TOML, or a value of a wrong type
 */
export async function readOwnSettings(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Conformed<typeof ownKeys>> {
  const file = join(home, '.sessions', 'config.toml');
  const table = conformTable((await readTomlFile(file)) ?? {}, ownKeys, '', {
    base: home,
    userHome: env.HOME,
    unknown: () => {},
    wrong: (_, message) => {
      throw new Failure('usage', message, { file });
    },
  });
  return table as Conformed<typeof ownKeys>;
}
