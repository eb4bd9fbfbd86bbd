import { spawn as startProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idOf, jsonl, makeHome, rolloutName, type TestHome } from '../builders.ts';
import { finish, type Outcome, program } from '../support/run-program.ts';
import { session, settle } from '../support/varied-home.ts';

const sessions = 10_000;
const mostKilobytes = 300 * 1024;

let home: TestHome;
beforeAll(() => {
  home = makeHome();
  const template = jsonl(session(idOf(0), 'first question', 'second question'));
  const long = jsonl(
    session(idOf(0), ...Array.from({ length: 700 }, (_, index) => `turn ${index} ${'x'.repeat(300)}`)),
  );
  for (let number = 1; number <= sessions; number++) {
    const folder = `sessions/2026/${two((number % 12) + 1)}/${two((number % 28) + 1)}`;
    // A few of 2 MB among many of 3 KB, as they are in homes of users.
    const content = number % 500 === 0 ? long : template;
    home.write(`${folder}/${rolloutName(idOf(number))}`, content.replaceAll(idOf(0), idOf(number)));
  }
  settle(home.path);
}, 120_000);

function two(number: number): string {
  return String(number).padStart(2, '0');
}

describe('the memory of a cold build', () => {
  it.each([
    ['the first listing', ['ls', '-q']],
    ['a listing from the index', ['ls', '-q']],
    ['a rebuild', ['index', 'rebuild', '-q']],
    ['a check', ['index', 'check']],
    ['a listing without an index', ['ls', '-q', '--no-index']],
  ])(
    'has a limit: %s',
    async (_what, args) => {
      const { code, stderr, stdout, kilobytes } = await measure(args);
      expect([code, stderr]).toEqual([0, '']);
      if (args[0] === 'ls') {
        const expected = Array.from({ length: sessions }, (_, index) => idOf(index + 1)).sort();
        expect(stdout.toString().trimEnd().split('\n').sort()).toEqual(expected);
      }
      if (kilobytes === null) return;
      expect(kilobytes).toBeGreaterThan(10_000);
      expect(kilobytes).toBeLessThan(mostKilobytes);
    },
    120_000,
  );
});

/** Runs the built program, and tells the most memory that it had, where the system can tell. */
async function measure(args: string[]): Promise<Outcome & { kilobytes: number | null }> {
  const log = join(home.path, 'time');
  const canTell = existsSync('/usr/bin/time');
  const [file = '', ...rest] = [
    ...(canTell ? ['/usr/bin/time', '-q', '-f', '%M', '-o', log] : []),
    process.execPath,
    program,
    ...args,
  ];
  const env = { PATH: process.env.PATH, CODEX_HOME: home.path };
  const outcome = await finish(startProcess(file, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  return { ...outcome, kilobytes: canTell ? Number(readFileSync(log, 'utf8').trim().split('\n').at(-1)) : null };
}
