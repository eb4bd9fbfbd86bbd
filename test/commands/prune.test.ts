import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { addAged } from '../support/aged-session.ts';
import { MemoryIo } from '../support/memory-io.ts';

describe('prune --max-total', () => {
  it('says what stays and why, where that does not fit', async () => {
    const home = lockingHome(0, 40, 50, 60);
    addAged(home, 5, 70, { archived: true });
    expect((await run(home, 'hold', 'add', '--matter', 'm', idOf(2))).code).toBe(0);
    const excess = 'more than --max-total 1K: touched within the last hour \\(1\\), held \\(1\\), not chosen \\(1\\)\n';
    const said = new RegExp(`(?:^|\n)sessions: what stays takes up .*, ${excess}$`);
    const dry = await run(home, 'prune', '--max-total', '1K', '-n');
    expect([dry.code, dry.err]).toEqual([0, expect.stringMatching(said)]);
    const first = await run(home, 'prune', '--max-total', '1K', '-q');
    expect([first.code, first.out]).toEqual([0, `${idOf(3)}\n${idOf(4)}\n`]);
    expect(first.err).toMatch(said);
    const second = await run(home, 'prune', '--max-total', '1K');
    expect([second.code, second.err]).toEqual([0, expect.stringMatching(said)]);
    expect(second.err).not.toMatch(/nothing was to be done/);
    expect(await run(home, 'prune', '--max-total', '1K', '-q')).toMatchObject({ code: 0, err: '' });
    expect((await run(home, 'prune', '--max-total', '1G')).err).not.toMatch(/takes up/);
  });
});

describe('a prune that was refused', () => {
  it('does not say that nothing was to be done', async () => {
    const { code, err } = await run(lockingHome(40, 50, 60), 'prune', '--older-than', '30d');
    expect([code, err]).toEqual([4, expect.stringMatching(/^sessions: 3 of 3 sessions would go/)]);
  });

  it('names every file that is in the way', async () => {
    const home = lockingHome(1, 2, 40, 50);
    const damaged = [2, 3, 4].map((number) => {
      const path = addAged(home, number, 40);
      writeFileSync(path, `{"type":\n${readFileSync(path, 'utf8')}`);
      return path;
    });
    const { code, err } = await run(home, 'prune', '--json', '--older-than', '30d');
    const [first, ...others] = damaged;
    expect([code, JSON.parse(err)]).toEqual([
      4,
      expect.objectContaining({ kind: 'refused', file: first, line: 1, offset: 0 }),
    ]);
    for (const path of others) expect(JSON.parse(err).message).toContain(path);
  });

  it('because nothing has happened for a year does what its hint says', async () => {
    const home = lockingHome(1, 1, 40);
    expect((await run(home, 'prune', idOf(3))).code).toBe(0);
    const later = Date.now() + 400 * 86_400_000;
    expect(await runAt(home, later, 'prune', '--purge')).toMatchObject({
      code: 4,
      err: expect.stringMatching(/nothing has happened in this home since [\s\S]*--allow-mass N/),
    });
    const { code, err } = await runAt(home, later, 'prune', '--purge', '--allow-mass', '1');
    expect([code, err]).toEqual([0, expect.stringMatching(/^sessions: 1 session \(.*removed for good/)]);
  });
});

it('a purge of originals alone says what it has removed', async () => {
  const home = lockingHome(40, 50);
  expect((await run(home, 'compress', '--older-than', '7d')).code).toBe(0);
  const { code, out, err } = await run(home, 'prune', '--purge', '--grace', '0', '--yes', '-q');
  expect([code, out]).toEqual([0, '']);
  expect(err).toMatch(
    /^sessions: 2 originals \(.*\) of what compress .* removed for good; proof: sessions prune --verify /,
  );
  expect((await run(home, 'prune', '--purge', '--grace', '0', '--yes')).err).toMatch(/nothing was to be done/);
});

it('keeps in the trash what is in the home again, and that is no fault of a run from cron', async () => {
  const home = lockingHome(1, 2, 40);
  expect((await run(home, 'prune', '--older-than', '30d')).code).toBe(0);
  addAged(home, 3, 3);
  const { code, out } = await run(home, 'prune', '--purge', '--grace', '0', '--yes');
  expect([code, out]).toEqual([
    0,
    expect.stringContaining('"reasons":[{"code":"twice","detail":"it is in the home again: sessions'),
  ]);
});

it('lets every command say of a session in the trash that it is there', async () => {
  const home = lockingHome(1, 2, 40);
  expect((await run(home, 'name', idOf(3), 'my work')).code).toBe(0);
  expect((await run(home, 'prune', '--older-than', '30d')).code).toBe(0);
  const hint = `it is in the trash: sessions restore ${idOf(3)} brings it back`;
  for (const named of [idOf(3), 'my work']) expect((await run(home, 'show', named)).err).toContain(hint);
  expect((await run(home, 'prune', '--purge', '--grace', '0', '--yes')).code).toBe(0);
  expect((await run(home, 'show', 'my work')).err).not.toContain(idOf(3));
});

/** A home where it is known who is open, with sessions 1, 2, … that were left alone so many days ago. */
function lockingHome(...days: number[]): TestHome {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  const longAgo = Date.now() / 1000 - 90 * 86_400;
  utimesSync(home.write('thread_history_1.sqlite', ''), longAgo, longAgo);
  for (const [index, age] of days.entries()) addAged(home, index + 1, age);
  return home;
}

function run(home: TestHome, ...argv: string[]) {
  return runAt(home, Date.now(), ...argv);
}

/** In this process, at another time. */
async function runAt(home: TestHome, now: number, ...argv: string[]) {
  const io = new MemoryIo({ env: { CODEX_HOME: home.path } });
  io.now = now;
  const code = await runCommandLine(argv, commands, io);
  return { code, out: io.outText, err: io.errText };
}
