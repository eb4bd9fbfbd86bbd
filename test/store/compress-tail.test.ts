import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastRecordTime } from '../../src/engine/last-record-time.ts';
import { writeCompressed } from '../../src/store/compress-content.ts';
import { openRollout } from '../../src/store/rollout-file.ts';
import { readSeekableTail } from '../../src/store/seek-table-tail.ts';
import { envelope, idOf, jsonl, makeFolder, record, timeAt, turn, zstdFrame } from '../builders.ts';

const folder = makeFolder();
const lines = envelope(record.meta(idOf(1)), ...Array.from({ length: 3000 }, (_, at) => turn(`turn ${at}`)).flat());
const content = Buffer.from(jsonl(lines));
const last = timeAt(lines.length - 1);

describe('the end of a compressed rollout with a seek table', () => {
  it.each([1, 64 * 1024, 1_500_000, content.length, content.length + 1])('is read alone: %i bytes', async (least) => {
    const rollout = await openRollout(await seekable());
    try {
      const tail = await readSeekableTail(rollout, least);
      expect(tail?.bytes.length).toBeGreaterThanOrEqual(Math.min(least, content.length));
      expect(tail?.bytes.equals(content.subarray(tail.offset))).toBe(true);
      if (least < 100_000) expect(tail?.offset).toBeGreaterThan(content.length / 2);
    } finally {
      await rollout.close();
    }
  });

  it('tells the time of the last record, without reading what is before', async () => {
    const path = await seekable();
    expect(await lastRecordTime(path)).toBe(last);
    const bytes = readFileSync(path);
    bytes.fill(0, 100, 1000);
    writeFileSync(path, bytes);
    expect(await lastRecordTime(path)).toBe(last);
  });

  it('is found by reading all where the table is missing or wrong', async () => {
    const path = await seekable();
    const bytes = readFileSync(path);
    const tableless = zstdFrame(content);
    const wrong = [
      tableless,
      Buffer.concat([bytes, tableless]),
      // Lengths of the content that are not right.
      Buffer.from(bytes.map((byte, at) => (at === bytes.length - 9 - 12 + 4 ? byte ^ 1 : byte))),
      // A magic number that is not right.
      Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))),
    ];
    for (const [index, some] of wrong.entries()) {
      writeFileSync(path, some);
      const rollout = await openRollout(path);
      expect([index, await readSeekableTail(rollout, 1000)]).toEqual([index, null]);
      await rollout.close();
      expect([index, await lastRecordTime(path)]).toEqual([index, last]);
    }
  });

  it('falls back to the time of the file where no record has one', async () => {
    const path = await seekable(Buffer.from('{"a":1}\n'.repeat(300_000)));
    const time = new Date('2026-03-04T05:06:07Z');
    utimesSync(path, time, time);
    expect(await lastRecordTime(path)).toBe(time.toISOString());
  });
});

async function seekable(bytes: Buffer = content): Promise<string> {
  const source = join(folder, 'source.jsonl');
  const path = join(folder, 'made.jsonl.zst');
  writeFileSync(source, bytes);
  const rollout = await openRollout(source);
  const handle = await open(path, 'w');
  await writeCompressed(handle, rollout, { level: 3, seekable: true });
  await handle.close();
  await rollout.close();
  return path;
}
