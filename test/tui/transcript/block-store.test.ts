import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockStore } from '../../../src/tui/transcript/block-store.ts';
import { blockKinds, createBlockMaker, type TranscriptBlock } from '../../../src/tui/transcript/blocks.ts';
import { leads, type Paragraph } from '../../../src/ui/transcript/paragraph.ts';
import { lines, Script } from './session.ts';

const lead = fc.oneof(fc.constantFrom(...Object.values(leads)), fc.record({ first: fc.string(), rest: fc.string() }));
const span = fc.record(
  {
    text: fc.string({ unit: 'grapheme' }),
    style: fc.constantFrom('bold' as const, 'dim' as const, 'red' as const),
    more: fc.constant(true as const),
  },
  { requiredKeys: ['text'] },
);
const paragraph: fc.Arbitrary<Paragraph> = fc.record(
  { lead, text: fc.array(span, { maxLength: 3 }), rule: fc.constant(true as const) },
  { requiredKeys: ['lead', 'text'] },
);
const block: fc.Arbitrary<TranscriptBlock> = fc.record({
  seq: fc.nat(),
  turn: fc.nat(1000),
  kind: fc.constantFrom(...blockKinds),
  at: fc.option(fc.string()),
  about: fc.option(fc.string()),
  joins: fc.boolean(),
  isDimmed: fc.boolean(),
  isCut: fc.boolean(),
  paragraphs: fc.array(paragraph, { maxLength: 4 }),
});

describe('the blocks of a session', () => {
  it('come back as they were, also when many are packed', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (some) => {
        const store = new BlockStore();
        const all = Array.from({ length: 600 }, (_, at) => ({
          ...(some[at % some.length] as TranscriptBlock),
          seq: at >> 1,
        }));
        const long = { lead: leads.quote, text: [{ text: 'x'.repeat(300) }] };
        for (const each of all) store.add({ ...each, paragraphs: [...each.paragraphs, long] });
        for (const at of [0, 599, 1, 300, 598, 299]) {
          const each = all[at] as TranscriptBlock;
          expect(store.get(at)).toEqual({ ...each, paragraphs: [...each.paragraphs, long] });
          expect([store.seqAt(at), store.turnAt(at), store.kindAt(at), store.isCutAt(at)]).toEqual([
            ...[each.seq, each.turn, each.kind, each.isCut],
          ]);
          expect(store.indexOf(at >> 1)).toBe((at >> 1) * 2);
        }
        expect(store.indexOf(300)).toBe(-1);
      }),
      { numRuns: 20 },
    );
  });

  it('take little room, however many there are', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = () => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const store = new BlockStore();
    const before = used();
    const count = 500_000;
    for (let at = 0; at < count; at++) {
      const text = [{ text: `some words of turn ${at >> 2}, done ${(at * 31) % 1009}` }];
      store.add({
        ...{ seq: at, turn: at >> 2, kind: 'user', at: '2026-01-02T03:04:05.000Z', about: null },
        ...{ joins: false, isDimmed: false, isCut: false, paragraphs: [{ lead: leads.user, text }] },
      });
    }
    const each = (used() - before) / count;
    expect(store.get(count >> 1).seq).toBe(count >> 1);
    expect(each).toBeLessThan(12);
  });

  it('know their kind, their call and whether there is more', () => {
    const script = new Script()
      .turn('go')
      .thinks('short')
      .runs('c1', 'make', lines(60))
      .patches('p1', 'a.ts', '+x')
      .says('done')
      .add({ type: 'Unknown', record_type: 'x', raw_text: '{}' });
    const { add } = createBlockMaker({ most: () => 1000 });
    const blocks = script.events.flatMap(add);
    expect(blocks.map(({ kind, about, joins, isCut }) => [kind, about, joins, isCut])).toEqual([
      ['session', null, false, false],
      ['turn', null, false, false],
      ['user', null, false, false],
      ['reasoning', null, false, false],
      ['call', 'c1', false, false],
      ['result', 'c1', true, true],
      ['diff', 'p1', false, false],
      ['agent', null, false, false],
      ['unknown', null, false, true],
    ]);
  });

  it('have no more letters than they may', () => {
    const { add } = createBlockMaker({ most: () => 1000 });
    const script = new Script()
      .turn('x'.repeat(5000))
      .says(`${'a'.repeat(999)}👩`)
      .runs('c', 'ls', 'y\n'.repeat(5000));
    for (const { paragraphs } of script.events.flatMap(add)) {
      const text = paragraphs.flatMap((each) => each.text.map((span) => span.text)).join('');
      expect(text.length).toBeLessThanOrEqual(1010);
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }
  });
});
