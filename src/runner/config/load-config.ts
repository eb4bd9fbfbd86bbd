import { join, resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { ThreadSettings } from '../../model/history.ts';
import type { Config, UnknownKey } from './config.ts';
import { historyKeys } from './history-settings.ts';
import { codexKeys, ownKeys, type ProfileTable, type SettingsTable } from './known-keys.ts';
import { type Layer, pick, profileLayer } from './layers.ts';
import { tableOfOverrides } from './override.ts';
import { refuseKeys } from './refuse-keys.ts';
import { resolveConfig } from './resolve-config.ts';
import { conformTable, type Keys, type Table } from './shape.ts';
import { threadLayer } from './thread-layer.ts';
import { readTomlFile } from './toml-file.ts';

/** What a command line says. */
export interface ConfigFlags {
  model?: string | undefined;
  provider?: string | undefined;
  sandbox?: string | undefined;
  approval?: string | undefined;
  /** Folders that may be written to besides; relative to the working directory. */
  addDirs?: readonly string[] | undefined;
}

export interface ConfigInput {
  /** The Codex home, absolute; it need not be there. */
  home: string;
  /** Where the agent works, absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  flags?: ConfigFlags | undefined;
  /** Each `KEY=VALUE` of `-c`. */
  overrides?: readonly string[] | undefined;
  /** Of `--profile`. */
  profile?: string | undefined;
  /** How the thread was set that is gone on with. */
  thread?: ThreadSettings | undefined;
}

/**
 * Works out what an agent is set to. A flag wins over `-c`, that over a profile asked for on the command line, that over the
 * settings of a resumed thread, that over the profile that `config.toml` names, that over the rest of the file, and that over
 * the defaults.
 *
 * @throws Failure `usage` for a file that is not TOML (with its line), a value of a wrong type, a key in `-c`, a profile or provider that is
 *   not there, and when nothing says which model to use
 */
export async function loadConfig(input: ConfigInput): Promise<Config> {
  const unknown: UnknownKey[] = [];
  const codexFile = join(input.home, 'config.toml');
  const ownFile = join(input.home, '.sessions', 'config.toml');
  const [codex, own, overrides] = await Promise.all([
    readTomlFile(codexFile),
    readTomlFile(ownFile),
    tableOfOverrides(input.overrides ?? []),
  ]);
  const check = (table: Table | null, keys: Keys, file: string | null) => checked(table, keys, file, input, unknown);
  const override: Layer = {
    origin: 'override',
    table: check(overrides, { ...codexKeys, ...ownKeys, ...historyKeys }, null),
  };
  refuseKeys(override.table);
  const file: Layer = {
    origin: 'file',
    table: { ...check(codex, codexKeys, codexFile), ...check(own, ownKeys, ownFile) },
  };
  const flag = flagLayer(input.flags ?? {});
  const asked = input.profile ?? override.table.profile;
  const profile = asked ?? file.table.profile ?? null;
  const fromProfile = profile === null ? [] : [profileLayer(profileOf(profile, [override, file]))];
  const thread = input.thread ? [threadLayer(input.thread)] : [];
  const middle = asked === undefined ? [...thread, ...fromProfile] : [...fromProfile, ...thread];
  const profileOrigin = input.profile !== undefined ? ('flag' as const) : pick([override, file], 'profile').origin;
  const addDirs = (input.flags?.addDirs ?? []).map((folder) => resolve(input.cwd, folder));
  return resolveConfig([flag, override, ...middle, file], {
    ...{ cwd: input.cwd, home: input.home, env: input.env },
    ...{ addDirs, profile, profileOrigin, unknown },
  });
}

function checked(table: Table | null, keys: Keys, file: string | null, input: ConfigInput, unknown: UnknownKey[]) {
  return conformTable(table ?? {}, keys, '', {
    base: file === null ? input.cwd : input.home,
    userHome: input.env.HOME,
    unknown: (key) => void unknown.push({ key, file }),
    wrong: (_, message) => {
      throw new Failure('usage', file === null ? `-c: ${message}` : message, file === null ? {} : { file });
    },
  }) as SettingsTable;
}

function profileOf(name: string, layers: readonly Layer[]): ProfileTable {
  const named = layers.map(({ table }) => new Map(Object.entries(table.profiles ?? {})));
  const tables = named.flatMap((profiles) => profiles.get(name) ?? []);
  if (tables.length > 0) return Object.assign({}, ...tables.reverse());
  const names = named.flatMap((profiles) => [...profiles.keys()]);
  throw new Failure('usage', `there is no profile '${name}'`, {
    hint: names.length > 0 ? `one of: ${[...new Set(names)].join(', ')}` : 'config.toml has no profiles',
  });
}

function flagLayer({ model, provider, sandbox, approval }: ConfigFlags): Layer {
  const given = { model, model_provider: provider, sandbox_mode: sandbox, approval_policy: approval };
  const options: Record<string, string> = {
    model: '--model',
    model_provider: '--provider',
    sandbox_mode: '--sandbox',
    approval_policy: '--ask-for-approval',
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const table = conformTable(set, codexKeys, '', {
    base: '/',
    userHome: undefined,
    unknown: () => {},
    wrong: (key, message) => {
      throw new Failure('usage', message.replace(`'${key}'`, options[key] ?? key));
    },
  });
  return { origin: 'flag', table };
}
