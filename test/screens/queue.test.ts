import { afterAll, describe, expect, it } from 'vitest';
import { liveRowsIn } from '../support/live-part.ts';
import { makeRunRig, shell, sizes, waitFor } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux } from '../support/tmux.ts';

describe.skipIf(!hasTmux)('what is sent while a turn runs', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('waits, and can be taken back, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const window = rig.run(
      [
        { calls: [shell(waitFor('go'))] },
        { text: 'first is over' },
        { expect: 'second', text: 'second is over' },
        { expect: 'third, mended', text: 'third is over' },
      ],
      { size, words: '-a never first' },
    );
    await window.shows('⋯ $ until');
    for (const text of ['second 日本語', 'third']) {
      window.type(text);
      window.press('Enter');
      await window.shows(`⧗ ${text}`);
    }
    window.press('Up');
    await window.shows('› third');
    expect(window.screen()).not.toContain('⧗ third');
    window.type(', mended');
    window.press('Enter');
    await window.shows('⧗ third, mended');
    // Commands that cannot be done now say so; others are done.
    window.type('/new');
    window.press('Enter');
    await window.shows('/new has to wait');
    window.type('/status');
    window.press('Enter');
    await window.shows('waiting');
    rig.let('go');
    const said = await window.shows('third is over');
    expect(said.indexOf('first is over')).toBeLessThan(said.indexOf('second is over'));
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    expect(liveRowsIn(window.screen())).toEqual([]);
  });

  it.each(['C-c', 'Escape'])('waits for the user once %s has interrupted the turn', async (key) => {
    const rig = makeRunRig(terminal);
    const window = rig.run([{ calls: [shell('sleep 500')] }, { expect: 'later', text: 'it came' }], {
      size: sizes[1],
      words: '-a never first',
    });
    await window.shows('⋯ $ sleep 500');
    window.type('later');
    window.press('Enter');
    await window.shows('⧗ later');
    window.press(key);
    await window.shows('waiting: Enter sends');
    expect(window.screen().replace(/\s+/g, ' ')).toContain('interrupted');
    window.press('Enter');
    await window.shows('it came');
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    expect(liveRowsIn(window.screen())).toEqual([]);
  });
});
