import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { idOf } from '../builders.ts';
import { sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux } from '../support/tmux.ts';
import { fillHome, makePickerRig } from './picker-rig.ts';

const size = sizes[0];

describe.skipIf(!hasTmux)('the list of sessions in a terminal', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('shows what there is, escaped and in columns that fit, at $columns x $rows', async (each) => {
    const rig = makePickerRig(terminal);
    fillHome(rig);
    const window = rig.resume('', { size: each });
    await window.shows(/1 of 5 · this directory/);
    expect(window.rows()).toMatchSnapshot();
    window.press('Right');
    await window.shows('re: fix the flaky test');
    expect(window.rows()).toMatchSnapshot();
    window.press('Right', 'C-a', 'C-x', 'C-o');
    await window.shows(/1 of 8 · all directories/);
    window.type('日本');
    await window.shows(/1 of 1 /);
    window.press('BSpace', 'BSpace');
    window.type('of a robot');
    await window.shows(/^▸.*of a robot/m);
    window.type('!');
    await window.shows('No session is like this');
    window.press('Escape');
    await window.shows(/1 of 8 /);
    window.press('End');
    await window.shows(/8 of 8 /);
    expect(window.rows().filter((row) => row.startsWith('▸'))).toHaveLength(1);
    // A search that is clear already is left.
    window.press('Escape');
    expect(await window.ended()).toBe(0);
    // It was on the other screen, and leaves nothing behind.
    expect(window.screen()).toBe('');
    expect(window.modes()).toMatchObject({ cursor: '1', alternate: '0' });
  });

  it('shows the same times in every locale', async () => {
    const rig = makePickerRig(terminal);
    fillHome(rig);
    const frames = [];
    for (const LC_ALL of ['C.UTF-8', 'de_DE.UTF-8', 'ar_EG.UTF-8']) {
      const window = rig.resume('', { size, env: { LC_ALL, LANG: LC_ALL } });
      await window.shows(/1 of 5 · this/);
      frames.push(window.rows());
      window.press('Escape');
      expect(await window.ended()).toBe(0);
    }
    expect(frames[0]?.join('\n')).toContain('  1 d ago');
    expect(frames[1]).toEqual(frames[0]);
    expect(frames[2]).toEqual(frames[0]);
  });

  it('sorts by the time of creation as well', async () => {
    const rig = makePickerRig(terminal);
    rig.add(1, 20, 'begun last', { timestamp: '2026-01-03T00:00:00Z' });
    rig.add(2, 10, 'gone on with last', { timestamp: '2026-01-02T00:00:00Z' });
    const window = rig.resume('', { size });
    await window.shows(/^▸.*gone on with last/m);
    window.press('Tab');
    await window.shows(/^▸.*begun last/m);
    await window.shows('CREATED');
    window.press('Down', 'Tab');
    // What was chosen by a key stays so.
    await window.shows('UPDATED');
    await window.shows(/^▸.*gone on with last/m);
    window.press('C-c');
    expect(await window.ended()).toBe(0);
  });

  it('names, archives, trashes and takes back, also the only session of a home', async () => {
    const rig = makePickerRig(terminal);
    const path = rig.add(1, 30, 'the only one');
    // Left behind by a crash: whether somebody holds it is asked of the kernel.
    rig.home.write(`thread-writer-locks/${idOf(1)}.lock`, '');
    rig.home.write('thread-writer-locks/.coordination.lock', '');
    rig.home.write('thread_history_1.sqlite', '');
    const window = rig.resume('', { size });
    await window.shows(/^▸.*the only one/m);
    window.press('C-r');
    await window.shows('New name: ▏');
    window.type('ein Näme 👍');
    window.press('Enter');
    await window.shows(/^▸.*ein Näme 👍/m);
    expect(readFileSync(join(rig.home.path, 'session_index.jsonl'), 'utf8')).toContain('ein Näme 👍');
    window.press('C-d');
    await window.shows('moved to the trash; Alt-U takes it back');
    await window.shows('There are no sessions in this home.');
    expect(existsSync(path)).toBe(false);
    window.press('C-x', 'C-x', 'M-u');
    await window.shows('taken back');
    await window.shows(/^▸.*ein Näme 👍/m);
    expect(existsSync(path)).toBe(true);
    window.press('C-e');
    await window.shows('archived; Ctrl-X shows it');
    expect(readdirSync(join(rig.home.path, 'archived_sessions'))).toHaveLength(1);
    window.press('C-x');
    await window.shows(/^▸ ▣.*ein Näme 👍/m);
    window.press('Enter');
    await window.shows('it is archived: Ctrl-E brings it back');
    window.press('C-e');
    await window.shows('brought back');
    expect(existsSync(path)).toBe(true);
    window.press('C-c');
    expect(await window.ended()).toBe(0);
  });

  it('says why what somebody has open stays', async () => {
    const rig = makePickerRig(terminal);
    const path = rig.add(1, 0, 'just now');
    const window = rig.resume('', { size });
    await window.shows(/^▸.*just now/m);
    window.press('C-d');
    await window.shows('it stays: touched within the last hour');
    expect(existsSync(path)).toBe(true);
    window.press('C-c');
    expect(await window.ended()).toBe(0);
  });

  it('lives with a home that changes while it is open', async () => {
    const rig = makePickerRig(terminal);
    const gone = rig.add(1, 1, 'soon gone');
    const grown = rig.add(2, 2, 'grows');
    const window = rig.resume('', { size });
    await window.shows(/1 of 2 · this directory/);
    rmSync(gone);
    appendFileSync(grown, 'no JSON\n');
    window.press('Enter');
    await window.shows(/no session|no such|not (there|found)|is gone/i);
    // The list is there again, as the home is now.
    await window.shows(/1 of 1 · this directory/);
    expect(window.rows().join('\n')).not.toContain('soon gone');
    rmSync(grown);
    window.press('Right');
    await window.shows(/cannot be read|no session has/);
    window.press('Right', 'C-d');
    await window.shows('it stays: it is gone');
    window.press('C-r');
    await window.shows('New name: ▏');
    window.type('too late');
    window.press('Enter');
    await window.shows('it is not there any more');
    expect(existsSync(join(rig.home.path, 'session_index.jsonl'))).toBe(false);
    window.press('C-c');
    expect(await window.ended()).toBe(0);
  });

  it('says that it is loading, and nothing of no sessions, until all were looked at', async () => {
    const rig = makePickerRig(terminal);
    for (let n = 1; n <= 400; n++) rig.add(n, 1 + n / 1000, `session ${n}`, { cwd: '/elsewhere' });
    const window = rig.resume('', { size });
    const told = await window.shows(/loading…|No session/);
    expect(told).toContain('loading…');
    expect(told).not.toContain('No session');
    await window.shows('No session is like this, of 400 sessions: Ctrl-A shows all directories');
    window.press('C-a');
    await window.shows(/1 of 400 · all directories/);
    await window.shows(/^▸.*session 1$/m);
    window.type(idOf(77));
    await window.shows(/^▸.*session 77$/m);
    window.press('C-c', 'C-c');
    expect(await window.ended()).toBe(0);
  });
});
