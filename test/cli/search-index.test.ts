import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/format/judge.ts';
import { searchHit } from '../../src/format/validators.generated.js';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../builders.ts';
import { changeIndex, somebody, spawn, stateDb } from '../support/list-sessions.ts';

/** Sessions of which each has a word of its own, more of them than one thread is asked to read. */
function homeOf(sessions: number): TestHome {
  const home = makeHome();
  for (let number = 1; number <= sessions; number++) {
    const id = idOf(number);
    const call = record.call('c', 'exec_command', { cmd: `rg word${number}` });
    home.rollout(id, envelope(record.meta(id), ...turn(`needle word${number}`), call, ...turn('and so on')));
  }
  return home;
}

async function hits(home: TestHome, ...args: string[]): Promise<string[]> {
  const { out, err } = await spawn(home, ['search', ...args]);
  expect(err).toBe('');
  return out.split('\n').filter((line) => line !== '');
}

describe('sessions search by its index', () => {
  it('finds again what damage has hidden, after index rebuild', async () => {
    const home = homeOf(5);
    const found = await hits(home, 'needle');
    expect(found).toHaveLength(10);
    changeIndex(home, (database) => database.exec("INSERT INTO words (words) VALUES ('delete-all')"));
    expect(await hits(home, 'needle')).toEqual([]);
    expect(await spawn(home, ['index', 'rebuild', '-q'])).toMatchObject({ code: 0, err: '' });
    expect(await hits(home, 'needle')).toEqual(found);
  });

  it('finds the same as in the files, and what is new in the next search', async () => {
    const home = homeOf(120);
    const found = await hits(home, 'needle');
    expect(found).toHaveLength(240);
    for (const line of found) expect(judge(searchHit, JSON.parse(line))).toMatchObject({ ok: true });
    expect(found.toSorted()).toEqual((await hits(home, '--no-index', 'needle')).toSorted());
    const [one] = await hits(home, 'user:word77');
    const { path, thread_id } = JSON.parse(one as string);
    expect(thread_id).toBe(idOf(77));
    appendFileSync(path, jsonl(envelope(...turn('appended'))));
    expect(await hits(home, '-q', 'appended')).toEqual([thread_id]);
    expect(await hits(home, '-c', 'tool:"rg word77"')).toEqual(['{"schema":"sessions.count/1","count":1}']);
  });

  it('keeps the order that is asked for, and the limit', async () => {
    const home = homeOf(5);
    appendFileSync(
      JSON.parse((await hits(home, 'word3'))[0] as string).path,
      jsonl(envelope(...turn('needle'.repeat(99)))),
    );
    for (const args of [['--sort', 'size'], ['--sort', 'created', '--reverse'], ['--reverse']])
      expect(await hits(home, '-q', ...args, 'needle')).toEqual(
        await hits(home, '-q', ...args, '--no-index', 'needle'),
      );
    expect(await hits(home, '--limit', '3', 'needle')).toHaveLength(3);
    expect(await hits(home, '-q', '--limit', '3', 'needle')).toHaveLength(3);
  });

  it('is left alone by --no-index, --all, --fixed, and for sessions that are named', async () => {
    const home = homeOf(2);
    for (const args of [
      ['--no-index', 'needle'],
      ['--all', 'needle'],
      ['--fixed', 'needle'],
      ['needle', idOf(1)],
    ])
      expect((await hits(home, ...args)).length).toBeGreaterThan(0);
    expect(existsSync(stateDb(home))).toBe(false);
  });

  it('is filled by several at once', async () => {
    const home = homeOf(150);
    const words = [1, 2, 3, 4].flatMap((number) => [`word${number}`, 'needle']);
    const counts = await Promise.all(words.map((word) => hits(home, '-c', word)));
    const found = counts.flat().map((line) => (JSON.parse(line as string) as { count: number }).count);
    expect(found).toEqual(words.map((word) => (word === 'needle' ? 300 : 3)));
    const rows = changeIndex(home, (database) => [
      database.prepare('SELECT count(*), count(DISTINCT path) FROM text_files').raw().get(),
      database.prepare('SELECT count(*) FROM texts').raw().get(),
      database.prepare('SELECT count(*) FROM words_docsize').raw().get(),
      database.pragma('integrity_check', { simple: true }),
    ]);
    expect(rows).toEqual([[150, 150], [900], [900], 'ok']);
  }, 60_000);

  it('is not needed in a home that cannot be written to', async () => {
    const home = homeOf(3);
    const expected = await hits(home, '--no-index', 'needle');
    if (somebody.uid !== undefined) execFileSync('chown', ['-R', String(somebody.uid), home.path]);
    chmodSync(home.path, 0o500);
    const { code, out, err } = await spawn(home, ['search', 'needle'], somebody);
    chmodSync(home.path, 0o700);
    expect([code, out.trim().split('\n')]).toEqual([0, expected]);
    expect(err).toMatch(/the files are searched instead/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('is made anew when it is damaged, with one warning', async () => {
    const home = homeOf(40);
    const found = await hits(home, 'needle');
    changeIndex(home, (database) => database.exec("UPDATE texts SET text = 'needle in another place' WHERE line = 7"));
    const { code, out, err } = await spawn(home, ['search', 'needle']);
    expect([code, out.trim().split('\n').toSorted()]).toEqual([0, found.toSorted()]);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('made anew');
    expect(await hits(home, 'needle')).toHaveLength(80);
  });
});
