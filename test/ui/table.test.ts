import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noColours } from '../../src/ui/colour.ts';
import { type Column, createTable } from '../../src/ui/table.ts';
import { displayWidth, truncate } from '../../src/ui/text-width.ts';

const columns: Column[] = [
  { title: 'ID', width: 6 },
  { title: 'SIZE', width: 5, align: 'right' },
  { title: 'TEXT', width: 'rest' },
];

describe('createTable', () => {
  it('lines up wide characters and emoji, old and new', () => {
    const table = createTable(columns, 30, noColours);
    const rows = table.rows([
      ['a', '1', 'plain'],
      ['日本', '22', '日本語のとても長いテキスト'],
      ['🚀', '333', 'x'],
      ['🫠', '4', '👩‍💻 at work'],
      ['é', '5', 'e\u0301'],
    ]);
    expect(table.header() + rows).toBe(
      [
        'ID       SIZE  TEXT',
        'a           1  plain',
        '日本       22  日本語のとても…',
        '🚀        333  x',
        '🫠          4  👩‍💻 at work',
        'é           5  e\u0301',
        '',
      ].join('\n'),
    );
  });

  it('puts every row on one safe line', () => {
    const table = createTable(columns, 60, noColours);
    expect(table.rows([['a', '1', 'two\nlines\r\n\tand \x1b[31mred \u202e']])).toBe(
      'a           1  two lines and ^[[31mred \\u{202e}\n',
    );
  });

  it('lets a cell go on below, for as many lines as it may', () => {
    const table = createTable([...columns.slice(0, 2), { title: 'TEXT', width: 'rest', lines: 3 }], 30, noColours);
    const rows = table.rows([
      ['a', '1', 'short'],
      ['b', '2', 'touched within the last hour: 日本語 too'],
      ['c', '3', 'some words more than fit into three lines of a narrow column'],
    ]);
    expect(rows).toBe(
      [
        'a           1  short',
        'b           2  touched within',
        '               the last hour:',
        '               日本語 too',
        'c           3  some words more',
        '               than fit into',
        '               three lines of…',
        '',
      ].join('\n'),
    );
  });

  it('has no colours of its own', () => {
    const table = createTable(columns, 60, noColours);
    expect(table.header() + table.rows([['a', '1', 'b']])).not.toContain('\x1b');
  });

  it('never gets wider than the terminal', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.tuple(text, text, text), fc.integer({ min: 23, max: 90 }), (row, width) => {
        const lines = createTable(columns, width, noColours).rows([row]);
        expect(lines.endsWith('\n')).toBe(true);
        expect(displayWidth(lines.slice(0, -1))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('truncate', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly', 7, 'exactly'],
    ['one too many', 11, 'one too ma…'],
    ['日本語', 5, '日本…'],
    ['日本語', 6, '日本語'],
    ['👩‍💻👩‍💻', 3, '👩‍💻…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['', 0, ''],
  ])('%j to %d is %j', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  it('cuts long text, also when little of it has a width', () => {
    expect(truncate('x'.repeat(5_000_000), 5)).toBe('xxxx…');
    expect(displayWidth(truncate(`a${'\u0301'.repeat(5_000_000)}`, 5))).toBeLessThanOrEqual(5);
  });
});
