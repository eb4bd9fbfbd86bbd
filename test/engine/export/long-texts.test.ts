import { describe, expect, it } from 'vitest';
import { diffHtml } from '../../../src/engine/export/html/text/diff.ts';
import { escapeLine, pre, safe } from '../../../src/engine/export/html/text/escape.ts';
import { showImages } from '../../../src/engine/export/html/text/images.ts';
import { jsonBlock } from '../../../src/engine/export/html/text/json-text.ts';
import { foldedText } from '../../../src/engine/export/html/text/long-text.ts';
import { showMarks } from '../../../src/engine/export/html/text/marks.ts';
import { prose } from '../../../src/engine/export/html/text/prose.ts';
import { code, codeCell, fenced, html, inline, quoted } from '../../../src/engine/export/markdown/inert.ts';
import { parsePatch } from '../../../src/model/patch.ts';
import { processorTime } from '../../support/processor-time.ts';

/** Functions that read recorded text, each with the most that it reads in the way that takes longest. */
const readers: [name: string, most: number, read: (text: string) => unknown][] = [
  ['inline', 1_000_000, inline],
  ['code', 1_000_000, code],
  ['codeCell', 1_000_000, codeCell],
  ['fenced', 1_000_000, fenced],
  ['quoted', 200_000, quoted],
  ['quoted, longer', 1_000_000, quoted],
  ['html', 1_000_000, html],
  ['prose', 100_000, prose],
  ['prose, longer', 1_000_000, prose],
  ['jsonBlock', 200_000, jsonBlock],
  ['jsonBlock, longer', 1_000_000, jsonBlock],
  ['safe', 1_000_000, safe],
  ['escapeLine', 1_000_000, escapeLine],
  ['pre', 1_000_000, pre],
  ['foldedText', 1_000_000, (text) => foldedText(text, 'Text')],
  ['showMarks', 1_000_000, showMarks],
  ['showImages', 1_000_000, (text) => showImages([`data:image/png;base64,${text}`])],
  ['diffHtml', 1_000_000, (text) => diffHtml(parsePatch(`*** Begin Patch\n*** Update File: a\n${text}`) ?? [])],
];

/** What may stand in great numbers, and what stands before and behind it so that it leads nowhere. */
const fillers = [' ', '\n', '\t', '#', '`', '~', '[', '[]', '[],', '{', '"\\', '*a_ ', '<', '\u202e', 'a|', '+a\n-b\n'];
const frames = [
  ['', 'x'],
  ['# a', 'b'],
  ['```\n', '`'],
  ['[redacted:', ']'],
] as const;

/** What is not linear shows in a fifth of it as well; the full suite reads all. */
const scale = process.env.MODE === 'full' ? 1 : 5;

describe.each(readers)('%s', (_, longest, read) => {
  const most = longest / scale;

  it.each(fillers)('takes a time in proportion to a text of %j', (filler) => {
    for (const [before, behind] of frames) {
      const text = (length: number) => before + filler.repeat((length - 20) / filler.length) + behind;
      expect(growth(read, text(most / 4), text(most))).toBeLessThan(13);
    }
  });
});

describe('runs of backticks of many lengths', () => {
  const text = (longest: number) => Array.from({ length: longest }, (_, at) => `${'`'.repeat(at + 1)}a`).join('');

  it.each([
    ['quoted', quoted],
    ['prose', prose],
  ] as const)('%s looks for the end of none of them twice', (_, read) => {
    expect(growth(read, text(200), text(400))).toBeLessThan(13);
  });
});

/** How much longer the second takes, which is four times the first: 4 in proportion, 16 with the square. The best of some trials. */
function growth(read: (text: string) => unknown, first: string, second: string): number {
  // What takes next to no time cannot be compared: with the square, it would be seconds.
  let short = 10;
  let long = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 8 && long / short > 6; trial++) {
    long = Math.min(long, timeOf(read, second));
    if (trial === 0) short = Math.max(short, timeOf(read, first));
  }
  return long / short;
}

function timeOf(read: (text: string) => unknown, text: string): number {
  return processorTime(() => read(text), 1);
}
