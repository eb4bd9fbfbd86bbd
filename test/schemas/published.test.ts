import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { validateSchemaEntry } from '../../src/format/schemas.ts';
import { publishedNames, publishedSchema, publishedSchemas, type Schema } from './published.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

describe('the published schemas', () => {
  const schemaNames = publishedNames();

  it('are listed in rows that have a schema themselves', () => {
    for (const name of schemaNames) {
      const { title, 'x-version': version } = publishedSchema(name);
      const row = { schema: 'sessions.schema-entry/1', name, version, title };
      expect(validateSchemaEntry(row)).toEqual({ ok: true, unknown: null });
    }
    expect(schemaNames).toEqual(expect.arrayContaining(['error', 'event', 'finding', 'rollout-line', 'thread']));
  });

  it.each(schemaNames)(
    '%s is JSON Schema 2020-12 with an id, a version, a title, a description and examples',
    (name) => {
      const schema = publishedSchema(name);
      expect(ajv.validateSchema(schema)).toBe(true);
      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:agent-sessions:schema:${name}:1`,
        'x-version': 1,
        title: expect.any(String),
        description: expect.any(String),
      });
      expect(schema.examples).not.toHaveLength(0);
    },
  );

  it.each(schemaNames)('%s accepts its own examples', (name) => {
    const faults = places(publishedSchema(name)).flatMap(({ pointer, schema }) => {
      if (!Array.isArray(schema.examples) || typeof schema.examples[0] !== 'object') return [];
      const validate = ajv.compile({ $ref: `urn:agent-sessions:schema:${name}:1#${pointer}` });
      return schema.examples.filter((example) => !validate(example)).map(() => [pointer, validate.errors]);
    });
    expect(faults).toEqual([]);
  });

  it.each(schemaNames)('%s describes every property and every definition', (name) => {
    const silent = places(publishedSchema(name)).flatMap(({ pointer, schema }) => {
      // Those named exact.* only add constraints to definitions that are described.
      if (pointer.includes('/exact.')) return [];
      const described = typeof schema.description === 'string' && schema.description !== '';
      const isNamed = /\/(properties|\$defs)\/[^/]+$/.test(pointer) && !isTest(pointer) && !isOnlyReference(schema);
      return isNamed && !described ? [pointer] : [];
    });
    expect(silent).toEqual([]);
  });

  it('rollout-line tells which versions of Codex write each kind of record', () => {
    const defs = publishedSchema('rollout-line').$defs as { [name: string]: Schema };
    const kinds = Object.entries(defs).filter(([name]) => /^(?!exact)(\w+\.\w+|bare|envelope|paginated)$/.test(name));
    expect(kinds.length).toBeGreaterThan(60);
    expect(kinds.filter(([, schema]) => typeof schema['x-codex'] !== 'string').map(([name]) => name)).toEqual([]);
  });

  it('rollout-line holds no definition that nothing refers to', () => {
    const schema = publishedSchema('rollout-line');
    const text = JSON.stringify(schema);
    const dialects = new Set(['bare', 'envelope', 'paginated', 'event']);
    const names = Object.keys(schema.$defs as object).filter((name) => !dialects.has(name));
    expect(names.filter((name) => !text.includes(`"#/$defs/${name}"`))).toEqual([]);
  });
});

/** Every subschema with its JSON pointer. */
function places(schema: unknown, pointer = ''): { pointer: string; schema: Schema }[] {
  if (Array.isArray(schema)) return schema.flatMap((part, index) => places(part, `${pointer}/${index}`));
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([keyword, part]) =>
    keyword === 'examples' || keyword === 'enum' || keyword === 'const' ? [] : places(part, `${pointer}/${keyword}`),
  );
  return [{ pointer, schema: schema as Schema }, ...inner];
}

/** Conditions, and branches that point to what is described elsewhere. */
function isTest(pointer: string): boolean {
  return /\/if\//.test(pointer);
}

function isOnlyReference(schema: Schema): boolean {
  return '$ref' in schema || 'allOf' in schema;
}
