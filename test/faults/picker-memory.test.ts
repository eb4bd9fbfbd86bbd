import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, record, rolloutName, turn } from '../builders.ts';
import { makePickerRig, type PickerRig } from '../screens/picker-rig.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';
import { settle } from '../support/varied-home.ts';

const sessions = 10_000;
const mostKilobytes = 200 * 1024;

describe.skipIf(!hasTmux || !existsSync('/proc/self/status'))('a list of 10,000 sessions', { timeout: 60_000 }, () => {
  const terminal = startTmux({ columns: 100, rows: 30 });
  let rig: PickerRig;
  beforeAll(() => {
    rig = makePickerRig(terminal);
    fill(rig);
  }, 60_000);
  afterAll(() => terminal.stop());

  it.each(['cold', 'warm'])('does not fill the memory: %s', async (what) => {
    if (what === 'cold')
      for (const end of ['', '-wal', '-shm']) rmSync(join(rig.home.path, `state.db${end}`), { force: true });
    const window = await openAll(rig);
    // To be read once more while it is on the screen.
    window.press('Right', 'End');
    await window.shows(`${sessions} of ${sessions}`);
    const kilobytes = mostOf(window.pid());
    process.stdout.write(`${what}: ${Math.round(kilobytes / 1024)} MiB\n`);
    window.press('C-c');
    expect(await window.ended()).toBe(0);
    expect(kilobytes).toBeGreaterThan(10_000);
    expect(kilobytes).toBeLessThan(mostKilobytes);
  });

  it('hears keys while one is moved to the trash, and waits for that when it is left', async () => {
    const window = await openAll(rig);
    window.press('C-d');
    await window.shows('moving it to the trash…');
    window.press('Down', 'Down');
    // The whole home is looked through meanwhile, which takes longer than a key.
    expect(await window.shows(`3 of ${sessions}`)).toContain('moving it to the trash…');
    await window.shows('moved to the trash; Alt-U takes it back');
    await window.shows(`of ${sessions - 1} · all`);
    window.press('M-u');
    await window.shows('taken back');
    await window.shows(`of ${sessions} · all`);
    window.press('C-d');
    await window.shows('moving it to the trash…');
    window.press('C-c');
    expect(await window.ended()).toBe(0);
    const trash = readdirSync(join(rig.home.path, '.sessions', 'trash'), { recursive: true }).map(String);
    expect(trash.filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  });
});

async function openAll(rig: PickerRig): Promise<Window> {
  const window = rig.resume('--all', { size: { columns: 100, rows: 30 } });
  await window.shows(`of ${sessions} · all`);
  return window;
}

/** The most memory that a process had until now. */
function mostOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function fill({ home, work }: PickerRig): void {
  const meta = record.meta(idOf(0), { source: 'cli', cwd: work, git: { branch: 'main' } });
  const template = jsonl(envelope(meta, ...turn('first question'), ...turn('second question')));
  for (let number = 1; number <= sessions; number++) {
    const folder = `sessions/2026/${two((number % 12) + 1)}/${two((number % 28) + 1)}`;
    home.write(`${folder}/${rolloutName(idOf(number))}`, template.replaceAll(idOf(0), idOf(number)));
  }
  // So that Codex is known to take locks here, and what has none is known to be free.
  home.write('thread-writer-locks/.coordination.lock', '');
  home.write('thread_history_1.sqlite', '');
  // What was in use within the last hour is not moved to the trash.
  settle(home.path, Date.now() / 1000 - 3 * 3600);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
