import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { readScript } from '../../../src/runner/providers/script-file.ts';
import { publishedSchema } from '../../schemas/published.ts';

const root = mkdtempSync(join(tmpdir(), 'sessions-script-schema-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const schema = publishedSchema('script');
const validate = new Ajv2020({ strict: false }).compile(schema);

async function isRead(script: unknown): Promise<boolean> {
  const file = join(root, 'script.yaml');
  writeFileSync(file, JSON.stringify(script));
  return readScript(file).then(
    () => true,
    () => false,
  );
}

const steps: unknown[] = [
  {},
  { text: 'a' },
  { text: null },
  { text: 1 },
  { expect: 'a', reasoning: 'b' },
  { expect: ['a'] },
  { delay: 5 },
  { delay: -1 },
  { delay: '2s' },
  { calls: [] },
  { calls: null },
  { calls: 'shell' },
  { calls: [{}] },
  { calls: [{ name: 'a' }] },
  { calls: [{ name: 'a', arguments: '{' }] },
  { calls: [{ name: 'a', arguments: { b: [1] }, id: 'c' }] },
  { calls: [{ name: 'a', input: 'b' }] },
  { calls: [{ name: 'a', input: 1 }] },
  { calls: [{ name: 'a', input: 'b', arguments: {} }] },
  { calls: [{ name: 'a', other: 1 }] },
  { items: [{ type: 'message', role: 'assistant', content: [] }] },
  { items: [{ role: 'assistant' }] },
  { items: [1] },
  { usage: { input: 1, output: 2 } },
  { usage: { input: 1, cached: 0, output: 2, reasoning: 1 } },
  { usage: { input: 1 } },
  { usage: { input: -1, output: 1 } },
  { usage: { input: 1.5, output: 1 } },
  { usage: { input: 1, output: 1, more: 1 } },
  { usage: null },
  { fail: { kind: 'rate-limit' } },
  { fail: { kind: 'rate-limit', message: 'a', retry: false, after: '1s' } },
  { fail: { kind: 'rate-limit', retry: 'no' } },
  { fail: { kind: 'other' } },
  { fail: {} },
  { fail: null },
  { more: 1 },
  'text',
  null,
];

const scripts: unknown[] = [
  [],
  {},
  { steps: [] },
  { steps: {} },
  { steps: [], last: 'a' },
  { steps: [], last: 1 },
  { last: 'a' },
  { steps: [], more: 1 },
  'text',
  null,
  ...(schema.examples as unknown[]),
];

describe('the schema script', () => {
  it.each(scripts.map((script) => [JSON.stringify(script), script]))(
    'and the program agree on %s',
    async (_, script) => {
      expect(validate(script)).toBe(await isRead(script));
    },
  );

  it.each(steps.map((step) => [JSON.stringify(step), step]))(
    'and the program agree on the step %s',
    async (_, step) => {
      expect(validate([step])).toBe(await isRead([step]));
    },
  );
});
