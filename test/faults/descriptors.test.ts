import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostileHome, hostileId, readHostile } from './hostile-home.ts';

let home: HostileHome;
beforeAll(() => {
  home = new HostileHome();
  home.add(readHostile('not-json.jsonl'));
  // Far more than a pipe holds, so that a reader that goes away is noticed.
  const lines = readHostile('no-eol.jsonl').toString().split('\n');
  const many = `${lines[0]}\n${`${lines[1]}\n`.repeat(20_000)}${'not json\n'.repeat(5_000)}`;
  home.write(`sessions/2026/03/12/rollout-2026-03-12T08-00-00-${hostileId.replace('050', '052')}.jsonl`, many);
});
afterAll(() => home.remove());

const large = hostileId.replace('050', '052');
const quiet = { stderr: '' };

describe('a reader that goes away', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index))('ends show in silence with 141 (%i)', async () => {
    const outcome = await home.runInShell(`set -o pipefail; sessions show --json ${large} | head -1 >/dev/null`);
    expect(outcome).toMatchObject({ code: 141, ...quiet });
  });

  it.each([
    ['there are errors', `validate --json ${large}`, 1],
    ['there are errors, and only ids are printed', `validate -q ${large} ${large}`, 1],
    ['there are none', `validate --json --severity error --rule EMPTY ${large}`, 0],
  ])('does not change the verdict of validate when %s', async (_case, args, code) => {
    const outcome = await home.runInShell(`(sessions ${args}; echo "code $?" >&2) | head -1 >/dev/null`);
    expect(outcome.stderr).toBe(`code ${code}\n`);
  });

  it('does not lose the verdict when it never read at all', async () => {
    const outcome = await home.runInShell(`(sessions validate --json ${large}; echo "code $?" >&2) | true`);
    expect(outcome.stderr).toBe('code 1\n');
  });
});

describe('an output that cannot be written', () => {
  it.each(['show --json', 'validate --json', 'ls --json', 'validate -q'])(
    'is trouble: %s to a full disk',
    async (command) => {
      const target = command.startsWith('ls') ? '' : large;
      const { code, stderr } = await home.runInShell(`sessions ${command} ${target} >/dev/full`);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/cannot write to standard output: no space left on device/),
      ]);
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );

  // Node opens the null device in the place of a descriptor that is closed when it starts.
  it.each(['show --json', 'validate --json', 'ls --json'])(
    'is the null device when it was closed: %s',
    async (command) => {
      const target = command.startsWith('ls') ? '' : large;
      const closed = await home.runInShell(`sessions ${command} ${target} >&-`);
      const thrownAway = await home.runInShell(`sessions ${command} ${target} >/dev/null`);
      expect(closed).toEqual(thrownAway);
    },
  );

  it('is no trouble when there is nothing to write', async () => {
    expect((await home.runInShell(`sessions validate --severity error --rule EMPTY >/dev/full`)).code).toBe(0);
  });
});

describe('standard input', () => {
  it.each(['show --json', 'validate --json', 'ls --json'])('may be closed: %s', async (command) => {
    const target = command.startsWith('ls') ? '' : '0d9b7f64-2a41-4f0c-8a35-6d0b1c9e2f73';
    const { code, stderr } = await home.runInShell(`sessions ${command} ${target} <&-`);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('takes ids, rows and content', async () => {
    const ids = await home.runInShell(`sessions ls -q | sessions validate -q -`);
    expect([ids.code, ids.stdout.split('\n').filter(Boolean).sort()]).toEqual([1, [hostileId, large].sort()]);
    const rows = await home.runInShell(`sessions ls --json | sessions validate -q -`);
    expect([rows.code, rows.stdout]).toEqual([1, ids.stdout]);
    const content = await home.runInShell(`sessions show --raw ${hostileId} | sessions validate --json -`);
    expect(content.records[0]).toMatchObject({ rule: 'BAD-JSON', file: null, line: 3, thread_id: hostileId });
    const stream = await home.runInShell(
      `sessions show --json 0d9b7f64-2a41-4f0c-8a35-6d0b1c9e2f73 | sessions validate --json -`,
    );
    expect([stream.code, stream.stdout]).toEqual([0, '']);
  });
});

describe('few file descriptors', () => {
  it.each(['ls --json', 'validate --json --severity error', `show --json ${large}`])(
    'are enough: %s',
    async (command) => {
      const limited = await home.runInShell(`ulimit -n 32; sessions ${command}`);
      const free = await home.runInShell(`sessions ${command}`);
      expect([limited.code, limited.stdout === free.stdout, limited.stderr]).toEqual([free.code, true, free.stderr]);
    },
  );
});
