import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateLine } from '../../src/format/schemas.ts';
import { corpusLines, differentLines, type Line, sampleLines } from '../schemas/lines.ts';
import { mutations } from '../schemas/mutations.ts';
import { rareLines } from '../schemas/rare-lines.ts';
import { canRunCodex, codexBinary } from './codex.ts';
import { exceptions } from './exceptions.ts';

const corpus = process.env.SESSIONS_CORPUS;

interface CodexSchema {
  definitions: { [name: string]: Tagged };
  oneOf: Tagged['oneOf'];
}

interface Tagged {
  oneOf: { properties: { type: { enum: string[] } } }[];
}

describe.skipIf(!canRunCodex)('the schema that Codex prints of its own lines', () => {
  let schema: CodexSchema;
  let accepts: ValidateFunction;
  const lines = differentLines([...sampleLines(), ...rareLines(), ...(corpus ? corpusLines(corpus) : [])]).filter(
    (line) => line.dialect === 'paginated',
  );

  beforeAll(async () => {
    schema = await printedSchema(await codexBinary());
    accepts = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  }, 300_000);

  it('accepts what we call valid, on recorded lines and on changed ones', () => {
    const found = new Set<string>();
    let agreed = 0;
    for (const { line, value, what } of candidates(lines)) {
      const verdict = validateLine('paginated', value);
      if (!verdict.ok || verdict.unknown || exceptions.some(({ covers }) => covers(value))) continue;
      if (accepts(withoutKnownMisprints(value))) agreed += 1;
      else found.add(`${what} in ${line.place}`);
    }
    expect([...found]).toEqual([]);
    expect(agreed).toBeGreaterThan(1000);
  }, 300_000);

  it('refuses changed lines, as we do', () => {
    const refused = [...candidates(lines)].filter(({ value }) => !accepts(withoutKnownMisprints(value)));
    expect(refused.length).toBeGreaterThan(1000);
  }, 300_000);

  it('agrees with every line that Codex wrote, as we do', () => {
    for (const line of lines) {
      if (exceptions.some(({ covers }) => covers(line.value))) continue;
      expect(validateLine('paginated', line.value), line.place).toEqual({ ok: true, unknown: null });
      expect(accepts(withoutKnownMisprints(line.value)), line.place).toBe(true);
    }
  });

  it('knows no type of record, event or item that we do not know', () => {
    const head = { timestamp: '2026-02-03T10:00:00.000Z', ordinal: 1 };
    const unknown = (line: object) => {
      const verdict = validateLine('paginated', { ...head, ...line });
      return verdict.ok && verdict.unknown !== null;
    };
    const item = (type: string) => ({ type: 'item_completed', thread_id: 't', turn_id: 'u', item: { type } });
    expect(typesOf(schema).filter((type) => unknown({ type, payload: {} }))).toEqual([]);
    for (const [definition, record] of [
      ['EventMsg', 'event_msg'],
      ['ResponseItem', 'response_item'],
    ] as const) {
      const types = typesOf(schema.definitions[definition] as Tagged);
      expect(types.filter((type) => unknown({ type: record, payload: { type } }))).toEqual([]);
    }
    const items = typesOf(schema.definitions.TurnItem as Tagged);
    expect(items.filter((type) => unknown({ type: 'event_msg', payload: item(type) }))).toEqual([]);
  });

  it.each(exceptions)('differs from ours in $what', ({ example, covers }) => {
    expect(covers(example)).toBe(true);
    expect(validateLine('paginated', example)).toEqual({ ok: true, unknown: null });
    expect(accepts(withoutKnownMisprints(example))).toBe(false);
  });
});

async function printedSchema(codex: string): Promise<CodexSchema> {
  const folder = await mkdtemp(join(tmpdir(), 'codex-schema-'));
  try {
    const args = ['app-server', 'generate-internal-json-schema', '--out', folder];
    await promisify(execFile)(codex, args, { env: { PATH: process.env.PATH, CODEX_HOME: folder, HOME: folder } });
    return JSON.parse(await readFile(join(folder, 'RolloutLine.json'), 'utf8')) as CodexSchema;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function* candidates(lines: Line[]): Generator<{ line: Line; value: unknown; what: string }> {
  for (const line of lines) {
    yield { line, value: line.value, what: 'nothing changed' };
    for (const { value, pointer, what } of mutations(line.value)) yield { line, value, what: `${pointer} ${what}` };
  }
}

function typesOf(schema: Tagged): string[] {
  return schema.oneOf.flatMap((variant) => variant.properties.type.enum);
}

/**
 * Codex 0.169.0 writes `"thread_source":"user"`, but its schema lists the names of its own code (`User`). So that it can
 * judge its own lines, it is not shown that field.
 */
function withoutKnownMisprints(line: unknown): unknown {
  if (!isObject(line) || line.type !== 'session_meta' || !isObject(line.payload)) return line;
  const { thread_source: _, ...payload } = line.payload;
  return { ...line, payload };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
