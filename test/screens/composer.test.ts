import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeRunRig, sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux } from '../support/tmux.ts';

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const hostile = 'a\u001b[2Jb\u001b]0;owned\u0007 \u202etxt.exe\u{e0041} 日本語 שלום 👩‍👩‍👧\ttab';

describe.skipIf(!hasTmux)('the line that is written in, in a terminal', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('takes several lines, pastes, files and images, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    rig.write('picture one.png', onePixel);
    mkdirSync(join(rig.work, 'some folder'));
    rig.write('some folder/notes 日本.md', 'n');
    rig.write('main.ts', 'm');
    const window = rig.run(
      [
        { expect: 'first 👩‍👩‍👧 line\nsecond\nthird', text: 'answer one' },
        { expect: `${hostile}\nend`, text: 'answer two' },
        { expect: 'line 300 of it\n) is long', text: 'answer three' },
        { expect: 'see @main.ts and @"some folder/notes 日本.md"', text: 'answer four' },
        { expect: 'image_url', text: 'answer five' },
        { expect: 'see @main.ts', text: 'answer six' },
      ],
      { size },
    );
    await window.shows('say what there is to do');
    window.type('first 👩‍👩‍👧 line');
    window.press('M-Enter');
    window.type('second\\');
    // All three at once would be a paste.
    await window.shows('second\\');
    window.press('Enter');
    window.type('thirx');
    window.press('BSpace');
    window.type('d');
    await window.shows(/› first 👩‍👩‍👧 line\n {2}second\n {2}third/);
    window.press('Enter');
    await window.shows('answer one');

    // What is pasted is text, whatever it does to a terminal, and is not sent by its line feeds.
    window.paste(`${hostile}\nend`);
    await window.shows(/\n {2}end$/m);
    expect(window.rows().join('')).toContain('^[[2Jb^[]0;owned^G');
    window.press('Enter');
    await window.shows('answer two');

    window.type('this (');
    window.paste(Array.from({ length: 300 }, (_, at) => `line ${at + 1} of it\n`).join(''));
    await window.shows('[paste 1: 301 lines]');
    window.type(') is long');
    window.press('Enter');
    await window.shows('answer three');
    expect(window.screen()).toContain('… the rest: Ctrl-T');
    expect(window.screen()).not.toContain('line 41 of it');

    window.type('see @min');
    await window.shows('▸ main.ts');
    window.press('Tab');
    window.type('and @notes');
    await window.shows('▸ some folder/notes');
    window.press('Enter');
    await window.shows(/@"some folder\/notes\s+日本.md"/);
    window.press('Enter');
    await window.shows('answer four');

    window.paste(join(rig.work, 'picture\\ one.png'));
    await window.shows('[image 1: picture one.png]');
    window.press('Enter');
    await window.shows('answer five');

    // What was said before comes back, of this run and in its order.
    window.press('Up', 'Up');
    await window.shows('› see @main.ts and');
    window.press('Enter');
    await window.shows('answer six');
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    expect(window.screen()).not.toContain('expects');
  });

  it('remembers what was said in other runs, and walks back to what was being written', async () => {
    const rig = makeRunRig(terminal);
    const first = rig.run([{ text: 'one' }], { words: "'from before'", size: sizes[1] });
    await first.shows('• one');
    first.press('C-d');
    expect(await first.ended()).toBe(0);
    const window = rig.run([{ text: 'two' }], { size: sizes[1] });
    await window.shows('say what there is to do');
    window.type('being written');
    await window.shows('› being written');
    window.press('Up');
    await window.shows('› from before');
    window.press('Down');
    await window.shows('› being written');
    window.press('C-u');
    await window.shows('say what');
    window.press('C-y');
    await window.shows('› being written');
    window.press('C-c');
    await window.shows('say what');
    window.press('C-c');
    await window.shows('Ctrl-C again leaves');
    window.press('C-c');
    expect(await window.ended()).toBe(0);
  });
});
