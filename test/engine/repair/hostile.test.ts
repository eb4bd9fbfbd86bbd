import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostileId } from '../../../scripts/fixtures/hostile.mjs';
import { openRollout } from '../../../src/store/rollout-file.ts';
import { expectSound, makeOwnHome, repair } from './check-repair.ts';

/** What is done with each damaged file of the repository: rules of the changes, and of what is left; exit code. */
const expected: { [fixture: string]: [edits: string[], left: string[], code: number] } = {
  'bad-line.jsonl': [['BAD-JSON'], [], 0],
  'bad-utf8.jsonl': [['BAD-UTF8', 'BAD-UTF8', 'BAD-UTF8'], [], 0],
  'bare-line.jsonl': [[], ['MIXED-DIALECT'], 1],
  'bom.jsonl': [['BOM'], [], 0],
  'compressed.jsonl': [['WRONG-EXT'], [], 0],
  'control-byte.jsonl': [['BAD-JSON'], [], 0],
  'duplicate-key-escaped.jsonl': [[], ['DUP-KEY'], 1],
  'duplicate-key.jsonl': [[], ['DUP-KEY'], 1],
  'empty.jsonl': [[], ['EMPTY'], 1],
  'glued-twice.jsonl': [['GLUED'], [], 0],
  'glued-whole.jsonl': [['GLUED'], [], 0],
  'glued.jsonl': [['GLUED'], [], 0],
  'gzip.jsonl.zst': [[], ['ZSTD-UNSUPPORTED'], 3],
  'hole-at-end.jsonl': [['HOLE'], [], 0],
  'hole-before-record.jsonl': [['HOLE'], [], 0],
  'hole-in-middle.jsonl': [['HOLE'], [], 0],
  'id-mismatch.jsonl': [['ID-MISMATCH'], [], 0],
  'last-ordinal-missing.jsonl': [['ORDINAL-MISSING'], [], 0],
  'no-eol.jsonl': [['NO-EOL'], [], 0],
  'no-meta.jsonl': [['NO-META'], [], 0],
  'not-compressed.jsonl.zst': [['WRONG-EXT'], [], 0],
  'not-json.jsonl': [Array.from({ length: 9 }, () => 'BAD-JSON'), [], 0],
  'not-objects.jsonl': [Array.from({ length: 4 }, () => 'NOT-OBJECT'), [], 0],
  'only-blank-lines.jsonl': [[], ['EMPTY'], 1],
  'ordinal-back.jsonl': [['ORDINAL-BACK'], ['ORDINAL-GAP'], 1],
  'ordinal-gap.jsonl': [[], ['ORDINAL-GAP'], 1],
  'ordinal-missing-in-middle.jsonl': [['ORDINAL-MISSING'], [], 0],
  'strange-object.jsonl': [[], ['SCHEMA'], 1],
  'time-1970.jsonl': [[], ['TIME-BAD'], 1],
  'time-leap-second.jsonl': [[], ['TIME-BAD'], 1],
  'time-missing.jsonl': [[], ['SCHEMA'], 1],
  'time-no-zone.jsonl': [[], ['TIME-BAD'], 1],
  'time-year-10000.jsonl': [[], ['TIME-BAD'], 1],
  'torn-in-middle.jsonl': [['BAD-JSON'], [], 0],
  'torn-tail.jsonl': [['TORN-TAIL'], [], 0],
  'two-writers.jsonl': [['ORDINAL-REUSE'], [], 0],
  'unmatched-calls.jsonl': [['CALL-WITHOUT-RESULT'], ['RESULT-WITHOUT-CALL'], 1],
  'unmatched-turns.jsonl': [[], ['TURN-END-WITHOUT-START'], 1],
  'utf16-big-endian.jsonl': [[], ['NOT-UTF8'], 1],
  'utf16.jsonl': [[], ['NOT-UTF8'], 1],
  'wrong-types.jsonl': [[], ['SCHEMA'], 1],
  'zstd-before-1.0.jsonl.zst': [[], ['ZSTD-UNSUPPORTED'], 3],
  'zstd-bit-flip.jsonl.zst': [[], ['ZSTD-DAMAGED'], 3],
  'zstd-dictionary.jsonl.zst': [[], ['ZSTD-UNSUPPORTED'], 3],
  'zstd-trailing-garbage.jsonl.zst': [['ZSTD-TRAILING'], [], 0],
  'zstd-trailing-zeros.jsonl.zst': [['ZSTD-TRAILING'], [], 0],
  'zstd-truncated.jsonl.zst': [['ZSTD-TRUNCATED'], [], 0],
  'zstd-window-1-gib.jsonl.zst': [[], ['ZSTD-WINDOW'], 3],
  'zstd-window-2-gib.jsonl.zst': [[], ['ZSTD-WINDOW'], 3],
};

describe('repair of the damaged files of this repository', () => {
  it.each(readdirSync('fixtures/hostile'))('%s', async (fixture) => {
    const stored = readFileSync(`fixtures/hostile/${fixture}`);
    const home = makeOwnHome();
    const ending = fixture.endsWith('.zst') ? '.jsonl.zst' : '.jsonl';
    const path = home.write(`sessions/2026/03/10/rollout-2026-03-10T08-00-00-${hostileId}${ending}`, stored);
    // Nothing but these has anything to repair.
    const [edits, left, code] = expected[fixture] ?? [[], [], 0];

    const content = await contentOf(path);
    const dry = await repair(home.path, path, '--dry-run');
    expect(readFileSync(path).equals(stored)).toBe(true);
    const done = await repair(home.path, hostileId);
    expect([done.edits.map(({ rule }) => rule), done.left.map(({ rule }) => rule), done.code]).toEqual([
      edits,
      left,
      code,
    ]);
    expect([dry.edits, dry.left, dry.code]).toEqual([done.edits, done.left, done.code]);
    if (edits.length > 0) {
      const { tx, quarantine, ...rest } = done.file;
      expect(dry.file).toEqual({ ...rest, result: 'would-repair', tx: null, quarantine: null });
      await expectSound(home.path, done, stored, content);
    } else {
      expect(dry.file).toEqual(done.file);
      expect(readFileSync(path).equals(stored)).toBe(true);
    }
  });
});

async function contentOf(path: string): Promise<Buffer> {
  const rollout = await openRollout(path);
  const blocks: Buffer[] = [];
  for await (const block of rollout.blocks()) blocks.push(Buffer.from(block));
  await rollout.close();
  return Buffer.concat(blocks);
}
