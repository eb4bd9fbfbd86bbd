import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { kindNames, lineOf, makeCorpus, tracesOf } from '../../../bench/redact-corpus.mjs';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';
import { publishedSchemas } from '../../schemas/published.ts';
import { createRandom } from '../../support/random.ts';

const seed = Number(process.env.SESSIONS_SEED ?? Math.floor(createRandom(Date.now())() * 1e6));

describe.each([7, seed])('500 planted secrets and 500 texts that look like them (seed %i)', (of) => {
  const cases = makeCorpus({ seed: of });
  const planted = cases.filter(({ secret }) => secret !== null);

  it('are of 30 kinds, in messages, outputs, JSON in JSON, broken lines, base64 and addresses', () => {
    expect(planted).toHaveLength(500);
    expect(cases).toHaveLength(1000);
    expect(kindNames.length).toBeGreaterThanOrEqual(30);
    expect(new Set(planted.map(({ place }) => place)).size).toBeGreaterThanOrEqual(10);
  });

  it('are told apart: recall 0.98, precision 0.98', async () => {
    const redactor = await openRedactor({ severity: 'medium' });
    const missed: string[] = [];
    const mistaken: string[] = [];
    for (const one of cases) {
      const { kind, place, secret, payload } = one;
      const before = redactor.count;
      redactor.line(lineOf(one));
      const isFound = redactor.count > before;
      if (secret !== null && !isFound) missed.push(`${kind} in ${place}: ${JSON.stringify(payload)}`);
      if (secret === null && isFound) mistaken.push(`${kind} in ${place}: ${JSON.stringify(payload)}`);
    }
    const found = planted.length - missed.length;
    expect(found / planted.length, missed.join('\n')).toBeGreaterThanOrEqual(0.98);
    expect(found / (found + mistaken.length), mistaken.join('\n')).toBeGreaterThanOrEqual(0.98);
  });

  it('leave no trace where they were found, be it in base64', async () => {
    const redactor = await openRedactor();
    const traces: string[] = [];
    for (const one of planted) {
      const { kind, place, secret } = one;
      const before = redactor.count;
      const clean = Buffer.from(redactor.line(lineOf(one))).toString('latin1');
      if (redactor.count === before) continue;
      if (place !== 'damaged') expect(() => JSON.parse(clean)).not.toThrow();
      const texts = [clean, ...decodedParts(clean)];
      for (const trace of tracesOf(secret as string)) {
        if (texts.some((text) => text.includes(trace))) traces.push(`${kind} in ${place}: ${clean}`);
      }
    }
    expect(traces).toEqual([]);
    const report = JSON.stringify(redactor.report());
    expect(redactor.report().length).toBeGreaterThan(490);
    expect(
      planted.flatMap(({ secret }) => tracesOf(secret as string)).filter((trace) => report.includes(trace)),
    ).toEqual([]);
  });
});

describe('a finding', () => {
  it('shows no part of 500 secrets that are names of members, around other secrets', async () => {
    const isFinding = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false }).compile({
      $ref: 'urn:agent-sessions:schema:secret-finding:1',
    });
    for (const severity of ['low', 'medium'] as const) {
      const printed: string[] = [];
      const redactor = await openRedactor({ severity, onFinding: (finding) => printed.push(JSON.stringify(finding)) });
      const planted = makeCorpus({ seed: 5, alike: 0 }).filter(({ kind }) => kind !== 'private-key');
      for (const { payload, secret } of planted) {
        const [member] = textsOf(payload).filter((text) => text.includes(secret as string));
        if (member === undefined) continue;
        const inner = { [member]: { DB_PASSWORD: 'Tr0ub4dor&3xyz' } };
        redactor.line(
          Buffer.from(JSON.stringify({ type: 'my_ext', payload: { ...inner, text: JSON.stringify(inner) } })),
        );
      }
      expect(printed.length).toBeGreaterThan(800);
      for (const finding of printed) expect(isFinding(JSON.parse(finding)), finding).toBe(true);
      const all = printed.join('\n');
      const shown = planted.filter(({ secret }) => tracesOf(secret as string).some((trace) => all.includes(trace)));
      expect(shown.map(({ kind, place }) => `${kind} in ${place}`)).toEqual([]);
    }
  });
});

/** The strings in a value, names of members included. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(textsOf)];
}

/** Everything that is base64 in a line, decoded, whatever the place that it begins at. */
function decodedParts(line: string): string[] {
  const runs = line.replaceAll('\\n', '').match(/[A-Za-z0-9+/_-]{16,}/g) ?? [];
  return runs.flatMap((run) => [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')));
}
