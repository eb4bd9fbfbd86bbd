import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMarkdown, openMarkdownStream, parseMarkdown } from '../../../src/tui/transcript/markdown.ts';
import { loadColours, noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { processorTime } from '../../support/processor-time.ts';

const colours = await loadColours();

describe('Markdown on a terminal', () => {
  it('shows headings, lists, quotes, code and rules', () => {
    const text = [
      '# Title',
      'Some text',
      'of two lines',
      '',
      '- one',
      '  - inside',
      '    of two lines',
      '- two',
      '',
      '  still two',
      '10. ten',
      '',
      '> quoted',
      '> - item',
      '',
      '```ts',
      'const a = `*b*`;',
      '',
      '  indented',
      '```',
      '***',
      'end',
    ].join('\n');
    expect(plainRows(text, 40)).toEqual([
      '# Title',
      'Some text',
      'of two lines',
      '',
      '- one',
      '  - inside',
      '    of two lines',
      '- two',
      '',
      '  still two',
      '10. ten',
      '',
      '│ quoted',
      '│ - item',
      '',
      '```ts',
      'const a = `*b*`;',
      '',
      '  indented',
      '```',
      '─'.repeat(40),
      'end',
    ]);
  });

  it.each([
    ['a **bold** word', 'a {bold|bold} word'],
    ['an *italic* and _another_', 'an {italic|italic} and {italic|another}'],
    ['***both***', '{bold|both}'],
    ['~~gone~~', '{dim|gone}'],
    ['`code *x*` and ``a`b``', '{cyan|code *x*} and {cyan|a`b}'],
    ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
    ['open ** and `tick', 'open ** and `tick'],
    ['a\\*b\\_', 'a*b_'],
    ['[text](https://a.example/x)', '{underline|text}{dim| (https://a.example/x)}'],
    ['[https://good.example](https://evil.example)', '{underline|https://good.example}{dim| (https://evil.example)}'],
    ['<https://a.example>', '{underline|https://a.example}'],
    ['see https://a.example/b_c_d.', 'see {underline|https://a.example/b_c_d}.'],
    ['![alt](x.png)', '{dim|image: }{underline|alt}{dim| (x.png)}'],
    ['[no link] (x)', '[no link] (x)'],
  ])('knows emphasis, code and links: %s', (text, expected) => {
    expect(styledRows(text, 80)).toEqual([expected]);
  });

  it('keeps all marks where there are no colours', () => {
    expect(plainRows('a **b** `c` [d](e)', 80)).toEqual(['a **b** `c` [d](e)']);
  });

  it('fits the columns of tables', () => {
    const text = '| name | what |\n|:--|--:|\n| a | 1 |\n| 日本 | `x` and more text than there is room for |\n\nend';
    expect(styledRows(text, 30)).toEqual([
      '{bold|name}{dim| │ }                   {bold|what}',
      '{dim|─────┼────────────────────────}',
      'a   {dim| │ }                      1',
      '日本{dim| │ }   {cyan|x} and more text than',
      '    {dim| │ }      there is room for',
      '',
      'end',
    ]);
    for (const row of plainRows(text, 12)) expect(displayWidth(row)).toBeLessThanOrEqual(12);
  });

  it('shows all of a long table in columns that may become wider', () => {
    const rows = Array.from({ length: 150 }, (_, at) => `| ${at} | ${'x'.repeat(at % 9)} |`);
    const shown = plainRows(['| n | x |', '|---|---|', ...rows].join('\n'), 40);
    expect(shown).toHaveLength(152);
    expect(new Set(shown.map((row) => row.search(/[│┼]/)))).toEqual(new Set([3, 4]));
  });

  it('shows what is too much for a table', () => {
    expect(plainRows('| a | b |\n|--|--|\n| 1 | 2 | 3 |', 40)[2]).toBe('1 │ 2 | 3');
  });
});

const letters = [
  'a',
  'b ',
  '日',
  '👩‍👩‍👧',
  '*',
  '**',
  '_',
  '`',
  '```\n',
  '[',
  '](x)',
  '|',
  '|--|--|\n',
  '\n',
  '\n\n',
  '- ',
  '1. ',
  '  ',
  '> ',
  '# ',
  '---',
  '\\',
  '\r\n',
  '\t',
  '\u001b[31m',
  '\u202e',
];
const texts = fc.array(fc.constantFrom(...letters), { maxLength: 60 }).map((parts) => parts.join(''));

describe('a text that comes in pieces', () => {
  it('never changes what is finished, wherever it is cut', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const whole = parseMarkdown(text);
        for (let at = 0; at <= text.length; at++) {
          const parser = openMarkdown();
          const finished = parser.push(text.slice(0, at));
          expect(finished).toEqual(whole.slice(0, finished.length));
          const rest = [...parser.push(text.slice(at)), ...parser.end()];
          expect([...finished, ...rest]).toEqual(whole);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is shown as it would be if it ended there', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 20, max: 60 }), (text, columns) => {
        const stream = openMarkdownStream({ columns, colours });
        const rows: string[] = [];
        let shown = rows;
        for (const piece of text.match(/[\s\S]{1,7}/gu) ?? []) {
          const { finished, pending } = stream.push(piece);
          rows.push(...finished);
          shown = [...rows, ...pending];
        }
        expect(shown).toEqual(rowsOf(text, columns));
        expect([...rows, ...stream.end()]).toEqual(shown);
      }),
      { numRuns: 150 },
    );
  });

  it('loses no letter', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = plainRows(text, 40).join('');
        for (const letter of ['a', 'b', '日']) expect(shown.split(letter).length).toBe(text.split(letter).length);
      }),
    );
  });

  it('finishes what is long before it ends', () => {
    for (const part of ['word ', 'x', '日', '- item\n', 'line\n', '| a | b |\n', '```', '> ', '*a ', '[', '**', '`a']) {
      const stream = openMarkdownStream({ columns: 80, colours });
      const text = `| h | h |\n|--|--|\n${part.repeat(Math.ceil(60_000 / part.length))}`;
      let most = 0;
      for (let at = 0; at < text.length; at += 2000) {
        most = Math.max(most, stream.push(text.slice(at, at + 2000)).pending.join('').length);
      }
      expect(most).toBeLessThan(40_000);
    }
  });

  it('takes time that grows with its length alone', () => {
    const took = (text: string) =>
      processorTime(() => {
        const stream = openMarkdownStream({ columns: 80, colours });
        for (let at = 0; at < text.length; at += 500) stream.push(text.slice(at, at + 500));
        stream.end();
      });
    for (const part of ['*a_ ', '[', '`a``', '> ', '- ', '| a ', '~~a', '[a](', '\\', 'https://']) {
      const once = Math.max(20, took(part.repeat(20_000 / part.length)));
      expect(took(part.repeat(160_000 / part.length))).toBeLessThan(once * 40);
    }
  });
});

