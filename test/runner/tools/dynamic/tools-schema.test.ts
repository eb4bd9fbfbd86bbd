import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { readToolsFile } from '../../../../src/runner/tools/dynamic/tools-file.ts';
import { publishedSchema } from '../../../schemas/published.ts';

const root = mkdtempSync(join(tmpdir(), 'sessions-tools-schema-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const schema = publishedSchema('tools');
const validate = new Ajv2020({ strict: false }).compile(schema);

async function isRead(tools: unknown): Promise<boolean> {
  const file = join(root, 'tools.json');
  writeFileSync(file, JSON.stringify(tools));
  return readToolsFile(file).then(
    () => true,
    () => false,
  );
}

const good = { name: 'a', description: 'b', command: ['c'] };
const files: unknown[] = [
  [],
  {},
  null,
  [good],
  [null],
  [{ ...good, name: '' }],
  [{ ...good, name: 'two words' }],
  [{ ...good, name: 'n'.repeat(64) }],
  [{ ...good, name: 'n'.repeat(65) }],
  [{ ...good, name: 1 }],
  [{ ...good, description: ' ' }],
  [{ name: 'a', command: ['c'] }],
  [{ ...good, command: [] }],
  [{ ...good, command: 'c' }],
  [{ ...good, command: ['c', ''] }],
  [{ ...good, command: ['c', 1] }],
  [{ ...good, command: ['./c', '-d'] }],
  [{ ...good, inputSchema: null }],
  [{ ...good, inputSchema: {} }],
  [{ ...good, inputSchema: { type: 'object' } }],
  [{ ...good, inputSchema: { type: 'string' } }],
  [{ ...good, inputSchema: [] }],
  [{ ...good, more: 1 }],
  ...(schema.examples as unknown[]),
];

describe('the schema tools', () => {
  it.each(files.map((file) => [JSON.stringify(file), file]))('and the program agree on %s', async (_, file) => {
    expect(validate(file)).toBe(await isRead(file));
  });
});
