import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Schema {
  $id: string;
  [keyword: string]: unknown;
}

const folder = join(import.meta.dirname, '../../schemas');

export function publishedFiles(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.schema.json'))
    .sort();
}

export function publishedSchema(name: string): Schema {
  return JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')) as Schema;
}

export function publishedSchemas(): Schema[] {
  return publishedFiles().map((file) => publishedSchema(file.replace('.schema.json', '')));
}
