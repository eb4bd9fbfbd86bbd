import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { idle, liveRowsIn } from '../support/live-part.ts';
import { makeRunRig, type RunRig, shell, sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

describe.skipIf(!hasTmux)('slash commands in a terminal', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('do what they say, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    commit(rig, 'kept.txt', 'as it was\n');
    const window = rig.run(
      [
        { text: 'answer one', usage: { input: 900, output: 100 } },
        { calls: [shell('echo changed 日本 > kept.txt; echo new > other.txt')] },
        { text: 'answer two', usage: { input: 2500, output: 100 } },
        { text: 'a summary of all' },
        { expect: 'after the summary', text: 'answer three' },
        { expect: 'in the fork', text: 'answer four' },
      ],
      { size, words: '-a never', env: { GIT_CONFIG_GLOBAL: '/dev/null' } },
    );
    await window.shows('say what there is to do');
    await say(window, '/resume nobody', 'nobody');
    await say(window, '/fork', 'nothing is recorded yet');
    await say(window, '/name the first 👩‍👩‍👧', 'as soon as something is said');
    await say(window, 'hello', 'answer one');
    await window.shows(/named the first\s+👩‍👩‍👧\n/);
    await say(window, '/nonsense', 'there is no command /nonsense');
    await say(window, 'change it', 'answer two');

    await say(window, '/status', 'version');
    const status = flat(window);
    expect(status).toMatch(/turns +2 model +scripted of scripted sandbox +\S+ approvals +never directory +\S+/);
    expect(status).toMatch(/branch +trunk tokens +3 600 tokens/);

    await say(window, '/diff', 'Changes since the last commit');
    await window.shows('+changed 日本');
    expect(window.modes().alternate).toBe('1');
    window.press('End');
    await window.shows('+new');
    window.press('q');
    await idle(window);
    expect(window.modes().alternate).toBe('0');

    await say(window, '/show', 'answer two');
    await until(() => window.modes().alternate === '1');
    await window.shows('answer two');
    window.press('q');
    await until(() => window.modes().alternate === '0');

    await say(window, '/compact', /summar|compact/i);
    await idle(window);
    await say(window, 'after the summary', 'answer three');

    // What can stand behind a command is offered.
    window.type('/appro');
    await window.shows('▸ approvals');
    window.press('Tab');
    await window.shows('on-request');
    window.type('unt');
    await window.shows(/^ {2}untrusted/m);
    window.press('Tab');
    await window.shows('› /approvals untrusted');
    window.press('Enter');
    await window.shows('asks: untrusted');
    await say(window, '/approvals sometimes', 'is no way of asking');
    await say(window, '/approvals never', /asks: never[\s\S]*asks: untrusted[\s\S]*asks: never/);
    await say(window, '/model another-model', 'another-model of scripted');

    const first = idIn(window);
    await say(window, '/fork', 'a fork of');
    await say(window, 'in the fork', /in the fork[\s\S]*answer one/);
    await say(window, `/resume ${first.slice(0, 30)}`, /a fork of[\s\S]*resumed after 3 turns/);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    await say(window, `/resume ${first}`, 'that is this session');
    window.type('/resume ');
    await window.shows(/^ {2}the first/m);
    window.press('Down', 'Enter');
    await window.shows(/that is this session[\s\S]*that is this session/);
    await say(window, '/new', /that is this session\n\n── sessions/);
    await say(window, '/help', 'leave');
    window.type('/quit');
    window.press('Enter');
    expect(await window.ended()).toBe(0);
    expect(liveRowsIn(window.screen())).toEqual([]);
  });
});

/** Sends a line, and waits for what comes of it. */
async function say(window: Window, text: string, answer: string | RegExp): Promise<void> {
  await idle(window);
  window.type(text);
  window.press('Enter');
  // Where a row ends is the screen's affair.
  await window.shows(typeof answer === 'string' ? new RegExp(words(answer).join('\\s+')) : answer);
}

function words(text: string): string[] {
  return text.split(' ').map((word) => word.replace(/[.+*?()[\]]/g, '\\$&'));
}

function flat(window: Window): string {
  return window.screen().replace(/\s+/g, ' ');
}

/** Of the session that began last. */
function idIn(window: Window): string {
  const ids = window
    .screen()
    .replace(/\n {3}/g, '')
    .match(/[0-9a-f]{8}-[0-9a-f-]{27}/g);
  return ids?.at(-1) ?? '';
}

function commit(rig: RunRig, file: string, content: string): void {
  rig.write(file, content);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: rig.work, env: { ...process.env, ...rig.env } });
  git('init', '-q', '-b', 'trunk');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'one');
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
}
