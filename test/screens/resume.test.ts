import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { idOf } from '../builders.ts';
import { sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';
import { makePickerRig, type PickerRig } from './picker-rig.ts';

const size = sizes[0];

describe.skipIf(!hasTmux)('going on with a session in a terminal', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it('goes on in its own file, and says how to do so again', async () => {
    const rig = makePickerRig(terminal);
    const path = rig.add(1, 1, 'begun here');
    const window = rig.resume('', { size });
    await window.shows(/^▸.*begun here/m);
    window.press('Enter');
    await say(window, 'and on');
    await leave(window);
    expect(window.screen()).toContain(`To go on with this session: sessions resume ${idOf(1)}`);
    expect(readFileSync(path, 'utf8')).toContain('gone on');
    expect(rollouts(rig)).toHaveLength(1);
  });

  it('forks, and leaves the parent as it was', async () => {
    const rig = makePickerRig(terminal);
    const path = rig.add(1, 1, 'begun here');
    const before = readFileSync(path, 'utf8');
    const window = rig.resume('', { size });
    await window.shows(/^▸.*begun here/m);
    window.press('C-f');
    await say(window, 'and on');
    await leave(window);
    expect(readFileSync(path, 'utf8')).toBe(before);
    const [fork] = rollouts(rig).filter((file) => !file.includes(idOf(1)));
    const recorded = readFileSync(fork as string, 'utf8');
    for (const text of ['begun here', 'gone on', idOf(1)]) expect(recorded).toContain(text);
  });

  it('asks which directory to use, and remembers what is always to be', async () => {
    const rig = makePickerRig(terminal);
    const there = join(rig.work, 'there');
    mkdirSync(there);
    const path = rig.add(1, 1, 'begun there', { cwd: there });
    const lastCwd = () => {
      const contexts = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"turn_context"'));
      return JSON.parse(contexts.at(-1) as string).payload.cwd;
    };
    const ask = async (key: string) => {
      const window = rig.resume('--all', { size });
      await window.shows(/^▸.*begun there/m);
      window.press('Enter');
      await window.shows('s there · c here');
      window.press(key);
      await say(window, `with ${key}`);
      await leave(window);
      return lastCwd();
    };
    expect(await ask('s')).toBe(there);
    expect(await ask('c')).toBe(realpathSync(rig.work));
    expect(await ask('S')).toBe(there);
    const window = rig.resume('--all', { size });
    await window.shows(/^▸.*begun there/m);
    window.press('Enter');
    await say(window, 'not asked');
    expect(window.screen()).not.toContain('Go on there?');
    await leave(window);
    expect(lastCwd()).toBe(there);
    // Who names a directory is not asked, and the list is of that one.
    const named = rig.resume('--cd there', { size });
    await named.shows(/1 of 1 · this directory/);
    named.press('Escape');
    expect(await named.ended()).toBe(0);
  });

  it('goes on here alone where the directory is gone, and keeps the list until then', async () => {
    const rig = makePickerRig(terminal);
    rig.add(1, 1, 'begun there', { cwd: join(rig.work, 'gone') });
    rig.add(2, 2, 'of no matter', { cwd: join(rig.work, 'gone') });
    const window = rig.resume('--all', { size: sizes[1] });
    await window.shows(/1 of 2 · all directories/);
    window.type('there');
    await window.shows(/1 of 1 · all directories/);
    window.press('Enter');
    await window.shows('which is gone.');
    await window.shows('c go on here · Esc back');
    expect(window.screen()).not.toContain('s there');
    window.press('Escape');
    await window.shows(/^search: there▏$/m);
    await window.shows(/1 of 1 · all directories/);
    window.press('Enter');
    await window.shows('which is gone.');
    window.press('c');
    await say(window, 'and on');
    // Nothing is said in a new one: the one before is what one goes on with.
    window.type('/new');
    window.press('Enter');
    await window.shows('say what');
    await leave(window);
    expect(window.screen().replace(/\n/g, '')).toContain(`sessions resume ${idOf(1)}`);
  });

  it('goes straight to the last one of the directory, of all, or to a name', async () => {
    const rig = makePickerRig(terminal);
    rig.add(1, 1, 'of a robot', { source: 'exec' });
    rig.add(2, 2, 'of another folder', { cwd: '/' });
    rig.add(3, 3, 'of this folder');
    rig.add(4, 4, 'has a name');
    rig.home.names({ [idOf(4)]: "it's 名" });
    const opens = async (words: string, id: string) => {
      const window = rig.resume(words, { size });
      await window.shows('gone on');
      await leave(window);
      expect(window.screen()).toContain('sessions resume ');
      const file = rollouts(rig).find((each) => each.includes(id)) as string;
      expect(readFileSync(file, 'utf8')).toContain(`say ${id}`);
      return window.screen();
    };
    await opens(`--last 'say ${idOf(3)}'`, idOf(3));
    await opens(`--last --include-non-interactive 'say ${idOf(3)} again'`, idOf(3));
    await opens(`${idOf(2)} --cd . 'say ${idOf(2)}'`, idOf(2));
    expect(await opens(`"it's 名" 'say ${idOf(4)}'`, idOf(4))).toContain(`sessions resume 'it'\\''s 名'`);
    const unknown = rig.resume('nobody', { size });
    expect(await unknown.ended()).toBe(2);
    expect(unknown.screen()).toContain("'nobody'");
  });
});

async function say(window: Window, text: string): Promise<void> {
  await window.shows(/context|tokens|scripted/);
  window.type(text);
  await window.shows(`› ${text}`);
  window.press('Enter');
  await window.shows('gone on');
}

async function leave(window: Window): Promise<void> {
  window.press('C-d');
  expect(await window.ended()).toBe(0);
}

function rollouts({ home }: PickerRig): string[] {
  const folder = join(home.path, 'sessions');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /rollout-.*\.jsonl$/.test(name))
    .map((name) => join(folder, name));
}
