import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canTrace, tracing } from '../support/strace.ts';
import { HostileHome, hostileCharacters, type Run } from './hostile-home.ts';

let home: HostileHome;
beforeAll(() => {
  home = new HostileHome();
});
afterAll(() => home.remove());

describe('an argument that names no session', () => {
  it.each([
    ['an encoded path', '%2e%2e%2fetc%2fpasswd'],
    ['encoded dots', '%2e%2e'],
    ['dots', '..'],
    ['a path to nowhere', '../../no/such/file'],
    ['an option by mistake', '-rf'],
    ['nothing', ''],
    ['5,000 characters', 'a'.repeat(5000)],
    ['an escape sequence', '\x1b[2Jx\u202e'],
    ['a glob', '*'],
    ['a shell command', '$(touch pwned)'],
    ['quotes', `'"`],
    ['a lone surrogate', '\ud83d'],
  ])('is refused: %s', async (_what, argument) => {
    for (const command of ['show', 'validate']) {
      expectRefusal(await home.run([command, '--json', argument], { cwd: home.path }));
      const { stderr } = await home.run([command, argument], { cwd: home.path });
      expect(hostileCharacters(stderr)).toEqual([]);
    }
    expect(existsSync(join(home.path, 'pwned'))).toBe(false);
  });
});

describe('an id on standard input', () => {
  it.each([
    ['a path', '../../etc/passwd\n'],
    ['a path in a row', '{"schema":"sessions.thread/1","thread_id":"../../etc/passwd"}\n'],
    ['the name of a file', 'other.jsonl\n'],
    ['an encoded path', '%2e%2e%2fetc%2fpasswd\n'],
    ['an option', '-rf\n'],
    ['a mixture', '0d9b7f64-2a41-4f0c-8a35-6d0b1c9e2f73\n{"timestamp":"x"}\n'],
  ])('is refused: %s', async (_what, input) => {
    for (const command of ['show', 'validate'])
      expectRefusal(await home.run([command, '--json', '-'], { input, cwd: home.path }));
  });

  it('is taken for damaged content with NUL in it, and calls for nothing', async () => {
    const { code, findings } = await home.run(['validate', '--json', '-'], { input: 'no\0session\n' });
    expect([code, findings]).toEqual([1, ['HOLE error']]);
  });
});

describe.skipIf(!canTrace)('an id', () => {
  it.each(['%2e%2e%2fetc%2fpasswd', '..', 'zzzz-passwd'])('is never looked for as a file: %s', async (id) => {
    const log = join(home.path, 'trace');
    await home.runThrough([...tracing('file', log), '-s', '300'], ['show', id]);
    const calls = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => !line.includes('execve('));
    rmSync(log);
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.filter((line) => line.includes(`${id}"`) || line.includes('passwd'))).toEqual([]);
  });
});

function expectRefusal({ code, stdout, stderr }: Run): void {
  expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ schema: 'sessions.error/1', kind: 'usage', exit: 2 });
  expect(stderr.length).toBeLessThan(1500);
}
