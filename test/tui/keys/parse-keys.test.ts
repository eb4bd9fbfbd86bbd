import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../src/tui/keys/key.ts';
import { KeyParser } from '../../../src/tui/keys/parse-keys.ts';

const ESC = '\u001b';

describe('keys', () => {
  it.each([
    ['a', 'a'],
    ['\r', 'enter'],
    ['\t', 'tab'],
    ['\u007f', 'backspace'],
    ['\u0003', 'ctrl-c'],
    ['\n', 'ctrl-j'],
    ['\u0000', 'ctrl-space'],
    ['\u001c', 'ctrl-\\'],
    [`${ESC}[A`, 'up'],
    [`${ESC}OB`, 'down'],
    [`${ESC}[1;5C`, 'ctrl-right'],
    [`${ESC}[1;3D`, 'alt-left'],
    [`${ESC}[Z`, 'shift-tab'],
    [`${ESC}[3~`, 'delete'],
    [`${ESC}[5~`, 'page-up'],
    [`${ESC}[7~`, 'home'],
    [`${ESC}[15~`, 'f5'],
    [`${ESC}[24~`, 'f12'],
    [`${ESC}[[A`, 'f1'],
    [`${ESC}OP`, 'f1'],
    [`${ESC}b`, 'alt-b'],
    [`${ESC}B`, 'alt-shift-b'],
    [`${ESC}\r`, 'alt-enter'],
    [`${ESC}\u007f`, 'alt-backspace'],
    [`${ESC}ä`, 'alt-ä'],
    [`${ESC}[13;3u`, 'alt-enter'],
    [`${ESC}[97;5u`, 'ctrl-a'],
    [`${ESC}[97u`, 'a'],
    [`${ESC}[27;5;13~`, 'ctrl-enter'],
    [`${ESC}[27u`, 'escape'],
  ])('%j is %s', (bytes, name) => {
    expect(parse(bytes)).toEqual([name]);
  });

  it.each([
    `${ESC}[I`,
    `${ESC}[<0;1;2M`,
    `${ESC}[M !!`,
    `${ESC}]11;rgb:0/0/0\u0007`,
    `${ESC}P1+r${ESC}\\`,
    `${ESC}[97;1:3u`,
    `${ESC}[?62c`,
  ])('%j is none', (bytes) => {
    expect(parse(`${bytes}x`)).toEqual(['x']);
  });

  it('are text when several arrive as one', () => {
    expect(parse('hällo 👩‍💻')).toEqual(['hällo 👩‍💻']);
  });

  it('an Esc stands alone once nothing has followed', () => {
    const parser = new KeyParser();
    expect(parser.push(Buffer.from(ESC))).toEqual([]);
    expect(parser.isWaiting).toBe(true);
    expect(parser.flush().map(nameOf)).toEqual(['escape']);
    expect(parser.isWaiting).toBe(false);
  });

  it('two Esc are two, whatever follows', () => {
    expect(parse(`${ESC}${ESC}[A`)).toEqual(['escape', 'up']);
    const parser = new KeyParser();
    expect([...parser.push(Buffer.from(ESC + ESC)), ...parser.flush()].map(nameOf)).toEqual(['escape', 'escape']);
  });

  it('a paste is one, with the ends of its lines made LF', () => {
    const parser = new KeyParser();
    const keys = parser.push(Buffer.from(`${ESC}[200~one\r\ntwo\rthree${ESC}[A${ESC}[201~x`));
    expect(keys.map(({ name, text }) => [name, text])).toEqual([
      ['paste', `one\ntwo\nthree${ESC}[A`],
      ['text', 'x'],
    ]);
  });

  it('are the same in whatever pieces they come', () => {
    const whole = Buffer.from(`aé${ESC}[1;5C${ESC}OA${ESC}[200~x${ESC}[20y\r\n${ESC}[201~\r${ESC}[<35;1;2Mü\u0003`);
    const expected = new KeyParser().push(whole).map((key) => ({ ...key }));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 20 }), (cuts) => {
        const parser = new KeyParser();
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const keys = at.slice(1).flatMap((end, index) => parser.push(whole.subarray(at[index], end)));
        expect(joinText(keys)).toEqual(joinText(expected));
      }),
    );
  });

  it('no bytes make it fail, or wait without an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const parser = new KeyParser();
        parser.push(bytes);
        parser.flush();
      }),
    );
  });

  it('a paste of some megabytes takes no more than its length', () => {
    const parser = new KeyParser();
    parser.push(Buffer.from(`${ESC}[200~`));
    for (let i = 0; i < 500; i++) parser.push(Buffer.from('x'.repeat(8000)));
    const [key] = parser.push(Buffer.from(`${ESC}[201~`));
    expect(key?.text.length).toBe(4_000_000);
  });
});

function parse(text: string): string[] {
  return new KeyParser().push(Buffer.from(text)).map(nameOf);
}

function joinText(keys: readonly { name: string; text: string }[]): string[] {
  const joined: string[] = [];
  let wasText = false;
  for (const key of keys) {
    const isText = key.name === 'text';
    if (isText && wasText) joined.push((joined.pop() as string) + key.text);
    else joined.push(JSON.stringify(isText ? '' : key) + key.text);
    wasText = isText;
  }
  return joined;
}
