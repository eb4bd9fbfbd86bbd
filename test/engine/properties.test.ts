import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { idOf, makeHome, zstdFrame } from '../builders.ts';
import { runHere } from '../support/run-here.ts';
import { type HostileLine, hostileLine } from './hostile-lines.ts';

const home = makeHome();
const id = idOf(1);

/** Each file holds forty lines: ten thousand in all. */
const files = fc.array(hostileLine, { minLength: 40, maxLength: 40 });

describe('ten thousand hostile lines', () => {
  it('come through', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(files, async (lines) => {
        const text = lines.map((line) => line.text).join('');
        home.rollout(id, text);
        expect((await run(['show', '--raw', id])).out).toBe(text);
        const { out, err } = await run(['show', id]);
        expect(err).not.toContain('this is a fault');
        expectAllShown(lines, linesOf(out));
        const again = await run(['show', '-'], out);
        expect([again.code, again.out]).toEqual([0, out]);
      }),
      { numRuns: 250 },
    );
  });

  it('can be compressed, told to people, listed and filtered', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (lines) => {
        const text = lines.map((line) => line.text).join('');
        home.rollout(id, text);
        const compressed = home.write('compressed.jsonl.zst', zstdFrame(text));
        expect((await run(['show', '--raw', compressed])).out).toBe(text);
        for (const argv of [
          ['show', '--no-pager', id],
          ['show', '--no-pager', '--effective', id],
          ['ls', '--no-pager'],
        ]) {
          const { code, out, err } = await run(argv, '', true);
          expect([0, 3]).toContain(code);
          expect(out.replaceAll(/\x1b\[[\d;]*m/g, '')).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/);
          expect(err).not.toContain('this is a fault');
        }
        const { out } = await run(['show', '--raw', '--type', 'ResponseItem', id]);
        expect(out).toBe(lines.flatMap((line) => (line.type === 'response_item' ? line.text : [])).join(''));
      }),
      { numRuns: 40 },
    );
  });
});

/** Every line is one event, on one line of JSON, as the schema allows it, with nothing lost that is passed on. */
function expectAllShown(lines: HostileLine[], printed: string[]): void {
  const events = printed.map((line) => JSON.parse(line));
  for (const event of events) expect(validateEvent(event)).toMatchObject({ ok: true });
  const recorded = printed.filter((_line, index) => !events[index].synthetic);
  const numbers = events.filter(({ synthetic }) => !synthetic).map(({ line }) => line);
  expect(numbers).toEqual(lines.flatMap(({ isBlank }, index) => (isBlank ? [] : [index + 1])));
  for (const [index, { kept, digits }] of lines.filter(({ isBlank }) => !isBlank).entries()) {
    if (kept !== null) expect(recorded[index]).toContain(kept);
    for (const number of digits) expect(recorded[index]).toContain(number);
  }
}

async function run(argv: string[], stdin = '', tty = false) {
  const { code, out, err } = await runHere(argv, { env: { CODEX_HOME: home.path, NO_COLOR: '1' }, stdin, tty });
  return { code, out: out.toString(), err };
}

function linesOf(out: string): string[] {
  return out === '' ? [] : out.replace(/\n$/, '').split('\n');
}
