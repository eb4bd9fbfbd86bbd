import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import { pruneHere, purgeHere } from '../support/keep-here.ts';
import { runHere } from '../support/run-here.ts';

describe('restore', () => {
  it('lists what is in the trash, and brings it back by id, beginning, name or transaction', async () => {
    const home = makeHome();
    const paths = [1, 2, 3, 4].map((number) => add(home, number));
    home.names({ [idOf(2)]: 'login bug' });
    const { tx } = await pruneHere(home.path, [[idOf(1)], [idOf(2)]]);
    const { tx: other } = await pruneHere(home.path, [[idOf(3)], [idOf(4)]]);
    const listed = await run(home, '--list', '--json');
    expect([listed.code, listed.rows.map(({ thread_id, tx }) => [thread_id, tx])]).toEqual([
      0,
      [1, 2, 3, 4].map((number) => [idOf(number), number < 3 ? tx : other]),
    ]);
    expect((await run(home, '0198')).code).toBe(2);
    for (const [index, name] of [idOf(1), idOf(2).slice(0, 13), other as string].entries()) {
      const { code, rows } = await run(home, name, '--json');
      expect([name, code, rows.map(({ result }) => result)]).toEqual([
        name,
        0,
        index === 2 ? ['restored', 'restored'] : ['restored'],
      ]);
    }
    expect(paths.map((path) => existsSync(path))).toEqual([true, true, true, true]);
    expect((await run(home, '--all', '-q')).out).toBe('');
    expect((await run(home, '--list', '--json')).out).toBe('');
  });

  it('lists by transaction on a terminal, each of them whole at 80 columns, and says when the grace ends', async () => {
    const home = makeHome();
    for (const number of [1, 2]) add(home, number);
    const { tx } = await pruneHere(home.path, [[idOf(1)], [idOf(2)]]);
    const env = { CODEX_HOME: home.path, PAGER: '' };
    const { out } = await runHere(['restore', '--list', '--no-pager'], { env, tty: true, columns: 80 });
    const [head, ...rows] = out.toString().trimEnd().split('\n');
    expect(head).toMatch(new RegExp(`^${tx}  prune, .+, can be purged in 1[34] d$`));
    expect(rows).toEqual([expect.stringMatching(`^  ${idOf(1)} `), expect.stringMatching(`^  ${idOf(2)} `)]);
    expect(rows.every(({ length }) => length <= 80)).toBe(true);
  });

  it('says what cannot come back, and with which exit code', async () => {
    const home = makeHome();
    const path = add(home, 1);
    add(home, 2);
    await pruneHere(home.path, [[idOf(1)]]);
    writeFileSync(path, 'mine');
    const taken = await run(home, idOf(1));
    expect([taken.code, taken.err]).toEqual([4, expect.stringContaining('there is a file already')]);
    const { tx } = await pruneHere(home.path, [[idOf(2)]]);
    await purgeHere(home.path, 0, { laterMs: 60_000 });
    const purged = await run(home, idOf(2));
    expect([purged.code, purged.err]).toEqual([1, expect.stringMatching(/it was purged at .* by /)]);
    expect((await run(home, tx as string)).code).toBe(1);
    expect((await run(home, 'no such')).code).toBe(2);
    expect((await run(home)).code).toBe(2);
    expect((await run(home, '--all', '--list')).code).toBe(2);
  });

  it('makes nothing in a home that has no trash', async () => {
    const home = makeHome();
    add(home, 1);
    for (const args of [['--list'], ['--all'], [idOf(1)]])
      expect([args, (await run(home, ...args)).code]).toEqual([args, 0]);
    expect(existsSync(join(home.path, '.sessions'))).toBe(false);
  });
});

async function run(home: TestHome, ...args: string[]) {
  const { code, out, err } = await runHere(['restore', ...args], { env: { CODEX_HOME: home.path } });
  const text = out.toString();
  const rows = args.includes('--json')
    ? text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    : [];
  return { code, out: text, err, rows };
}

function add(home: TestHome, number: number): string {
  return home.rollout(idOf(number), envelope(record.meta(idOf(number)), ...turn(`words ${number}`)));
}
