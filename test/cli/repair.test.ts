import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../builders.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { runHere } from '../support/run-here.ts';
import { runProgram } from '../support/run-program.ts';

const torn = '{"timestamp":"2026-01-02T03:';

describe('sessions repair', () => {
  it('repairs what validate finds, and restore brings the originals back', async () => {
    const home = makeOwnHome();
    const paths = [1, 2].map((number) => home.rollout(idOf(number), damaged(number)));
    home.rollout(idOf(3), whole(3));
    const before = paths.map((path) => ({ bytes: readFileSync(path), ...factsOf(path) }));
    const found = await run(home, ['validate', '-q', '--severity', 'error']);
    expect([found.code, found.stdout.toString().split('\n').sort()]).toEqual([1, ['', idOf(1), idOf(2)]]);

    const ids = found.stdout.toString();
    const done = await run(home, ['repair', '-q', '-'], ids);
    expect([done.code, done.stdout.toString().split('\n').sort(), done.stderr]).toEqual([
      0,
      ['', idOf(1), idOf(2)],
      '',
    ]);
    expect((await run(home, ['validate', '--severity', 'error'])).code).toBe(0);
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual([jsonl(whole(1)), jsonl(whole(2))]);
    // Who sorts by time finds it where it was.
    expect(paths.map((path) => [factsOf(path).mode, Math.round(factsOf(path).mtimeMs)])).toEqual(
      before.map(({ mode, mtimeMs }) => [mode, Math.round(mtimeMs)]),
    );
    const again = await run(home, ['repair', '-q', '-'], ids);
    expect([again.code, again.stdout.toString(), again.stderr]).toEqual([0, '', '']);

    const list = (await run(home, ['restore', '--list'])).stdout
      .toString()
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    const txs = new Set(list.map(({ tx, kind }) => `${kind} ${tx}`));
    expect([...txs]).toEqual([expect.stringMatching(/^repair /)]);
    const restored = await run(home, ['restore', list[0].tx]);
    expect([restored.code, paths.map((path) => readFileSync(path))]).toEqual([0, before.map(({ bytes }) => bytes)]);
    // Undone is undone: once more changes nothing, and nothing is amiss.
    expect((await run(home, ['restore', list[0].tx])).code).toBe(0);
    const proof = await run(home, ['prune', '--verify', list[0].tx]);
    expect([proof.code, proof.stdout.toString()]).toEqual([0, expect.stringContaining('"phase":"restored"')]);
  });

  it('tells people what it does, with how to undo it', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), damaged(1));
    const options = { env: { CODEX_HOME: home.path }, tty: true, columns: 200 };
    const dry = await runHere(['repair', '--no-color', '--dry-run', idOf(1)], options);
    expect(dry.out.toString()).toMatch(
      /removed +line 10 +TORN-TAIL +the unfinished last line.*\n +would be repaired: \d+ bytes = /,
    );
    const done = await runHere(['repair', '--no-color', idOf(1), path], options);
    expect(done.out.toString()).toMatch(/: \d+ bytes = \d+ kept \+ 28 in quarantine; 0 added\n$/);
    expect(done.err).toMatch(/^sessions: the original is in the trash; undo: sessions restore \S+\n$/);
    const nothing = await runHere(['repair', '--no-color', idOf(1)], options);
    expect([nothing.code, nothing.out.toString(), nothing.err]).toEqual([0, `${path}\n  nothing to repair\n`, '']);
  });

  it('changes nothing with --dry-run, not even the home', async () => {
    const home = makeHome();
    const path = home.rollout(idOf(1), damaged(1));
    const { code, stdout } = await run(home, ['repair', '--dry-run', '--json', idOf(1)]);
    expect([code, stdout.toString()]).toEqual([4, '']);
    expect(() => statSync(join(home.path, '.sessions'))).toThrow('ENOENT');
    expect(readFileSync(path, 'utf8')).toBe(damaged(1));
  });

  it('goes on behind a session that it may not repair', async () => {
    const home = makeOwnHome();
    home.rollout(idOf(1), damaged(1));
    const path = home.rollout(idOf(2), damaged(2));
    const holder = await holdLock(join(home.path, 'thread-writer-locks', `${idOf(1)}.lock`));
    const { code, stdout, stderr } = await run(home, ['repair', '-q', idOf(1), idOf(2)]);
    await killHolder(holder);
    expect([code, stdout.toString(), stderr]).toEqual([4, `${idOf(2)}\n`, expect.stringContaining('open')]);
    expect(readFileSync(path, 'utf8')).toBe(jsonl(whole(2)));
  });

  it('is busy while another command changes what the home keeps', async () => {
    const home = makeOwnHome();
    home.rollout(idOf(1), damaged(1));
    const holder = await holdLock(join(home.path, '.sessions/store.lock'));
    expect((await run(home, ['repair', idOf(1)])).code).toBe(5);
    expect((await run(home, ['repair', '--dry-run', idOf(1)])).code).toBe(0);
    await killHolder(holder);
    expect((await run(home, ['repair', idOf(1)])).code).toBe(0);
  });

  it('writes its report to who reads all of it, and repairs for who does not', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), jsonl(whole(1)) + 'no\n'.repeat(20_000));
    const command = `"${process.execPath}" bin/sessions.js repair --json ${idOf(1)} | head -1 > /dev/null; echo "\${PIPESTATUS[0]}"`;
    const env = { PATH: process.env.PATH, CODEX_HOME: home.path };
    expect(execFileSync('bash', ['-c', command], { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString()).toBe('0\n');
    expect(readFileSync(path, 'utf8')).toBe(jsonl(whole(1)));
  });
});

function whole(number: number) {
  return envelope(record.meta(idOf(number)), ...turn(`question ${number}`));
}

function damaged(number: number): string {
  return jsonl(whole(number)) + torn;
}

/** A home in which everybody takes locks. */
function makeOwnHome(): TestHome {
  const home = makeHome();
  home.write('.sessions/begun-here', '');
  mkdirSync(join(home.path, 'thread-writer-locks'));
  return home;
}

function run(home: TestHome, args: string[], input = '') {
  return runProgram(args, { env: { CODEX_HOME: home.path }, input });
}

function factsOf(path: string) {
  const { mode, mtimeMs } = statSync(path);
  return { mode, mtimeMs };
}
