import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateLine } from '../../src/format/schemas.ts';
import { corpusLines, differentLines, sampleLines } from '../schemas/lines.ts';
import { mutations } from '../schemas/mutations.ts';
import { rareLines } from '../schemas/rare-lines.ts';
import { canRunCodex, codexBinary } from './codex.ts';
import { exceptions } from './exceptions.ts';
import { type DraftSchema, instancesOf } from './instances.ts';

const corpus = process.env.SESSIONS_CORPUS;

interface CodexSchema extends DraftSchema {
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
    expect(refusedThoughValid(candidates(lines.map(({ place, value }) => ({ place, value }))))).toEqual([]);
  }, 300_000);

  it('accepts what we call valid, on lines of every kind that it lists and on changed ones', () => {
    const kinds = new Map(generated().map((line) => [kindOf(line), { place: kindOf(line), value: line }]));
    expect(kinds.size).toBeGreaterThan(100);
    expect(refusedThoughValid(candidates([...kinds.values()]))).toEqual([]);
  }, 300_000);

  it('lists no line with an ordinal that we refuse', () => {
    const refused = generated().flatMap((line) => {
      const verdict = validateLine('paginated', line);
      return verdict.ok ? [] : [verdict.errors];
    });
    expect(refused).toEqual([]);
  });

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
      const types = typesOf(schema.definitions?.[definition] as Tagged);
      expect(types.filter((type) => unknown({ type: record, payload: { type } }))).toEqual([]);
    }
    const items = typesOf(schema.definitions?.TurnItem as Tagged);
    expect(items.filter((type) => unknown({ type: 'event_msg', payload: item(type) }))).toEqual([]);
  });

  /** Lines that its schema allows, made from the schema itself. */
  function generated(): GeneratedLine[] {
    const all = instancesOf(schema) as GeneratedLine[];
    expect(all.filter((line) => !accepts(line))).toEqual([]);
    return all.filter(({ ordinal }) => ordinal !== null);
  }

  function refusedThoughValid(all: Iterable<Candidate>): string[] {
    const found: string[] = [];
    let agreed = 0;
    for (const { place, value } of all) {
      const verdict = validateLine('paginated', value);
      if (!verdict.ok || verdict.unknown || exceptions.some(({ covers }) => covers(value))) continue;
      if (accepts(withoutKnownMisprints(value))) agreed += 1;
      else found.push(place);
    }
    expect(agreed).toBeGreaterThan(1000);
    return found;
  }

  it.each(exceptions)('differs from ours in $what', ({ example, covers }) => {
    expect(covers(example)).toBe(true);
    expect(validateLine('paginated', example)).toEqual({ ok: true, unknown: null });
    expect(accepts(withoutKnownMisprints(example))).toBe(false);
  });
});

interface GeneratedLine {
  type: string;
  ordinal: number | null;
  payload: { type?: string; item?: { type: string } };
}

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

interface Candidate {
  place: string;
  value: unknown;
}

/** Each line as it is, and with one thing changed at a time. */
function* candidates(lines: Candidate[]): Generator<Candidate> {
  for (const { place, value } of lines) {
    yield { place, value };
    for (const { pointer, what, value: changed } of mutations(value))
      yield { place: `${place} ${pointer} ${what}`, value: changed };
  }
}

function kindOf(line: GeneratedLine): string {
  const { type, payload } = line;
  return [type, payload.type, payload.item?.type].filter((tag) => tag !== undefined).join(' ');
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
