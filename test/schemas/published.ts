import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Schema {
  $id: string;
  [keyword: string]: unknown;
}

const folder = join(import.meta.dirname, '../../schemas');

const ending = '.schema.json';

export function publishedNames(): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  return files.map((name) => name.slice(0, -ending.length)).sort();
}

export function publishedSchema(name: string): Schema {
  return JSON.parse(readFileSync(join(folder, `${name}${ending}`), 'utf8')) as Schema;
}

export function publishedSchemas(): Schema[] {
  return publishedNames().map(publishedSchema);
}
