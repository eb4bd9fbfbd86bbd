import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventFilter } from '../../../src/engine/event-filter.ts';
import { readRaw } from '../../../src/engine/raw.ts';
import { fileAlone } from '../../../src/engine/read-thread.ts';
import { check, session } from './check-lines.ts';

/** JSON that programs like to change on the way: the text, and whether a key stands twice in it. */
const oddJson = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom(
    '1.0',
    '-0',
    '1e400',
    '1E5',
    '0.1e-7',
    '123456789.000',
    '"\\ud83d"',
    '"\\u0000"',
    '"a\u2028b\u2029c\u0085"',
    '"\\/"',
    '{"10":1,"2":2,"b":3}',
  ),
  fc.constantFrom(
    '{"__proto__":1}',
    '{"constructor":{"prototype":{}}}',
    '[[],{},[{}]]',
    '"\u{1f30a}"',
    ' { "a" : 1 , "b" : [ 1 , 2 ] } ',
    '"\\u00e9 \\"quoted\\""',
  ),
  fc.string().map((text) => JSON.stringify(text)),
);
const twice = fc.constantFrom('{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '{"k":1,"\\u006b":2}');
const oddLine = fc.tuple(
  fc.oneof({ weight: 9, arbitrary: oddJson }, { weight: 1, arbitrary: twice }),
  fc.constantFrom('\n', '\r\n', ' \t\n'),
);

describe('10,000 lines of odd JSON', () => {
  it('are copied unchanged, and only keys that stand twice are found fault with', async () => {
    const lines = fc.sample(oddLine, { numRuns: 10_000, seed: 20_260_501 });
    const [meta = ''] = session('envelope').bytes.toString().split('\n');
    const repeated = ['{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '{"k":1,"\\u006b":2}'];
    const content = lines.map(
      ([json, end]) =>
        `{"timestamp":"2026-05-01T13:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"x","odd":${json}}}${end}`,
    );
    const bytes = Buffer.from(`${meta}\n${content.join('')}`);

    const findings = await check(bytes);
    const expected = lines.flatMap(([json], index) => (repeated.includes(json) ? [index + 2] : []));
    expect(expected.length).toBeGreaterThan(500);
    expect(findings.map(({ rule, line }) => `${rule} ${line}`)).toEqual(expected.map((line) => `DUP-KEY ${line}`));

    const folder = mkdtempSync(join(tmpdir(), 'sessions-odd-'));
    try {
      const path = join(folder, 'odd.jsonl');
      writeFileSync(path, bytes);
      const source = { threadId: null, parts: [fileAlone(path)], openPrefix: null };
      for (const types of [[], ['event_msg'], ['EventMsg']]) {
        const filter = parseEventFilter({ types, msgTypes: [], itemTypes: [] });
        const chunks: Buffer[] = [];
        for await (const chunk of readRaw({ path, openThread: async () => source }, filter, () => {}))
          chunks.push(Buffer.from(chunk));
        const wanted = types.length === 0 ? bytes : bytes.subarray(bytes.indexOf(10) + 1);
        expect(Buffer.concat(chunks).equals(wanted)).toBe(true);
      }
      expect(readFileSync(path).equals(bytes)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
