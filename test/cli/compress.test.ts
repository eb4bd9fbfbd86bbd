import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../builders.ts';
import { finish, runProgram, startProgram } from '../support/run-program.ts';

const old = new Date('2026-01-03T00:00:00Z');

function addOld(home: TestHome, id: string, copies = 1): string {
  const path = home.rollout(id, envelope(record.meta(id)));
  const turns = Buffer.from(jsonl(envelope(...turn(id))));
  for (let left = copies; left > 0; left -= 1000) {
    writeFileSync(path, Buffer.concat(Array.from({ length: Math.min(left, 1000) }, () => turns)), { flag: 'a' });
  }
  utimesSync(path, old, old);
  return path;
}

function temps(home: TestHome): string[] {
  const folder = join(home.path, '.sessions/tmp');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe('sessions compress', () => {
  it('is quiet from cron: ids of what was done and how to undo it, then nothing', async () => {
    const home = makeHome();
    const paths = [addOld(home, idOf(1)), addOld(home, idOf(2))];
    const before = paths.map((path) => readFileSync(path));
    const env = { CODEX_HOME: home.path };
    const first = await runProgram(['compress', '--older-than', '7d', '-q'], { env });
    expect([first.code, first.stdout.toString()]).toEqual([0, `${idOf(1)}\n${idOf(2)}\n`]);
    expect(first.stderr).toMatch(
      /compressed 2 sessions: .* became .*\n.*in the trash.*\nsessions: undo: sessions restore \S+\n$/,
    );
    for (const [index, path] of paths.entries()) {
      expect(execFileSync('zstd', ['-dcq', `${path}.zst`]).equals(before[index] as Buffer)).toBe(true);
    }
    const second = await runProgram(['compress', '--older-than', '7d', '-q'], { env });
    expect([second.code, second.stdout.toString(), second.stderr]).toEqual([0, '', '']);
    const list = await runProgram(['ls', '-q'], { env });
    expect(list.stdout.toString().split('\n').filter(Boolean).sort()).toEqual([idOf(1), idOf(2)]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('stops when it is asked to by %s, and leaves nothing half done', async (signal, code) => {
    const home = makeHome();
    const [small, large] = [addOld(home, idOf(1)), addOld(home, idOf(2), 30_000)];
    const before = readFileSync(large);
    const child = startProgram(['compress', '--level', '15', '--older-than', '7d'], { env: { CODEX_HOME: home.path } });
    const end = finish(child);
    while (!temps(home).some((name) => name.endsWith('-1')) && child.exitCode === null) await sleep(5);
    child.kill(signal);
    const outcome = await end;
    expect([outcome.code, outcome.signal]).toEqual([code, null]);
    expect([existsSync(small), existsSync(`${small}.zst`)]).toEqual([false, true]);
    expect([existsSync(`${large}.zst`), readFileSync(large).equals(before)]).toEqual([false, true]);
    expect(temps(home)).toEqual([]);
    // What was done is named, with the way back.
    expect(outcome.stderr).toMatch(/compressed 1 session: .*[\s\S]*undo: sessions restore /);
  });

  it('keeps what was done when nobody reads what it says', async () => {
    const home = makeHome();
    const paths = [addOld(home, idOf(1)), addOld(home, idOf(2))];
    const child = startProgram(['compress', '--older-than', '7d'], { env: { CODEX_HOME: home.path } });
    child.stdout?.destroy();
    const [code] = await once(child, 'close');
    expect(code).toBe(141);
    for (const path of paths) expect(existsSync(path)).not.toBe(existsSync(`${path}.zst`));
    expect(temps(home)).toEqual([]);
  });
});
