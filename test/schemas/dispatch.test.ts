import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateLine } from '../../src/format/schemas.ts';
import type { Dialect } from '../../src/model/thread-row.ts';
import { corpusLines, differentLines, type Line, sampleLines } from './lines.ts';
import { mutations } from './mutations.ts';
import { publishedSchemas } from './published.ts';
import { rareLines } from './rare-lines.ts';

const corpus = process.env.SESSIONS_CORPUS;

/** The published schema as anybody's validator reads it: compiled whole, without any dispatch. */
const whole = new Map<Dialect, ValidateFunction>();

beforeAll(() => {
  const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
  for (const dialect of ['bare', 'envelope', 'paginated', 'event'] as const) {
    whole.set(dialect, ajv.compile({ $ref: `urn:agent-sessions:schema:rollout-line:1#/$defs/${dialect}` }));
  }
}, 60_000);

/** Values on which the two disagree, as text. */
function disagreements(line: Line): { compared: number; found: string[] } {
  const judge = whole.get(line.dialect) as ValidateFunction;
  const candidates = [{ pointer: '', what: 'as it is', value: line.value as unknown }, ...mutations(line.value)];
  const wrong = candidates.filter(({ value }) => validateLine(line.dialect, value).ok !== judge(value));
  return { compared: candidates.length, found: wrong.map(({ pointer, what }) => `${line.place} ${pointer} ${what}`) };
}

describe('dispatching a line by its tags', () => {
  const lines = differentLines([...sampleLines(), ...rareLines(), ...events()]);

  it('comes to the verdict of the published schema, for sound and for changed lines', () => {
    const all = lines.map(disagreements);
    expect(all.flatMap(({ found }) => found)).toEqual([]);
    expect(all.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(10_000);
  }, 120_000);

  it.skipIf(!corpus)(
    'comes to it on the corpus as well',
    () => {
      const found = differentLines(corpusLines(corpus as string)).flatMap((line) => disagreements(line).found);
      expect(found).toEqual([]);
    },
    300_000,
  );

  it('comes to it for values that are no lines at all', () => {
    for (const dialect of whole.keys()) {
      for (const value of [null, 5, 'x', [], {}, { type: 5 }, { payload: null }, { type: 'event_msg', payload: [] }]) {
        expect(validateLine(dialect, value).ok, `${dialect} ${JSON.stringify(value)}`).toBe(
          whole.get(dialect)?.(value),
        );
      }
    }
  });
});

function events(): Line[] {
  const schema = publishedSchemas().find(({ $id }) => $id === 'urn:agent-sessions:schema:event:1');
  const examples = schema?.examples as Line['value'][];
  return examples.map((value, index) => ({ version: 'event', place: `example ${index}`, dialect: 'event', value }));
}
