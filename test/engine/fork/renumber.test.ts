import { expect, it } from 'vitest';
import { renumber } from '../../../src/engine/fork/renumber.ts';

const line = (ordinal: number, text: string) =>
  `{"timestamp":"2026-01-02T03:04:05.000Z","ordinal":${ordinal},"type":"event_msg","payload":{"t":"${text}"}}\n`;

it.each([1, 7, 64, 127, 128, 129, 5000])('lowers ordinals alone, in blocks of %i bytes', async (size) => {
  const long = `é "ordinal":9 ${'x'.repeat(400)}`.replaceAll('"', '\\"');
  const other = 'no record\n\n{"ordinal":12}\n';
  const text = Buffer.from(line(12, 'a') + line(100, long) + other + line(10, 'c').trimEnd());
  async function* blocks() {
    for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
  }
  const out: Buffer[] = [];
  for await (const block of renumber(blocks(), 3)) out.push(block);
  expect(Buffer.concat(out).toString()).toBe(line(9, 'a') + line(97, long) + other + line(7, 'c').trimEnd());
});
