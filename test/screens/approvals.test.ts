import { afterAll, describe, expect, it } from 'vitest';
import { answer, untilKeysCount } from '../support/live-part.ts';
import { makeRunRig, shell, sizes } from '../support/run-in-tmux.ts';
import { hasSandbox } from '../support/sandbox-mode.ts';
import { hasTmux, startTmux } from '../support/tmux.ts';

describe.skipIf(!hasTmux)('questions of the agent in a terminal', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('are answered by keys, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const window = rig.run(
      [
        { delay: '1500ms', calls: [shell('echo yes > one')] },
        { calls: [shell('echo no > two')] },
        { expect: 'use three instead 👍', calls: [shell('echo no > four')] },
        { calls: [shell('echo no > five')] },
      ],
      { size, words: '-a untrusted "ask me"' },
    );
    // Before it is asked, keys are for the line.
    await window.shows('Esc interrupts');
    window.type('y');
    await window.shows('y yes · n no');
    expect(rig.has('one')).toBe(false);
    await answer(window, 'Enter');
    await answer(window, 'Space');
    await answer(window, 'y');
    await window.shows('echo no > two');
    expect(rig.read('one')).toBe('yes\n');
    await answer(window, 'n');
    await window.shows('why not?');
    window.type('use three instead 👍');
    await window.shows('› use three instead');
    window.press('Enter');
    await window.shows('echo no > four');
    expect(rig.has('two')).toBe(false);
    // A reason that is given up is none.
    await answer(window, 'n');
    await window.shows('why not?');
    window.press('Escape');
    await answer(window, 'n');
    await window.shows('why not?');
    window.press('Enter');
    await window.shows('echo no > five');
    await answer(window, 'a');
    // What was typed before the question is still there.
    await window.shows(/turn aborted[^\n]*\n+› y$/m);
    expect(window.rows().join('\n')).not.toContain('?');
    for (const file of ['two', 'four', 'five']) expect(rig.has(file)).toBe(false);
    window.press('C-c', 'C-d');
    expect(await window.ended()).toBe(0);
    const told = window.screen().replace(/\s+/g, ' ');
    expect(told).toContain('approval: approved by user');
    expect(told).toContain('use three instead 👍');
  });

  it.each(sizes)('show hostile commands as they are, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const hostile = 'echo \u001b[2K\u001b]0;owned\u0007 safe\u202e txt.exe \u{e0041}\r\n日本語 שלום 👩‍👩‍👧';
    const window = rig.run(
      [
        { calls: [shell(hostile, { with_escalated_permissions: true, justification: 'trust \u001b[8m me' })] },
        { text: 'over' },
      ],
      { size, words: '"ask me"' },
    );
    const shown = await window.shows('y yes · n no');
    const asked = shown.slice(shown.indexOf('? Run')).replace(/\n[│ ]*/g, ' ');
    const parts = ['^[[2K^[]0;owned^G safe\\u{202e}', '\\u{e0041}^M', '日本語 שלום 👩‍👩‍👧', 'trust ^[[8m me'];
    for (const part of parts) expect(asked).toContain(part);
    if (hasSandbox) expect(asked).toContain('sandbox: none: it can reach everything that you can');
    await answer(window, 's');
    await window.shows('q back');
    window.press('q');
    await answer(window, 'n', 'Enter');
    await window.shows('over');
    window.press('C-d');
    expect(await window.ended()).toBe(0);
  });

  it('show as much of a patch as there is room for, and all of it by a key', async () => {
    const rig = makeRunRig(terminal);
    const lines = Array.from({ length: 90 }, (_, at) => `+line ${at + 1}\n`).join('');
    const patch = `*** Begin Patch\n*** Add File: big.txt\n${lines}*** End Patch\n`;
    const calls = [{ name: 'apply_patch', input: patch }];
    const window = rig.run([{ calls }, { text: 'over' }], { size: sizes[0], words: '-a untrusted "ask me"' });
    await window.shows('y yes · n no');
    const asked = window.rows();
    // One row stays free, so that the terminal need not scroll.
    expect(asked[2]).toBe('? Change these files?');
    expect(asked.filter((row) => row.startsWith('│ '))).toHaveLength(16);
    expect(asked.join('\n')).toContain('┆ … 77 rows more: s shows all');
    window.resize(80, 60);
    await window.shows('┆ … 41 rows more: s shows all');
    window.resize(80, 24);
    await answer(window, 's');
    await window.shows('1-21 of 9');
    window.press('End');
    await window.shows('+line 90');
    window.press('PageUp');
    await window.shows('+line 60');
    // Who looks at all of it has not said yes.
    await untilKeysCount();
    window.type('yq');
    await answer(window, 'y');
    await window.shows('over');
    expect(rig.read('big.txt')).toContain('line 90\n');
    window.press('C-d');
    expect(await window.ended()).toBe(0);
  });
});
