import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { leave, makeRunRig } from '../screens/run-rig.ts';
import { beginStream, responsesEvents, sse, startModelServer } from '../support/model-server.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

const { delta, message, completed } = responsesEvents;
const idle = 'go on, / for commands';
const shell = (command: string) => ({ name: 'shell_command', arguments: { command } });
let tmux: ReturnType<typeof startTmux>;
beforeAll(() => {
  if (hasTmux) tmux = startTmux({ columns: 100, rows: 30 });
});
afterAll(() => {
  if (hasTmux) tmux.stop();
});

async function say(window: Window, text: string): Promise<void> {
  await window.shows(/say what there is to do|go on, \/ for commands/);
  window.type(text);
  await window.shows(`› ${text}`);
  window.press('Enter');
}

/** What stands on the screen, with rows that were too long put together. */
function flat(screen: string): string {
  return screen.replaceAll(/\s*\n\s*/g, '');
}

/** Does something with a disk of its own, where this user may mount one. */
async function withDisk(skip: (why: string) => void, act: (disk: string) => Promise<void>): Promise<void> {
  const disk = mkdtempSync('/var/tmp/sessions-disk-');
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk]);
  if (status !== 0) skip(`no file system can be mounted: ${error?.message ?? stderr}`);
  try {
    await act(disk);
  } finally {
    // The shell of the window is still in there.
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  }
}

