import { afterAll, describe, expect, it } from 'vitest';
import { idle, liveRowsIn } from '../support/live-part.ts';
import { makeRunRig, shell, sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

const threadId = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/;

describe.skipIf(!hasTmux)('walking back and leaving', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('forks from before a message, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const window = rig.run([{ text: 'answer one' }, { text: 'answer two' }, { text: 'answer three' }], {
      size,
      words: "'first 日本語'",
    });
    await window.shows('answer one');
    const first = idIn(window);
    for (const [said, answer] of [
      ['second \u202e 👩‍👩‍👧 שלום', 'answer two'],
      ['third', 'answer three'],
    ] as const) {
      await idle(window);
      window.type(said);
      window.press('Enter');
      await window.shows(answer);
    }
    await idle(window);
    window.press('Escape');
    await window.shows('Esc again');
    window.press('Escape');
    await window.shows('◂ third');
    window.press('Escape');
    await window.shows('◂ second');
    window.press('Down');
    await window.shows('◂ third');
    window.press('Up', 'Up', 'Up');
    await window.shows('◂ first 日本語');
    window.press('Right');
    await window.shows('◂ second');
    expect(window.rows().join('\n')).toContain('\\u{202e} 👩‍👩‍👧');
    window.press('Enter');
    await window.shows('› second');
    expect(idIn(window)).not.toBe(first);
    window.type(' again');
    window.press('Enter');
    // The script of a session that is opened begins anew.
    await window.shows(/second [^\n]* again[\s\S]*answer one/);
    await idle(window);
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    const end = window.screen();
    expect(lastLine(end)).toBe(`To go on with this session: sessions resume ${idIn(window)}`);
    expect(liveRowsIn(end)).toEqual([]);
    // The session that was forked is as it was.
    const listed = terminal.open('sessions ls', rig.work, rig.env, sizes[2]);
    await listed.ended();
    expect(listed.screen()).toContain(first);
  });

  it('says how to go on after an exit before any answer', async () => {
    const rig = makeRunRig(terminal);
    const steps = [{ delay: '100s', text: 'too late' }];
    const window = rig.run(steps, { size: sizes[0], words: '-a never hello' });
    await window.shows('working');
    window.press('C-c', 'C-c');
    expect(await window.ended()).toBe(0);
    const id = idIn(window);
    expect(lastLine(window.screen())).toBe(`To go on with this session: sessions resume ${id}`);
    const again = rig.run([{ expect: 'and now', text: 'in time' }], {
      command: 'resume',
      size: sizes[0],
      words: `${id} 'and now'`,
    });
    await again.shows('in time');
    expect(again.screen()).toContain('> hello');
    again.press('C-d');
    expect(await again.ended()).toBe(0);
  });

  it('says nothing of a session of which nothing is recorded, and quotes a name', async () => {
    const rig = makeRunRig(terminal);
    const empty = rig.run([], { size: sizes[1] });
    await idle(empty);
    empty.press('C-d');
    expect(await empty.ended()).toBe(0);
    expect(empty.screen()).not.toContain('To go on');
    const window = rig.run([{ text: 'named' }], { size: sizes[0], words: 'hello' });
    await window.shows('• named');
    await idle(window);
    window.type("/name it's 日本語; rm -rf");
    window.press('Enter');
    await window.shows("· named it's");
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    const line = lastLine(window.screen());
    expect(line).toContain(`sessions resume 'it'\\''s 日本語; rm -rf'`);
    const resume = line.slice(line.indexOf('sessions resume') + 'sessions resume'.length);
    const again = rig.run([], { command: 'resume', size: sizes[0], words: resume });
    await again.shows('resumed after 1 turn');
    again.press('C-d');
    expect(await again.ended()).toBe(0);
  });

  it('leaves at once when what runs does not end', async () => {
    const rig = makeRunRig(terminal);
    const window = rig.run([{ calls: [shell("trap '' INT TERM; while :; do sleep 0.1; done")] }], {
      size: sizes[1],
      words: '-a never hello',
    });
    await window.shows('⋯ $ trap');
    window.press('C-c', 'C-c', 'C-c');
    expect([0, 130]).toContain(await window.ended());
    expect(liveRowsIn(window.screen())).toEqual([]);
  });
});

/** Of the session that began last. */
function idIn(window: Window): string {
  const text = window.screen().replace(/\n {3}/g, '');
  return text.match(new RegExp(threadId, 'g'))?.at(-1) ?? '';
}

/** Without the breaks of a narrow screen. */
function lastLine(screen: string): string {
  return screen.slice(screen.lastIndexOf('To go on')).replace(/\n/g, '');
}
