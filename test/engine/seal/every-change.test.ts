import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { hashContent } from '../../../src/engine/seal/hash-content.ts';
import { sealSessions } from '../../../src/engine/seal/seal-sessions.ts';
import { SignatureCheck } from '../../../src/engine/seal/signature-check.ts';
import { openLedger, verifySessions } from '../../../src/engine/seal/verify-sessions.ts';
import { homeAt } from '../../../src/store/home.ts';
import { idOf, jsonl, makeHome } from '../../builders.ts';
import { sessionLines } from '../../support/sealed-home.ts';

const id = idOf(1);
const lines = sessionLines(id, 5, 'y'.repeat(40)).map((line) => Buffer.from(jsonl([line])));
const whole = Buffer.concat(lines);
const check = new SignatureCheck(null, { env: {} });
const { signal } = new AbortController();

/** The number of lines and the root over them, which is all that a verdict goes by. */
async function rootOf(content: Buffer, size: number): Promise<string | null> {
  const blocks = async function* () {
    yield content;
  };
  const { roots } = await hashContent({ blocks, damage: null }, { at: [size] });
  return roots.get(size)?.root.toString('base64') ?? null;
}

describe('a sealed rollout of 7 KB', () => {
  it('is about that large', () => {
    expect(whole.length).toBeGreaterThanOrEqual(7020);
    expect(whole.length).toBeLessThan(9000);
  });

  it('has another root after a change of any bit', { timeout: 60_000 }, async () => {
    const root = await rootOf(whole, lines.length);
    const changed = Buffer.from(whole);
    let missed = 0;
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const byte = bit >> 3;
      changed[byte] = (whole[byte] as number) ^ (1 << (bit & 7));
      if ((await rootOf(changed, lines.length)) === root) missed++;
      changed[byte] = whole[byte] as number;
    }
    expect(missed).toBe(0);
    process.stdout.write(`${whole.length * 8} bits flipped, ${missed} missed\n`);
  });

  it('has another root, or too few lines, after a cut at any byte', async () => {
    const root = await rootOf(whole, lines.length);
    let missed = 0;
    for (let end = 0; end < whole.length; end++) {
      if ((await rootOf(whole.subarray(0, end), lines.length)) === root) missed++;
    }
    expect(missed).toBe(0);
  });
});

describe('verify', () => {
  const sealed = async () => {
    const home = makeHome();
    const path = home.rollout(id, whole);
    const at = homeAt(home.path);
    const catalog = await loadCatalog(at);
    const options = { signer: null, check, clock: systemClock, signal, catalog };
    for await (const sealing of sealSessions(at, catalog.thread(id), options)) {
      expect(sealing).toMatchObject({ record: { event: 'created', size: lines.length } });
    }
    const ledger = await openLedger(at, [], check);
    return {
      async of(content: Buffer) {
        writeFileSync(path, content);
        const found = [{ rolloutId: id, entry: { path, threadId: id } }];
        for await (const result of verifySessions(ledger, found, { home: at, check, signal })) return result;
        throw new Error('there is no result');
      },
    };
  };

  it('names the line of a changed bit, and where it begins', { timeout: 60_000 }, async () => {
    const verdict = await sealed();
    expect(await verdict.of(whole)).toMatchObject({ status: 'VERIFIED', signer: null });
    for (let bit = 5; bit < whole.length * 8; bit += 331) {
      const byte = bit >> 3;
      const changed = Buffer.from(whole);
      changed[byte] = (whole[byte] as number) ^ (1 << (bit & 7));
      const { status, first_bad } = await verdict.of(changed);
      const offset = byte === 0 ? 0 : whole.lastIndexOf('\n', byte - 1) + 1;
      // A line feed that is gone leaves fewer lines, and one that came more.
      const line = whole.subarray(0, byte).filter((value) => value === 0x0a).length + 1;
      expect([bit, status, first_bad]).toEqual([bit, 'MODIFIED', { line, offset }]);
    }
  });

  it('finds every line that is dropped, doubled, swapped or put in', { timeout: 60_000 }, async () => {
    const verdict = await sealed();
    const missed: string[] = [];
    const expectChanged = async (what: string, changed: Buffer[], line: number) => {
      const { status, first_bad } = await verdict.of(Buffer.concat(changed));
      const isLast = what === 'drop' && line === lines.length;
      const isFound = isLast ? status === 'TRUNCATED' : status === 'MODIFIED' && first_bad?.line === line;
      if (!isFound) missed.push(`${what} ${line}: ${status}`);
    };
    for (const [index, line] of lines.entries()) {
      const [before, after] = [lines.slice(0, index), lines.slice(index + 1)];
      await expectChanged('drop', [...before, ...after], index + 1);
      await expectChanged('put in', [...before, Buffer.from('{}\n'), line, ...after], index + 1);
      await expectChanged('put in a blank line', [...before, Buffer.from('\n'), line, ...after], index + 1);
      const [next, ...rest] = after;
      if (!next) continue;
      await expectChanged('double', [...before, line, line, ...after], index + 2);
      await expectChanged('swap', [...before, next, line, ...rest], index + 1);
    }
    expect(missed).toEqual([]);
    // Behind the seal, a line more is newer.
    const last = lines.at(-1) as Buffer;
    expect(await verdict.of(Buffer.concat([whole, last]))).toMatchObject({ status: 'TAIL', lines: lines.length + 1 });
  });

  it('says how much is left of a file that was cut', async () => {
    const verdict = await sealed();
    for (let end = 0; end < whole.length; end += 97) {
      const { status, lines: left } = await verdict.of(whole.subarray(0, end));
      expect([end, status, left]).toEqual([
        end,
        'TRUNCATED',
        whole.subarray(0, end).filter((byte) => byte === 0x0a).length,
      ]);
    }
  });
});
