import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../src/tui/keys/key.ts';
import { KeyParser } from '../../../src/tui/keys/parse-keys.ts';
import { UnmarkedPaste } from '../../../src/tui/keys/unmarked-paste.ts';

const ESC = '\u001b';

/** What becomes of pieces, each some milliseconds after the one before: texts of pastes in brackets. */
function taken(...pieces: [text: string, after?: number][]): string[] {
  const parser = new KeyParser();
  const pastes = new UnmarkedPaste();
  let now = 0;
  return pieces.flatMap(([text, after = 0]) => {
    now += after;
    const keys = pastes.take(parser.push(Buffer.from(text)), Buffer.byteLength(text), now);
    return keys.map((key) => (key.name === 'paste' ? `[${key.text}]` : nameOf(key)));
  });
}

describe('what is pasted on a terminal that puts no marks around it', () => {
  it.each([
    ['one\rtwo', ['[one\ntwo]']],
    ['one\r\n\ttwo 日本\r', ['[one\n\ttwo 日本\n]']],
    ['\rone\r\rtwo', ['[\none\n\ntwo]']],
    // What is typed, however much of it arrives at once.
    ['one\r', ['one', 'enter']],
    ['\rone', ['enter', 'one']],
    ['one\ntwo', ['one', 'ctrl-j', 'two']],
    ['one\t\r', ['one', 'tab', 'enter']],
    [`one\r${ESC}[Atwo`, ['one', 'enter', 'up', 'two']],
    ['one\r\u0003two', ['one', 'enter', 'ctrl-c', 'two']],
    [`${ESC}[200~one\rtwo${ESC}[201~`, ['[one\ntwo]']],
  ])('is known in %j', (text, keys) => {
    expect(taken([text])).toEqual(keys);
  });

  it('is one thing also where it comes in pieces, and ends with them', () => {
    const long = `${'x'.repeat(1200)}\ry`;
    expect(taken([long], ['end\r', 3], ['\r', 400])).toEqual([`[${long.replace('\r', '\n')}]`, '[end\n]', 'enter']);
    expect(taken([long], ['\r', 400])).toEqual([`[${long.replace('\r', '\n')}]`, 'enter']);
    expect(taken(['one\rtwo'], ['\r', 3])).toEqual(['[one\ntwo]', 'enter']);
  });
});
