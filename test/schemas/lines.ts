import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decompress } from 'zstd-napi';
import type { Dialect } from '../../src/model/thread-row.ts';

export interface Line {
  /** Version of Codex that wrote it. */
  version: string;
  /** Where it stands: `<file>:<line>`. */
  place: string;
  dialect: Dialect;
  value: { [key: string]: unknown };
}

/**
 * One line of every kind that Codex wrote when it was driven against the mock model, by version. Texts are shortened,
 * paths are neutral.
 */
export function sampleLines(): Line[] {
  const folder = join(import.meta.dirname, 'lines');
  return readdirSync(folder).flatMap((name) => linesOf(join(folder, name), basename(name, '.jsonl')));
}

/** Every line of every rollout in a folder that holds one home for each version. */
export function corpusLines(corpus: string): Line[] {
  const versions = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return versions.flatMap(({ name }) => rolloutsIn(join(corpus, name)).flatMap((path) => linesOf(path, name)));
}

/** The lines that differ in more than their values: one for each set of fields, types and tags. */
export function differentLines(lines: Line[]): Line[] {
  const byForm = new Map(lines.map((line) => [`${line.dialect} ${formOf(line.value)}`, line]));
  return [...byForm.values()];
}

function rolloutsIn(home: string): string[] {
  const entries = readdirSync(home, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.name.startsWith('rollout-'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function linesOf(path: string, version: string): Line[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.zst') ? decompress(bytes) : bytes).toString('utf8');
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const value = JSON.parse(line) as Line['value'];
    return [{ version, place: `${basename(path)}:${index + 1}`, dialect: dialectOf(value), value }];
  });
}

export function dialectOf(value: { [key: string]: unknown }): Dialect {
  if ('payload' in value) return 'ordinal' in value ? 'paginated' : 'envelope';
  return 'thread_id' in value && 'turn' in value ? 'event' : 'bare';
}

const tags = new Set(['type', 'record_type', 'role', 'mode', 'status', 'kind']);

function formOf(value: unknown, key = ''): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map((item) => formOf(item)))].join()}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, member]) => `${name}:${formOf(member, name)}`)
      .join()}}`;
  }
  return tags.has(key) ? String(value) : value === null ? 'null' : typeof value;
}
