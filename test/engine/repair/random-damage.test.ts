import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../support/random.ts';
import { expectSound, makeOwnHome, repair } from './check-repair.ts';

const corpus = process.env.SESSIONS_CORPUS;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + Math.floor(Math.random() * 1e6));
const rounds = Number(process.env.SESSIONS_ROUNDS ?? 25);
const largest = 300_000;

/** Whole files of the corpus and of the fixtures, by the form that they have. */
const originals = [...filesBelow('fixtures/homes'), ...(corpus ? filesBelow(corpus) : [])];

describe(`random damage to ${originals.length} files (seed ${seed})`, { timeout: 600_000 }, () => {
  it.each(Object.keys(damages()))('%s is repaired, and no byte is lost', async (kind) => {
    const random = createRandom(seed + kind.length * 7919);
    const fewest = rounds / 10;
    let repairs = 0;
    // Not every damage of every file wants a repair: it goes on until there were some.
    for (let round = 0; round < rounds || (repairs <= fewest && round < 20 * rounds); round++) {
      const path = originals[Math.floor(random() * originals.length)] as string;
      const whole = readFileSync(path);
      const damaged = (damages()[kind] as Damage)(whole, random);
      const home = makeOwnHome();
      const name = path.slice(path.lastIndexOf('/') + 1);
      const target = home.write(`sessions/2026/01/02/${name}`, damaged);
      const repaired = await repair(home.path, target);
      try {
        if (repaired.code === 4) {
          expect(repaired.err).toMatch(/holds no record|is not known/);
          continue;
        }
        expect(repaired.err.replace(/sessions: the original.*\n/, '')).toBe('');
        if (repaired.file.result === 'nothing' || repaired.file.result === 'left') continue;
        repairs++;
        const result = await expectSound(home.path, repaired, damaged);
        expectKept(damaged, result);
      } catch (error) {
        throw new Error(`${kind}, round ${round} of seed ${seed}, ${path}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
    expect(repairs).toBeGreaterThan(fewest);
  });
});

type Damage = (whole: Buffer, random: () => number) => Buffer;

function damages(): { [kind: string]: Damage } {
  const place = (whole: Buffer, random: () => number) => Math.floor(random() * whole.length);
  const spliced = (whole: Buffer, at: number, length: number, bytes: Buffer) =>
    Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + length)]);
  return {
    'a cut': (whole, random) => whole.subarray(0, place(whole, random)),
    'flipped bits': (whole, random) => {
      const bytes = Buffer.from(whole);
      for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips--) {
        const at = place(whole, random);
        bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      }
      return bytes;
    },
    'a hole of NUL bytes': (whole, random) => {
      const at = place(whole, random);
      const length = Math.min(whole.length - at, 1 + Math.floor(random() * 3000));
      return spliced(whole, at, length, Buffer.alloc(length));
    },
    'NUL bytes put in': (whole, random) =>
      spliced(whole, place(whole, random), 0, Buffer.alloc(1 + Math.floor(random() * 600))),
    'lines without line feeds': (whole, random) => {
      const feeds = [...whole.keys()].filter((at) => whole[at] === 0x0a && at < whole.length - 1);
      const at = feeds[Math.floor(random() * feeds.length)] ?? 0;
      return feeds.length > 0 ? spliced(whole, at, 1, Buffer.alloc(0)) : whole;
    },
    'a line begun and written again': (whole, random) => {
      const feeds = [-1, ...[...whole.keys()].filter((at) => whole[at] === 0x0a && at < whole.length - 1)];
      const start = (feeds[Math.floor(random() * feeds.length)] as number) + 1;
      const end = whole.indexOf(0x0a, start);
      const torn = whole.subarray(start, start + 1 + Math.floor(random() * Math.max(1, end - start - 1)));
      return spliced(whole, start, 0, torn);
    },
    'bytes taken out': (whole, random) =>
      spliced(whole, place(whole, random), 1 + Math.floor(random() * 400), Buffer.alloc(0)),
    'noise put in': (whole, random) => {
      const noise = Buffer.from(
        Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.floor(random() * 256)),
      );
      return spliced(whole, place(whole, random), 0, noise);
    },
    'lines without ordinals': (whole, random) => {
      const lines = whole.toString('latin1').split(/(?<=\n)/);
      return Buffer.from(
        lines.map((line) => (random() < 0.2 ? line.replace(/"ordinal":\d+,/, '') : line)).join(''),
        'latin1',
      );
    },
    'lines that stand twice': (whole, random) => {
      const lines = whole.toString('latin1').split(/(?<=\n)/);
      return Buffer.from(
        lines.flatMap((line, index) => (index > 0 && random() < 0.1 ? [line, line] : [line])).join(''),
        'latin1',
      );
    },
    'the first line lost': (whole) => whole.subarray(whole.indexOf(0x0a) + 1),
  };
}

/** Every line of the damaged file that is a record stands in the result, in order, whatever number it has there. */
function expectKept(damaged: Buffer, result: Buffer): void {
  const kept = recordsIn(result);
  let at = 0;
  for (const record of recordsIn(damaged)) {
    const found = kept.indexOf(record, at);
    expect([found >= 0, record.slice(0, 200)]).toEqual([true, record.slice(0, 200)]);
    at = found + 1;
  }
}

function recordsIn(content: Buffer): string[] {
  return content
    .toString('latin1')
    .split('\n')
    .filter((line) => {
      try {
        const text = Buffer.from(line, 'latin1').toString('utf8');
        // A session_meta may get what it lacks, and the id of its file.
        const isMeta = line.includes('"type":"session_meta"') || /^\{"id":"[^"]*","timestamp":/.test(line);
        return !isMeta && !text.includes('\ufffd') && typeof JSON.parse(text) === 'object';
      } catch {
        return false;
      }
    })
    .map((line) => line.replace(/"ordinal":\d+,/, ''));
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return files.filter((path) => /rollout-[^/]*\.jsonl$/.test(path) && statSync(path).size < largest).sort();
}
