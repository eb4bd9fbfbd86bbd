import type { Origin } from './config.ts';
import type { ProfileTable, SettingsTable } from './known-keys.ts';
import { isTable, type Table } from './shape.ts';

/** One source of settings. */
export interface Layer {
  origin: Origin;
  table: SettingsTable;
}

/** The value of the first layer that has one. */
export function pick<K extends keyof SettingsTable>(
  layers: readonly Layer[],
  key: K,
): Picked<NonNullable<SettingsTable[K]>> {
  return pickBy(layers, (table) => table[key]);
}

/** The same for a value inside of a table. */
export function pickBy<T>(
  layers: readonly Layer[],
  read: (table: SettingsTable) => T | undefined,
): Picked<NonNullable<T>> {
  for (const { origin, table } of layers) {
    const value = read(table);
    if (value !== undefined) return { value: value as NonNullable<T>, origin };
  }
  return { value: undefined, origin: 'default' };
}

export interface Picked<T> {
  value: T | undefined;
  origin: Origin;
}

/** The tables of a name in all layers as one: their values come from the first layer that has them. */
export function mergeNamed<T extends object>(
  layers: readonly Layer[],
  read: (table: SettingsTable) => Record<string, T> | undefined,
): Map<string, T> {
  const merged = new Map<string, T>();
  for (const { table } of [...layers].reverse()) {
    for (const [name, inner] of Object.entries(read(table) ?? {})) {
      merged.set(name, merge((merged.get(name) ?? {}) as Table, inner as Table) as T);
    }
  }
  return merged;
}

/** The layer of a profile. */
export function profileLayer(table: ProfileTable): Layer {
  return { origin: 'profile', table };
}

function merge(below: Table, above: Table): Table {
  const entries = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const there = entries.get(key);
    entries.set(key, isTable(there) && isTable(value) ? merge(there, value) : value);
  }
  return Object.fromEntries(entries);
}