describe('hostile Markdown', () => {
  it('sends nothing to the terminal but text and colours', () => {
    for (const text of hostileTexts) {
      for (const wrapped of [
        text,
        `- ${text}`,
        `> ${text}`,
        `\`\`\`\n${text}\n`,
        `| a |\n|--|\n| ${text} |`,
        `[${text}](${text})`,
      ]) {
        for (const columns of [20, 80]) {
          for (const row of rowsOf(wrapped, columns)) {
            expect(row.replaceAll(/\u001b\[(?:\d|22|23|24|27|36|39)m/g, '')).not.toMatch(
              /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]/,
            );
            expect(displayWidth(row)).toBeLessThanOrEqual(columns);
          }
        }
      }
    }
  });
});

function rowsOf(text: string, columns: number): string[] {
  const stream = openMarkdownStream({ columns, colours });
  return [...stream.push(text).finished, ...stream.end()];
}

function plainRows(text: string, columns: number): string[] {
  const stream = openMarkdownStream({ columns, colours: noColours });
  return [...stream.push(text).finished, ...stream.end()].map((row) => row.trimEnd());
}

function styledRows(text: string, columns: number): string[] {
  const named = Object.fromEntries(
    Object.keys(noColours).map((style) => [style, (part: string) => `{${style}|${part}}`]),
  ) as unknown as typeof noColours;
  const stream = openMarkdownStream({ columns, colours: named });
  return [...stream.push(text).finished, ...stream.end()];
}
