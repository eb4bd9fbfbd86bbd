import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idOf, jsonl, makeFolder, makeHome, paginated, record, TestHome, turn } from '../builders.ts';
import { runHere } from '../support/run-here.ts';

describe('sessions restore, of what repair and compress have replaced', () => {
  it('leaves a session that is held as it is', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), damaged());
    const { tx } = await run(home, ['repair', idOf(1)]);
    const repaired = readFileSync(path);
    await run(home, ['hold', 'add', '--matter', 'a case', idOf(1)]);
    const kept = await run(home, ['restore', tx]);
    expect([kept.code, kept.last.result, kept.last.reason.code]).toEqual([4, 'kept', 'held']);
    expect(kept.err).toContain('the session is held as it is');
    expect(readFileSync(path)).toEqual(repaired);
    const { out } = await run(home, ['hold', 'ls', '-q']);
    await run(home, ['hold', 'release', '--reason', 'over', out.trim()]);
    const back = await run(home, ['restore', tx]);
    expect([back.code, readFileSync(path, 'utf8')]).toEqual([0, damaged()]);
  });

  it('leaves a session as it is that a fork goes on from since it was repaired', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), damaged());
    const { tx } = await run(home, ['repair', idOf(1)]);
    const repaired = readFileSync(path);
    const fork = (await run(home, ['fork', '--json', idOf(1)])).last;
    expect(fork.method).toBe('reference');
    const kept = await run(home, ['restore', tx]);
    expect([kept.code, kept.last.reason.code]).toEqual([4, 'referenced']);
    expect(kept.err).toContain(fork.thread_id);
    expect(readFileSync(path)).toEqual(repaired);
    expect((await run(home, ['show', fork.thread_id])).code).toBe(0);
  });

  it('puts back what a fork goes on from where both hold the same, or part behind it', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), `${jsonl(whole())}{"torn`);
    const repaired = await run(home, ['repair', idOf(1)]);
    utimesSync(path, old, old);
    await run(home, ['fork', idOf(1)]);
    const compressed = await run(home, ['compress', idOf(1)]);
    expect(existsSync(path)).toBe(false);
    expect((await run(home, ['restore', compressed.tx])).code).toBe(0);
    expect((await run(home, ['restore', repaired.tx])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(`${jsonl(whole())}{"torn`);
  });

  it('goes back step by step, in whatever order the steps are named', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), damaged());
    utimesSync(path, old, old);
    const compressed = await run(home, ['compress', idOf(1)]);
    const repaired = await run(home, ['repair', idOf(1)]);
    const back = await run(home, ['restore', compressed.tx, repaired.tx]);
    expect([back.code, readFileSync(path, 'utf8'), existsSync(`${path}.zst`)]).toEqual([0, damaged(), false]);
  });

  it('knows what it has made by its bytes in a home that was copied', async () => {
    const home = makeOwnHome();
    const path = home.rollout(idOf(1), damaged());
    const { tx } = await run(home, ['repair', idOf(1)]);
    const copy = new TestHome(join(makeFolder(), 'copy'));
    // Without the times, as from a backup.
    execFileSync('cp', ['-r', home.path, copy.path]);
    const there = join(copy.path, path.slice(home.path.length));
    const back = await run(copy, ['restore', tx]);
    expect([back.code, readFileSync(there, 'utf8')]).toEqual([0, damaged()]);
  });
});

describe('sessions prune --verify', () => {
  it('looks at every file of a session that was compressed, in the trash and when they are purged', async () => {
    const home = makeOwnHome();
    const first = home.rollout(idOf(1), whole());
    const base = { thread_id: idOf(1), end_ordinal_exclusive: 9, end_byte_offset: statSync(first).size };
    const more = { history_mode: 'paginated', session_id: idOf(1), history_base: base };
    const reverted = { segment: idOf(2), time: '2026-01-02T04-04-05' };
    const second = home.rollout(idOf(1), paginated(9, record.meta(idOf(1), more), ...turn('more')), reverted);
    for (const path of [first, second]) utimesSync(path, old, old);
    const { tx } = await run(home, ['compress', idOf(1)]);
    const places = [first, second].map((path) =>
      join(home.path, '.sessions/trash', tx, 'files', path.slice(home.path.length)),
    );
    const [place = ''] = places;
    const bytes = readFileSync(place);
    writeFileSync(
      place,
      bytes.map((byte) => byte ^ 1),
    );
    expect(await faultsOf(home, tx)).toEqual([['trash', place.slice(home.path.length + 1), 'has another content']]);
    writeFileSync(place, bytes);
    expect(await faultsOf(home, tx)).toEqual([]);

    await run(home, ['prune', '--purge', '--grace', '0', '--yes']);
    expect(places.map((one) => existsSync(one))).toEqual([false, false]);
    expect(await faultsOf(home, tx)).toEqual([]);
    for (const one of places) {
      mkdirSync(dirname(one), { recursive: true });
      writeFileSync(one, 'left');
    }
    expect((await faultsOf(home, tx)).map(([layer, file]) => [layer, file])).toEqual(
      places.map((one) => ['trash', one.slice(home.path.length + 1)]),
    );
  });
});

async function faultsOf(home: TestHome, tx: string): Promise<string[][]> {
  const { out } = await run(home, ['prune', '--verify', tx]);
  const checks = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(checks.every(({ sessions }) => sessions === 1)).toBe(true);
  return checks.flatMap(({ layer, faults }) =>
    faults.map(({ file, message }: { file: string; message: string }) => [layer, file, message]),
  );
}

const old = new Date('2026-01-03T00:00:00Z');

function whole() {
  return paginated(0, record.meta(idOf(1), { history_mode: 'paginated', session_id: idOf(1) }), ...turn('question'));
}

function damaged(): string {
  const lines = whole();
  return `${jsonl(lines.slice(0, 3))}no JSON\n${jsonl(lines.slice(3))}`;
}

/** A home in which everybody takes locks. */
function makeOwnHome(): TestHome {
  const home = makeHome();
  home.write('.sessions/begun-here', '');
  mkdirSync(join(home.path, 'thread-writer-locks'));
  return home;
}

async function run(home: TestHome, args: string[]) {
  const { code, out, err } = await runHere(args, { env: { CODEX_HOME: home.path } });
  const text = out.toString();
  const lines = text.trim().split('\n');
  const last = text.startsWith('{') ? JSON.parse(lines.at(-1) as string) : null;
  return { code, out: text, err, last, tx: (last?.tx ?? '') as string };
}
