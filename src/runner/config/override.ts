import { Failure } from '../../base/failure.ts';
import { isTable, type Table } from './shape.ts';

/**
 * The table that some `-c KEY=VALUE` come down to, the later ones over the earlier ones. As with Codex the key is split at
 * its dots, and the value is read as TOML, else taken as a text, without quotes around it.
 *
 * @throws Failure `usage` for one without a key
 */
export async function tableOfOverrides(overrides: readonly string[]): Promise<Table> {
  if (overrides.length === 0) return {};
  const { parse } = await import('smol-toml');
  let table: Table = {};
  for (const override of overrides) {
    const { keys, text } = split(override);
    table = put(table, keys, readValue(text, parse));
  }
  return table;
}

function split(override: string): { keys: string[]; text: string } {
  const at = override.indexOf('=');
  const keys = override.slice(0, Math.max(at, 0)).trim().split('.');
  if (keys.every((key) => key !== '')) return { keys, text: override.slice(at + 1).trim() };
  // Without the value: it may be a key of a provider.
  const shown = at < 0 ? override.slice(0, 40) : `${override.slice(0, at)}=…`;
  throw new Failure('usage', `-c '${shown}' is not KEY=VALUE`, { hint: "such as -c model_reasoning_effort='high'" });
}

function readValue(text: string, parse: (toml: string) => unknown): unknown {
  try {
    const { value, ...rest } = parse(`value = ${text}`) as Table;
    // A text with a line feed could bring further keys along.
    if (Object.keys(rest).length === 0) return value;
  } catch {
    // A text without quotes.
  }
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}

function put(table: Table, [key, ...rest]: string[], value: unknown): Table {
  if (key === undefined) return table;
  const there = Object.hasOwn(table, key) ? table[key] : undefined;
  const inner = rest.length === 0 ? value : put(isTable(there) ? there : {}, rest, value);
  return Object.fromEntries([...Object.entries(table).filter(([name]) => name !== key), [key, inner]]);
}
