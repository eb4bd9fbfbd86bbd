import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readStdin, type StdinInput } from '../../src/engine/stdin-input.ts';
import { envelope, idOf, jsonl, record, turn, zstdFrame } from '../builders.ts';

const row = (number: number) => ({ schema: 'sessions.thread/1', thread_id: idOf(number), name: 'x' });
const lines = jsonl(envelope(record.meta(idOf(1)), ...turn('a')));
const event = {
  schema: 'sessions.event/1',
  thread_id: idOf(1),
  seq: 0,
  timestamp: null,
  turn: 0,
  type: 'SessionMeta',
  meta: { id: idOf(1) },
};

describe('a selection', () => {
  it.each([
    ['ids', `${idOf(1)}\n${idOf(2)}\n`],
    ['ids without a last LF', `${idOf(1)}\n${idOf(2)}`],
    ['ids with CRLF, spaces and blank lines', `\r\n ${idOf(1)} \r\n\n${idOf(2)}\r\n`],
    ['rows', jsonl([row(1), row(2)])],
    ['rows and ids', `${jsonl([row(1)])}${idOf(2)}\n`],
    ['the same several times', `${idOf(1)}\n${jsonl([row(2), row(1)])}${idOf(2)}\n`],
  ])('is made of %s', async (_what, text) => {
    expect(await readStdin(inPieces(text))).toEqual({ kind: 'selection', sessions: [idOf(1), idOf(2)] });
  });

  it('of nothing is empty', async () => {
    expect(await readStdin(inPieces(''))).toEqual({ kind: 'selection', sessions: [] });
    expect(await readStdin(inPieces('\n \n'))).toEqual({ kind: 'selection', sessions: [] });
  });

  it('keeps names and prefixes as they are', async () => {
    expect(await readStdin(inPieces('@last\nfix the bug\n0198\n'))).toEqual({
      kind: 'selection',
      sessions: ['@last', 'fix the bug', '0198'],
    });
  });

  it.each([
    ['a rollout line', `${idOf(1)}\n${lines}`],
    ['an event', jsonl([row(1), event])],
    ['an object', `${idOf(1)}\n{"thread_id":"x"}\n`],
    ['damaged JSON', `${idOf(1)}\n{"a":\n`],
    ['a text over the limit', `${idOf(1)}\n${'x'.repeat(2000)}\n`],
  ])('is refused when it is mixed with %s', async (_what, text) => {
    await expect(readStdin(inPieces(text))).rejects.toMatchObject({
      kind: 'usage',
      message: 'standard input mixes sessions with something else',
      place: { file: '-', line: 2 },
    });
  });
});

describe('content', () => {
  it.each([
    ['rollout lines', lines],
    ['events', jsonl([event])],
    ['a torn line', '{"timestamp":"2026'],
    ['objects of no kind', '{"a":1}\n'],
    ['JSON that is no object', '[1]\n"text"\n42\n'],
    ['zstd', zstdFrame(lines)],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 10])],
    ['what is no text', Buffer.from([0xff, 0xfe, 0x0a])],
    ['a first line of megabytes', `{"a":"${'x'.repeat(3_000_000)}"}\n${lines}`],
  ])('is kept byte for byte: %s', async (_what, bytes) => {
    const input = (await readStdin(inPieces(bytes))) as Extract<StdinInput, { kind: 'content' }>;
    expect(input.kind).toBe('content');
    expect(readFileSync(input.path).equals(Buffer.from(bytes))).toBe(true);
    input.remove();
    expect(existsSync(input.path)).toBe(false);
  });

  it('over the limit without an LF is content', async () => {
    async function* endless() {
      for (let i = 0; i < 34; i++) yield Buffer.alloc(1024 * 1024, 0x61);
    }
    const before = performance.now();
    const input = (await readStdin(endless())) as Extract<StdinInput, { kind: 'content' }>;
    expect(input.kind).toBe('content');
    expect(performance.now() - before).toBeLessThan(5000);
    input.remove();
  });

  it('that comes in small pieces takes no longer', async () => {
    const text = Buffer.from(`{"a":"${'x'.repeat(8_000_000)}"}\n`);
    const before = performance.now();
    const input = (await readStdin(inPieces(text, 16 * 1024))) as Extract<StdinInput, { kind: 'content' }>;
    expect(performance.now() - before).toBeLessThan(3000);
    input.remove();
  });

  it.each([
    ['a row', jsonl([row(1)])],
    ['a row in another order', `{"thread_id":"${idOf(1)}","schema":"sessions.thread/1"}\n`],
    ['an id', `${idOf(1)}\n`],
  ])('is refused when %s is in it', async (_what, mixed) => {
    for (const text of [lines + mixed + lines, lines + mixed.trimEnd(), jsonl([event]) + mixed]) {
      await expect(readStdin(inPieces(text, 100))).rejects.toMatchObject({ kind: 'usage', place: { file: '-' } });
    }
  });

  it('may speak of rows and ids', async () => {
    const told = jsonl(envelope(record.userEvent(JSON.stringify(row(1))), record.userEvent(idOf(1))));
    expect(await readStdin(inPieces(told))).toMatchObject({ kind: 'content' });
  });
});

/** A stream of blocks; small ones, so that records lie across them. */
async function* inPieces(content: string | Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  // The first is tiny: what it is cannot be told from it.
  if (bytes.length > 0) yield bytes.subarray(0, 2);
  for (let at = 2; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
