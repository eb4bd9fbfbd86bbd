import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { tableOfOverrides } from './override.ts';
import { type Conformed, conformTable, type Table } from './shape.ts';
import { readTomlFile } from './toml-file.ts';

/** Keys of Codex's `config.toml` that screens ask for by themselves. */
export const historyKeys = {
  history: {
    kind: 'table',
    keys: {
      persistence: { kind: 'text', oneOf: ['save-all', 'none'] },
      max_bytes: { kind: 'integer', minimum: 0 },
    },
  },
} as const;

/** How what is typed is remembered across sessions. */
export interface HistorySettings {
  isKept: boolean;
  /** Of the file; null for any length. */
  maxBytes: number | null;
}

/**
 * What `-c` says of it, else Codex's `config.toml`.
 *
 * @param home absolute
 * @param overrides each `KEY=VALUE` of `-c`
 * @throws Failure `usage` for a file that is not TOML, or a value of a wrong type
 */
export async function readHistorySettings(home: string, overrides: readonly string[]): Promise<HistorySettings> {
  const file = join(home, 'config.toml');
  const asked = settingsIn(await tableOfOverrides(overrides), home, null);
  const kept = settingsIn((await readTomlFile(file)) ?? {}, home, file);
  const { persistence, max_bytes } = { ...kept, ...asked };
  // Codex takes none for no limit.
  return { isKept: persistence !== 'none', maxBytes: max_bytes || null };
}

/** @param file null for the command line */
function settingsIn(table: Table, home: string, file: string | null): Conformed<typeof historyKeys.history.keys> {
  const conformed = conformTable(table, historyKeys, '', {
    base: home,
    userHome: undefined,
    unknown: () => {},
    wrong: (_, message) => {
      throw new Failure('usage', file === null ? `-c: ${message}` : message, file === null ? {} : { file });
    },
  }) as Conformed<typeof historyKeys>;
  return conformed.history ?? {};
}
