import { describe, expect, it } from 'vitest';
import { envelope, idOf, makeHome, record, rolloutName, type TestHome, turn } from '../builders.ts';
import { runProgram } from '../support/run-program.ts';

const id = idOf(1);

function homeOf(...texts: string[]): TestHome {
  const home = makeHome();
  home.rollout(id, envelope(record.meta(id), ...texts.flatMap(turn)));
  return home;
}

function run(home: TestHome, ...args: string[]) {
  return runProgram(args, { env: { CODEX_HOME: home.path } });
}

describe('sessions search', () => {
  it('exits 0 with hits, 1 without, 2 for a bad query, 3 when something could not be read', async () => {
    const home = homeOf('find me');
    expect((await run(home, 'search', '-q', 'find')).stdout.toString()).toBe(`${id}\n`);
    expect((await run(home, 'search', '-c', 'find')).stdout.toString()).toBe(
      '{"schema":"sessions.count/1","count":2}\n',
    );
    expect(await run(home, 'search', 'absent')).toMatchObject({ code: 1, stderr: '' });
    expect(await run(home, 'search', '--regex', '(')).toMatchObject({ code: 2 });
    expect(await run(home, 'search', '=>')).toMatchObject({ code: 2 });
    home.write(`sessions/2026/01/02/${rolloutName(idOf(2), { compressed: true })}`, Buffer.from('28b52ffd0000', 'hex'));
    expect(await run(home, 'search', 'find')).toMatchObject({ code: 3 });
  });

  it('ends a regular expression that would take for ever', async () => {
    const home = homeOf(`${'a'.repeat(40)}!`);
    const { code, stderr, stdout } = await run(home, 'search', '--regex', '(a+)+$');
    expect([code, stdout.toString()]).toEqual([2, '']);
    expect(stderr).toContain('REGEX-TIMEOUT');
    expect(await run(home, 'search', '--regex', '^a+!$')).toMatchObject({ code: 0 });
  });

  it('gives the hits of many sessions in one order, however many threads search them', async () => {
    const home = makeHome();
    const ids = Array.from({ length: 60 }, (_, index) => idOf(index + 1));
    for (const one of ids) home.rollout(one, envelope(record.meta(one), ...turn('the needle')));
    const search = async () => (await run(home, 'search', '--fixed', 'needle')).stdout.toString();
    const once = await search();
    expect(once.trim().split('\n')).toHaveLength(120);
    expect(await search()).toBe(once);
    const limited = await run(home, 'search', '--fixed', 'needle', '--limit', '3');
    expect(limited.stdout.toString()).toBe(`${once.split('\n').slice(0, 3).join('\n')}\n`);
  });
});

describe('sessions stats', () => {
  it('counts many sessions in threads as one by one', async () => {
    const home = makeHome();
    for (let index = 1; index <= 60; index++)
      home.rollout(idOf(index), envelope(record.meta(idOf(index)), ...turn('hi'), ...turn('ho')));
    const { code, stdout } = await run(home, 'stats');
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({ sessions: 60, turns: 120, tokens: { total_tokens: 6000 } });
    const one = await run(home, 'stats', '--by', 'session', idOf(7));
    expect(JSON.parse(one.stdout.toString())).toMatchObject({ by: 'session', key: idOf(7), turns: 2 });
  });
});
