import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeForTerminal, escapeJsonForTerminal, oneLine } from '../../src/base/safe-text.ts';

/** Text in which hostile characters are as likely as others. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.integer({ min: 0x10000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
      fc.constantFrom(
        '\x1b',
        '\x9b',
        '\r',
        '\n',
        '\t',
        '\u202e',
        '\u2066',
        '\u200d',
        '\ufe0f',
        '\u{e0041}',
        '\u{e0101}',
      ),
      fc.constantFrom('\ud83d', '\ude00', '👩', '🚀', '🏽', 'a', '1', '\\', '"'),
    ),
  )
  .map((pieces) => pieces.join(''));

describe('escapeForTerminal', () => {
  it.each([
    ['erase display', '\x1b[2J', '^[[2J'],
    ['a link', '\x1b]8;;http://evil\x07x', '^[]8;;http://evil^Gx'],
    ['the clipboard', '\x1b]52;c;aGk=\x07', '^[]52;c;aGk=^G'],
    ['C1 CSI', '\u009b31m', '\\u{9b}31m'],
    ['DEL', 'a\x7f', 'a^?'],
    ['CR', 'shown\rhidden', 'shown^Mhidden'],
    ['backspace', 'a\bb', 'a^Hb'],
    ['NUL', 'a\0b', 'a^@b'],
    ['right to left override', 'a\u202etxt.exe', 'a\\u{202e}txt.exe'],
    ['isolates', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['direction marks', '\u200e\u200f\u061c', '\\u{200e}\\u{200f}\\u{61c}'],
    ['zero width', 'a\u200bb\u200c\u2060\ufeff\u00ad', 'a\\u{200b}b\\u{200c}\\u{2060}\\u{feff}\\u{ad}'],
    ['tag characters', 'hi\u{e0048}\u{e0049}', 'hi\\u{e0048}\\u{e0049}'],
    ['variation selectors that hide data', 'a\ufe01\u{e0100}', 'a\\u{fe01}\\u{e0100}'],
    ['fillers', '\u3164\u115f\uffa0', '\\u{3164}\\u{115f}\\u{ffa0}'],
    ['line separators', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
    ['lone surrogates', 'a\ud83db\ude00', 'a\ufffdb\ufffd'],
    ['a joiner between letters', 'a\u200db', 'a\\u{200d}b'],
    ['a joiner after an emoji, before a letter', '👩\u200db', '👩\\u{200d}b'],
  ])('shows %s', (_name, text, shown) => {
    expect(escapeForTerminal(text)).toBe(shown);
  });

  it.each(['plain', 'two\nlines\tand a tab', 'naïve 日本語 العربية', '👩‍💻 👩🏽‍🚀 ❤️ 🏳️‍🌈 1️⃣ 👨‍👩‍👧', '😀'])(
    'leaves %j alone',
    (text) => {
      expect(escapeForTerminal(text)).toBe(text);
    },
  );

  it('only ever gives characters that a terminal shows', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = escapeForTerminal(text);
        expect(shown).not.toMatch(/\p{Surrogate}/u);
        // Written out again, so that a hole in the class that the source uses is found.
        for (const character of shown) expect(isHarmless(character.codePointAt(0)!)).toBe(true);
        expect(escapeForTerminal(shown)).toBe(shown);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('oneLine', () => {
  it('shows line feeds and tabs as well', () => {
    expect(oneLine('a\nb\tc\x1b')).toBe('a^Jb^Ic^[');
  });
});

describe('escapeJsonForTerminal', () => {
  it('writes hostile characters as JSON escapes', () => {
    expect(escapeJsonForTerminal('"\u202e\x7f\u009b\u{e0041}👩‍💻"')).toBe('"\\u202e\\u007f\\u009b\\udb40\\udc41👩‍💻"');
  });

  it('turns a carriage return between values into a space', () => {
    expect(escapeJsonForTerminal('{"a":\r1}')).toBe('{"a": 1}');
  });

  it('keeps the value and shows nothing hostile', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        const shown = escapeJsonForTerminal(JSON.stringify(value));
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(escapeForTerminal(shown)).toBe(shown);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Joiner and emoji selector are harmless by themselves; their places are tested above. */
function isHarmless(code: number): boolean {
  const hidden: [number, number][] = [
    [0x00, 0x08],
    [0x0b, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
    [0x115f, 0x1160],
    [0x17b4, 0x17b5],
    [0x180b, 0x180f],
    [0x200b, 0x200c],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x206f],
    [0x3164, 0x3164],
    [0xd800, 0xdfff],
    [0xfe00, 0xfe0e],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
    [0xfff0, 0xfffb],
    [0x1d173, 0x1d17a],
    [0xe0000, 0xe0fff],
  ];
  return !hidden.some(([first, last]) => code >= first && code <= last);
}