describe.skipIf(!hasTmux)('a run', () => {
  it('on a disk that becomes full says so, ends with 2, and the session goes on when there is room', async ({
    skip,
  }) => {
    await withDisk(skip, async (disk) => {
      const rig = makeRunRig(tmux, disk);
      const window = rig.open([{ text: 'First.' }, { text: 'lost '.repeat(40_000) }, { text: 'Third.' }], 'one');
      await window.shows('First.');
      await window.shows(idle);
      const ballast = join(disk, 'ballast');
      const { stdout } = spawnSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' });
      writeFileSync(ballast, Buffer.alloc(Number(stdout.split('\n')[1]) - 20_000, 1));
      await say(window, 'two');
      await window.shows(/cannot be written: no space left on device/);
      await window.shows(idle);
      // What was sent can be had again.
      window.press('Up');
      await window.shows('› two');
      window.press('C-u');
      await window.shows(idle);
      const { code, screen } = await leave(window);
      expect(code).toBe(2);
      expect(flat(screen)).toMatch(
        /sessions: \/[^!]*no space left on device; [^!]*To go on with this session: [-\w ]+$/,
      );
      expect(window.modes().stty).toMatch(/ icanon .* echo /s);
      rmSync(ballast);
      expect((await rig.exec([{ text: 'Room.' }], ['resume', '--last', 'go on'])).code).toBe(0);
      expect((await rig.run(['validate'])).code).toBe(0);
      expect(JSON.stringify(await rig.lines())).toContain('First.');
    });
  });

  it('in a home that cannot be written to says so before anything is asked', async ({ skip }) => {
    await withDisk(skip, async (disk) => {
      const rig = makeRunRig(tmux, disk);
      expect((await rig.exec([{ text: 'First.' }], ['one'])).code).toBe(0);
      rig.home.write('../run.yaml', '[]');
      spawnSync('mount', ['-o', 'remount,ro', disk]);
      for (const command of ['run', 'resume --last --include-non-interactive']) {
        const window = tmux.open(`sessions ${command} --provider scripted hello`, rig.work, rig.env);
        expect([command, await window.ended()]).toEqual([command, 2]);
        expect(flat(window.screen())).toMatch(/sessions: \/.*read-only file system|EROFS/);
        expect(window.modes().stty).toMatch(/ icanon .* echo /s);
      }
    });
  });

  it('does not open a session that another run has open, and what is open stays where it is', async () => {
    const rig = makeRunRig(tmux);
    const first = rig.open([{ text: 'First.' }], 'one');
    await first.shows('First.');
    await first.shows(idle);
    const id = (await rig.rows())[0]?.thread_id as string;
    const second = rig.open([{ text: 'Second.' }], `resume ${id} two`);
    expect(await second.ended()).toBe(5);
    expect(second.screen()).toMatch(new RegExp(`^sessions: .*has session ${id} open`, 'm'));
    const other = rig.open([{ text: 'Other.' }], 'other');
    await other.shows('Other.');
    await say(other, `/resume ${id}`);
    await other.shows(`has session ${id} open`);
    await say(other, 'still here');
    await other.shows(/^> still here$/m);
    await other.shows(idle);
    expect((await leave(other)).code).toBe(0);
    expect((await rig.run(['archive', id])).code).toBe(5);
    expect((await rig.run(['prune', '--apply', id])).code).not.toBe(0);
    await say(first, 'more');
    await first.shows(/^> more$/m);
    await first.shows(idle);
    expect((await leave(first)).code).toBe(0);
    expect((await rig.rows()).map(({ turns, archived }) => [turns, archived])).toEqual([
      [2, false],
      [2, false],
    ]);
  });

  it('whose home vanishes says where the rest is, ends with 2, and leaves the terminal as it was', async () => {
    const rig = makeRunRig(tmux);
    const window = rig.open([{ text: 'First.' }, { text: 'Second.' }], 'one');
    await window.shows('First.');
    await window.shows(idle);
    renameSync(rig.home.path, `${rig.home.path}-away`);
    await say(window, 'two');
    await window.shows(/was moved or replaced while/);
    await window.shows(idle);
    const { code, screen } = await leave(window);
    expect(code).toBe(2);
    const spill = /records are in ?(\/\S+?\.jsonl)/.exec(flat(screen))?.[1] as string;
    expect(readFileSync(spill, 'utf8')).toContain('Second.');
    // Where the rest of the session was put first, there is a home again that takes what was typed.
    const prompts = join(rig.home.path, 'history.jsonl');
    if (existsSync(prompts)) expect(readFileSync(prompts, 'utf8')).toContain('"two"');
    else expect(flat(screen)).toMatch(/what was typed is not remembered: \/\S+history\.jsonl: /);
    expect(window.modes().stty).toMatch(/ icanon .* echo /s);
    rmSync(rig.home.path, { recursive: true });
    renameSync(`${rig.home.path}-away`, rig.home.path);
    expect(JSON.stringify(await rig.lines())).toContain('First.');
  });

  it('keeps its keys from what it starts: commands, git, the program that signs', async () => {
    const rig = makeRunRig(tmux);
    const greedy = 'cat <&0; head -c 5 /dev/tty; echo "ended: $(tty)"';
    writeFileSync(join(rig.work, 'greedy.sh'), '#!/bin/sh\nhead -c 5 /dev/tty >> "$HOME/stolen"\ncat\n');
    chmodSync(join(rig.work, 'greedy.sh'), 0o755);
    const git = (...args: string[]) => execFileSync('git', ['-C', rig.work, ...args]);
    git('init', '-q');
    git('config', 'filter.greedy.clean', `${rig.work}/greedy.sh`);
    writeFileSync(join(rig.work, '.gitattributes'), '*.txt filter=greedy\n');
    writeFileSync(join(rig.work, 'a.txt'), 'a\n');
    execFileSync('setsid', ['git', '-C', rig.work, 'add', '.'], {
      stdio: 'ignore',
      env: { ...process.env, ...rig.env },
    });
    writeFileSync(join(rig.work, 'a.txt'), 'changed\n');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', join(rig.work, '../key')]);
    rig.home.write('.sessions/config.toml', `[seal]\nauto = true\nkey = "${join(rig.work, '../key')}"\n`);
    const steps = [{ calls: [shell(greedy)] }, { text: 'First.' }];
    const window = rig.open(steps, 'one', { sandbox: 'danger-full-access' });
    await window.shows('ended: not a tty');
    await window.shows('First.');
    await say(window, '/diff');
    await window.shows('+changed');
    window.press('q');
    await window.shows(idle);
    await say(window, '/new');
    await window.shows('the session was not sealed: nothing can be signed with this key');
    await say(window, 'two');
    await window.shows(/^> two$/m);
    await window.shows(idle);
    const { code } = await leave(window);
    expect(code).toBe(0);
    expect(existsSync(join(rig.work, '../stolen')) && readFileSync(join(rig.work, '../stolen'), 'utf8')).toBeFalsy();
    expect((await rig.rows()).map(({ turns }) => turns)).toEqual([1, 1]);
  });

  it('hears keys while 100,000 pieces come, and 10 MB without an end of line', { timeout: 60_000 }, async () => {
    const rig = makeRunRig(tmux);
    const pieces = 100_000;
    const server = await startModelServer(async ({ response }) => {
      const piece = 'x'.repeat(100);
      beginStream(response);
      for (let n = 0; n < pieces && !response.destroyed; n++) {
        if (response.write(sse(delta(piece)))) continue;
        await Promise.race([new Promise((resolve) => response.once('drain', resolve)), systemClock.sleep(1000)]);
      }
      response.write(sse(message(piece.repeat(pieces))));
      response.end(sse(completed()));
    });
    try {
      const provider = `model_providers.mine={base_url="${server.url}",wire_api="responses"}`;
      const window = tmux.open(`sessions run -c '${provider}' --provider mine -m m go`, rig.work, rig.env);
      await window.shows('xxxxxxxxx');
      const took: number[] = [];
      for (let typed = ''; typed.length < 5; ) {
        const begin = Date.now();
        typed += 'abcde'[typed.length];
        window.type(typed.slice(-1));
        while (!window.rows().some((row) => row.startsWith(`› ${typed}`))) {
          if (Date.now() - begin > 10_000) throw new Error(`nobody hears:\n${window.rows().join('\n')}`);
          await systemClock.sleep(10);
        }
        took.push(Date.now() - begin);
      }
      process.stdout.write(`keys while it streams: ${took.join(', ')} ms\n`);
      expect(took.sort((a, b) => a - b)[2]).toBeLessThan(1000);
      window.press('C-u');
      while (!window.rows().some((row) => row.includes(idle))) await systemClock.sleep(50);
      expect((await leave(window)).code).toBe(0);
      expect((await rig.run(['validate'])).code).toBe(0);
    } finally {
      await server.close();
    }
  });
});
