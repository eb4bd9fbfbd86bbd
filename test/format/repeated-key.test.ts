import { expect, it } from 'vitest';
import { parseReceipt } from '../../src/engine/purge/receipt-files.ts';
import { parseLogEntry } from '../../src/engine/seal/parse-log-entry.ts';
import { hasRepeatedKey } from '../../src/format/repeated-key.ts';

it('a key that stands twice in an object is found at any depth, however it is written', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"x":[{"a":1,"b":{},"a":2}]}',
    '{"ab":1,"a\\u0062":1}',
    '{"__proto__":1,"__proto__":2}',
  ]) {
    expect([text, hasRepeatedKey(text)]).toEqual([text, true]);
  }
  for (const text of [
    '{}',
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":"a"}}}',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"a":1,"A":1}',
  ]) {
    expect([text, hasRepeatedKey(text)]).toEqual([text, false]);
  }
});

it('a line of the log, and a receipt, in which a key stands twice is none', () => {
  const line =
    '{"schema":"sessions.seal-log-entry/1","at":"2026-01-02T03:04:05Z","event":"held","tx":"x","journal_seq":1}';
  expect(parseLogEntry(line)).toMatchObject({ event: 'held' });
  expect(parseLogEntry(line.replace('"tx"', '"tx":"y","tx"'))).toBe(null);
  const receipt = '{"schema":"sessions.deletion-receipt/1","tx":"x","sessions":[],"checks":[]}';
  expect(parseReceipt(receipt)).toMatchObject({ tx: 'x' });
  expect(parseReceipt(receipt.replace('"tx"', '"tx":"y","tx"'))).toBe(null);
});
