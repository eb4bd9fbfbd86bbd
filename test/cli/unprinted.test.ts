import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { finish, runProgram, startProgram } from '../support/run-program.ts';

describe.skipIf(!existsSync('/dev/full'))('what is done and cannot be printed', () => {
  it.each(['fork', 'redact'])('is told on standard error: the id that %s has made', async (command) => {
    const home = homeOfOne();
    const { code, stderr } = await runFull(home, command, idOf(1));
    const made = (await ids(home)).filter((id) => id !== idOf(1));
    expect(made).toHaveLength(1);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`is session ${made[0]}; that could not be printed`)]);
  });
});

function homeOfOne(): TestHome {
  const home = makeHome();
  home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('one')));
  return home;
}

/** Runs it with a full disk where its output goes. */
async function runFull(home: TestHome, ...args: string[]) {
  const full = openSync('/dev/full', 'w');
  const child = startProgram(args, { env: { CODEX_HOME: home.path }, stdio: ['ignore', full, 'pipe'] });
  const outcome = await finish(child);
  closeSync(full);
  return outcome;
}

async function ids(home: TestHome): Promise<string[]> {
  const { stdout } = await runProgram(['ls', '-q'], { env: { CODEX_HOME: home.path } });
  return stdout.toString().trimEnd().split('\n');
}
