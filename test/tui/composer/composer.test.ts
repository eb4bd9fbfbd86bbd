import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completableAt, complete, matching } from '../../../src/tui/composer/completion.ts';
import { pressInComposer } from '../../../src/tui/composer/composer-keys.ts';
import {
  type Composer,
  composerWith,
  cutAll,
  emptyComposer,
  promptOf,
  putBefore,
  walk,
} from '../../../src/tui/composer/composer-state.ts';
import { layOut } from '../../../src/tui/composer/text-rows.ts';
import { KeyParser } from '../../../src/tui/keys/parse-keys.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';

const ESC = '\u001b';
const keys = {
  left: `${ESC}[D`,
  right: `${ESC}[C`,
  up: `${ESC}[A`,
  down: `${ESC}[B`,
  newLine: `${ESC}\r`,
  back: '\u007f',
};

describe('the composer', () => {
  it('sends what was typed, trimmed, and is empty then', () => {
    const { composer, sent } = type(' hello there ', '\r');
    expect([composer.text, sent]).toEqual(['', [{ text: 'hello there', images: [] }]]);
  });

  it('sends nothing when there is nothing', () => {
    expect(type('\r', '  ', '\r').sent).toEqual([]);
  });

  it.each([keys.newLine, '\n', '\\\r'])('begins a line with %j', (newLine) => {
    expect(type('one', newLine, 'two').composer.text).toBe('one\ntwo');
  });

  it('moves and deletes by what people take for a character', () => {
    const text = 'a👩‍👩‍👧e\u0301👍🏽';
    expect(type(text, keys.back, keys.back, keys.back).composer.text).toBe('a');
    expect(type(text, keys.left, keys.left, 'x').composer.text).toBe('a👩‍👩‍👧xe\u0301👍🏽');
    expect(type('日本', keys.left, `${ESC}[3~`).composer.text).toBe('日');
  });

  it('moves by words, lines and rows', () => {
    expect(type('one two', `${ESC}b`, '_').composer.text).toBe('one _two');
    expect(type('one\ntwo', '\u0001', '_').composer.text).toBe('one\n_two');
    expect(type('first line\nx\nthird line', keys.up, keys.up, '_').composer.text).toBe('first line_\nx\nthird line');
    expect(type(`${'x'.repeat(25)}`, keys.up, '_').composer.text).toBe(`${'x'.repeat(5)}_${'x'.repeat(20)}`);
  });

  it('cuts, puts back and undoes', () => {
    expect(type('one two', '\u0017', 'x', '\u0019').composer.text).toBe('one xtwo');
    expect(type('one two', '\u0015', '\u001f').composer.text).toBe('one two');
    expect(type('one two', '\u001f', '\u001f').composer.text).toBe('');
    expect(type('a\nb', keys.up, '\u000b').composer.text).toBe('ab');
  });

  it('walks through earlier prompts, and back to what was being written', () => {
    const earlier = ['first', 'second\nof two lines'];
    const walked = type('draft', keys.up);
    expect(walked.composer.text).toBe('draft');
    const back = typeWith(earlier, 'draft', keys.up);
    expect(back.composer.text).toBe('second\nof two lines');
    expect(typeWith(earlier, 'draft', keys.up, keys.up, keys.up).composer.text).toBe('first');
    expect(typeWith(earlier, 'draft', keys.up, keys.up, keys.up, keys.down, keys.down).composer.text).toBe('draft');
    expect(typeWith(earlier, 'draft', keys.up, keys.up, keys.up, keys.up, 'x').composer.walk).toBeNull();
  });

  it('has a placeholder for a long paste, which is sent whole', () => {
    const long = 'line\n'.repeat(40);
    const { composer } = type('see ', pasted(long));
    expect(composer.text).toBe('see [paste 1: 41 lines]');
    expect(run(composer, '\r').sent[0]?.text).toBe(`see ${long}`.trim());
    expect(run(composer, keys.back).composer.text).toBe('see ');
    expect(type(pasted('short\ntext')).composer.text).toBe('short\ntext');
  });

  it('does not expand a placeholder within a paste', () => {
    const long = `[paste 2: 41 lines]${'\n'.repeat(20)}`;
    const { sent } = type(pasted(long), pasted('b\n'.repeat(40)), '\r');
    expect(sent[0]?.text).toBe((long + 'b\n'.repeat(40)).trim());
  });

  it.each([
    ["'/tmp/a b.png'", ['/tmp/a b.png']],
    ['/tmp/a\\ b.PNG ./c.jpg', ['/tmp/a b.PNG', './c.jpg']],
    ['file:///tmp/a%20b.webp', ['/tmp/a b.webp']],
  ])('takes %s for images', (text, images) => {
    const { composer } = type(pasted(text));
    expect(composer.text).toMatch(/^\[image 1: /);
    expect(run(composer, '\r').sent[0]?.images).toEqual(images);
  });

  it('leaves an image out whose placeholder was deleted', () => {
    expect(type(pasted('/tmp/a.png'), keys.back, keys.back, 'x', '\r').sent).toEqual([{ text: 'x', images: [] }]);
  });

  it('puts a long paste and an image back whole, also when something was sent or all was undone in between', () => {
    const long = 'line\n'.repeat(40);
    const cut = type(pasted(long), pasted('/tmp/a.png'), '\u0015').composer;
    const sent = { text: `${long}[image 1: a.png]`, images: ['/tmp/a.png'] };
    expect(run(cut, 'hello\r', '\u0019\r').sent[1]).toEqual(sent);
    expect(run(cut, '\u001f\u001f\u001f', '\u0019\r').sent).toEqual([sent]);
    expect(run(cutAll(type(pasted(long)).composer), '\u0019\r').sent[0]?.text).toBe(long.trim());
  });

  it('numbers what stands in the text, each kind by itself', () => {
    const a = pasted('/tmp/a.png');
    expect(type(a, '\u0015', pasted('/tmp/b.png')).composer.text).toBe('[image 1: b.png] ');
    expect(type(pasted('line\n'.repeat(40)), a).composer.text).toBe('[paste 1: 41 lines][image 1: a.png] ');
    expect(type(a, a).composer.text).toBe('[image 1: a.png] [image 2: a.png] ');
  });

  it('gives what is put back a number of its own beside something else that has it', () => {
    const other = pasted('/tmp/other/a.png');
    const { composer } = type(pasted('/tmp/a.png'), '\u0015', other, '\u0019');
    expect(composer.text).toBe('[image 1: a.png] [image 2: a.png] ');
    expect(promptOf(composer).images).toEqual(['/tmp/other/a.png', '/tmp/a.png']);
    // The same once more needs no other name.
    expect(promptOf(type(other, '\u0015', '\u0019', '\u0019').composer).images).toEqual(['/tmp/other/a.png']);
    const joined = putBefore(type(other).composer, type(pasted('/tmp/a.png')).composer);
    expect(promptOf(joined).images).toEqual(['/tmp/other/a.png', '/tmp/a.png']);
  });

  it('always has a cursor at a place, whatever is pressed', () => {
    const pieces = fc.constantFrom(
      'a',
      ' ',
      '日本',
      '👩‍👩‍👧',
      'e\u0301',
      '\t',
      ESC,
      ...Object.values(keys),
      '\u0001',
      '\u000b',
      '\u0019',
      '\u001f',
      '\u0017',
      pasted('x\ny'),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), fc.integer({ min: 4, max: 30 }), (typed, width) => {
        const { composer } = run(emptyComposer, ...typed);
        expect(composer.cursor).toBeGreaterThanOrEqual(0);
        expect(composer.cursor).toBeLessThanOrEqual(composer.text.length);
        const { rows, row, column } = layOut(composer.text, composer.cursor, width);
        expect(rows[row]).toBeDefined();
        expect(column).toBeLessThanOrEqual(width);
        for (const { shown } of rows) expect(displayWidth(shown)).toBeLessThanOrEqual(Math.max(width, 8));
      }),
    );
  });
});

describe('an earlier prompt of any length', () => {
  it('comes back as what was pasted, and is sent whole', () => {
    const long = 'a line of it\n'.repeat(900).trim();
    const up = walk(emptyComposer, ['short', long], -1);
    expect(up.text).toBe('[paste 1: 900 lines]');
    expect(promptOf(up).text).toBe(long);
    expect(walk(up, ['short', long], -1)).toMatchObject({ text: 'short', attachments: [] });
  });
});

describe('completion', () => {
  it('finds commands at the beginning and files behind an @', () => {
    expect(completableAt(composerWith('/re'))).toEqual({ kind: 'command', command: '', letters: 're', from: 0, to: 3 });
    expect(completableAt(composerWith('see @src/ma'))).toEqual({
      kind: 'file',
      command: '',
      letters: 'src/ma',
      from: 4,
      to: 11,
    });
    const argument = { kind: 'argument', command: 'model', letters: 'a b', from: 7, to: 10 };
    expect(completableAt(composerWith('/model a b'))).toEqual(argument);
    expect(completableAt({ ...composerWith('/model a b'), cursor: 8 })).toBeNull();
    expect(completableAt(composerWith('me@example.org'))).toBeNull();
    expect(completableAt(composerWith('a /re'))).toBeNull();
  });

  it('puts the choice in', () => {
    const composer = composerWith('see @src/ma');
    const completable = completableAt(composer);
    expect(completable && complete(composer, completable, 'src/main.ts').text).toBe('see @src/main.ts ');
    expect(completable && complete(composer, completable, 'a b.ts').text).toBe('see @"a b.ts" ');
  });

  it('has what begins so first', () => {
    expect(matching(['new', 'resume', 'name', 'rename'], 'n')).toEqual(['new', 'name', 'rename']);
  });
});

function pasted(text: string): string {
  return `${ESC}[200~${text}${ESC}[201~`;
}

function type(...pieces: string[]) {
  return run(emptyComposer, ...pieces);
}

function typeWith(earlier: readonly string[], ...pieces: string[]) {
  return run(emptyComposer, ...pieces.map((piece) => ({ piece, earlier })));
}

function run(start: Composer, ...pieces: (string | { piece: string; earlier: readonly string[] })[]) {
  let composer = start;
  const sent: { text: string; images: readonly string[] }[] = [];
  for (const each of pieces) {
    const { piece, earlier } = typeof each === 'string' ? { piece: each, earlier: [] } : each;
    const parser = new KeyParser();
    for (const key of [...parser.push(Buffer.from(piece)), ...parser.flush()]) {
      const pressed = pressInComposer(composer, key, 20, earlier);
      composer = pressed.composer;
      if (pressed.send) sent.push(pressed.send);
    }
  }
  return { composer, sent };
}
