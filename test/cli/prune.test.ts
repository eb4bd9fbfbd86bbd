import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanHead, PlanSession } from '../../src/engine/prune/plan.ts';
import type { PruneResult } from '../../src/engine/prune/prune-result.ts';
import { validateError, validatePrunePlan, validatePruneResult } from '../../src/format/schemas.ts';
import { idOf, makeFolder, makeHome, type Payload, type TestHome } from '../builders.ts';
import { addAged } from '../support/aged-session.ts';
import { runHere } from '../support/run-here.ts';
import { finish, type Outcome, runProgram, startProgram } from '../support/run-program.ts';

describe('sessions prune', () => {
  it('moves what is old to the trash, says how to undo it, and has nothing to do then', async () => {
    const home = lockingHome(1, 1, 1, 40, 50);
    const before = rollouts(home);
    const outcome = await prune(home, '--older-than', '30d');
    const results = records<PruneResult>(outcome);
    expect(results.map(({ thread_id, result }) => [thread_id, result])).toEqual([
      [idOf(4), 'trashed'],
      [idOf(5), 'trashed'],
    ]);
    expect(results.map(validatePruneResult)).toEqual([valid, valid]);
    expect(results[0]?.reasons).toEqual([{ code: 'older-than', detail: '30d' }]);
    expect(Object.keys(rollouts(home)).sort()).toEqual(Object.keys(before).sort().slice(0, 3));
    expect(existsSync(join(home.path, results[0]?.path as string))).toBe(true);
    const tx = results[0]?.tx as string;
    expect([outcome.code, outcome.stderr]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`^sessions: 2 sessions \\(.*\\) moved to the trash; undo: sessions restore ${tx}\n$`),
      ),
    ]);
    expect(await prune(home, '--older-than', '30d', '-q')).toMatchObject({ code: 0, stderr: '', stdout: Buffer.of() });
    expect((await prune(home, '--older-than', '30d')).stderr).toBe('sessions: nothing was to be done\n');
    expect((await runProgram(['restore', tx], { env: { CODEX_HOME: home.path } })).code).toBe(0);
    expect(rollouts(home)).toEqual(before);
  });

  it('with -q writes the ids of what went, and the summary', async () => {
    const home = lockingHome(1, 1, 40);
    const outcome = await prune(home, '--older-than', '30d', '-q');
    expect(outcome.stdout.toString()).toBe(`${idOf(3)}\n`);
    expect(outcome.stderr).toMatch(/undo: sessions restore/);
  });

  it('takes sub-agents along with the session that spawned them, and never without it', async () => {
    const home = lockingHome(1, 1, 1, 40);
    addAged(home, 5, 50, { meta: spawnedBy(4) });
    expect(await prune(home, idOf(5))).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/needed by a session that stays \(1\)/),
    });
    expect(ids(await prune(home, idOf(4))).sort()).toEqual([idOf(4), idOf(5)]);
  });

  it('with --dry-run tells what the same line would remove for good', async () => {
    const home = lockingHome(1, 1, 1, 40);
    expect((await prune(home, '--older-than', '30d')).code).toBe(0);
    const dry = ['--older-than', '30d', '-n', '--grace', '0'];
    expect((await prune(home, ...dry)).stderr).toMatch(/^sessions: would be removed for good: 1 in the trash \(.*\n$/);
    for (const args of [
      ['--older-than', '30d', '-n'],
      ['--older-than', '30d', '-n', '--no-purge'],
    ])
      expect(await prune(home, ...args)).toMatchObject({ code: 0, stderr: '' });
    expect((await runProgram(['restore', idOf(4)], { env: { CODEX_HOME: home.path } })).code).toBe(0);
  });

  it('removes what is past its grace with the same line, unless told not to', async () => {
    const home = lockingHome(1, 1, 1, 40);
    expect((await prune(home, '--older-than', '30d')).code).toBe(0);
    const later = { now: Date.now() + 15 * 86_400_000 + 60_000 };
    for (const n of [1, 2, 3]) addAged(home, n, -15);
    const run = async (...args: string[]) => runAt(home, later.now, 'prune', '--older-than', '300d', ...args);
    expect(await run('--no-purge')).toMatchObject({ code: 0, out: '' });
    expect(await run('--grace', '20d')).toMatchObject({ code: 0, out: '' });
    const purged = await run();
    expect(JSON.parse(purged.out)).toMatchObject({ thread_id: idOf(4), result: 'purged', path: null });
    const tx = (JSON.parse(purged.out) as PruneResult).tx as string;
    expect([purged.code, purged.err]).toEqual([0, expect.stringMatching(`proof: sessions prune --verify ${tx}`)]);
    const verified = await prune(home, '--verify', tx);
    expect([verified.code, records<{ clean: boolean }>(verified).every(({ clean }) => clean)]).toEqual([0, true]);
    writeFileSync(join(home.path, 'sessions/2026/01/02', `rollout-2026-01-02T03-04-05-${idOf(4)}.jsonl`), '');
    expect((await prune(home, '--verify', tx, '-q')).code).toBe(1);
  });

  it('empties the trash at once only for who is sure', async () => {
    const home = lockingHome(1, 1, 40);
    expect(await prune(home, '--purge', '--grace', '0')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/--yes/),
    });
    const dry = await prune(home, '--older-than', '30d', '--grace', '0', '-n');
    expect(dry.stderr).toMatch(
      /^sessions: would be removed for good: what goes \(.*, by the same run, because of --grace 0\n$/,
    );
    const outcome = await prune(home, '--older-than', '30d', '--grace', '0d', '--yes');
    // There is nothing that could be undone.
    expect(outcome.stderr).toMatch(
      /^sessions: 1 session \(.*\) moved to the trash\nsessions: 1 session \(.*removed for good/,
    );
    expect(records<PruneResult>(outcome).map(({ result }) => result)).toEqual(['trashed', 'purged']);
    expect(readdirSync(join(home.path, '.sessions/tombstones'))).toHaveLength(1);
  });
});

describe('a policy', () => {
  it.each([
    [[], /nothing says which sessions/],
    [['--archived'], /only says where to look/],
    [['--allow-mass', '5'], /nothing says which sessions/],
    [['--older-than', '3d', '--limit', '3'], /--limit has no meaning for prune/],
    [['--older-than', '3d', '--sort', 'size'], /--sort has no meaning/],
    [['--older-than', '3d', '--reverse'], /--reverse has no meaning/],
    [['--older-than', '30'], /not a duration/],
    [['--keep-last', '0'], /keeps nothing/],
    [['--max-total', '20'], /--max-total: '20' is not a size/],
    [['--older-than', '3d', '--purge', '--no-purge'], /exclude each other/],
    [['--plan', 'x', '--older-than', '3d'], /--plan and --older-than exclude each other/],
    [['--plan', 'x', 'y'], /exclude each other/],
    [['--plan', '/no/such/plan'], /the plan cannot be read/],
    [['--verify', 'x', '--older-than', '3d'], /exclude each other/],
    [['--verify', 'x'], /there is no transaction x/],
    [['--purge', '--dry-run'], /restore --list/],
    [['nobody'], /no session has the id or name/],
  ])('that is %j is wrong', async (args, message) => {
    const home = lockingHome(1, 40);
    expect(await prune(home, ...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    const asJson = await prune(home, '--json', ...args);
    expect(validateError(JSON.parse(asJson.stderr))).toEqual(valid);
    expect(Object.keys(rollouts(home))).toHaveLength(2);
  });

  it('that selects nothing deletes nothing', async () => {
    const home = lockingHome(1, 40);
    for (const args of [['--older-than', '90d'], ['--cwd', '/nowhere'], ['--name', '*'], ['--archived=only'], ['-']]) {
      expect(await prune(home, ...args)).toMatchObject({ code: 0, stderr: 'sessions: nothing was to be done\n' });
    }
    expect(Object.keys(rollouts(home))).toHaveLength(2);
  });

  it('that takes more than half needs a number that is large enough', async () => {
    const home = lockingHome(1, 40, 50, 60);
    const dry = await prune(home, '--older-than', '30d', '-n', '-q');
    expect(dry).toMatchObject({ code: 4, stderr: expect.stringMatching(/3 of 4 sessions/) });
    expect(dry.stdout.toString().split('\n')).toHaveLength(4);
    expect((await prune(home, '--older-than', '30d')).code).toBe(4);
    expect((await prune(home, '--older-than', '30d', '--allow-mass', '2')).code).toBe(4);
    expect(Object.keys(rollouts(home))).toHaveLength(4);
    expect((await prune(home, '--older-than', '30d', '--allow-mass', '3')).code).toBe(0);
    expect(Object.keys(rollouts(home))).toHaveLength(1);
  });

  it('may choose by what sessions hold, and by their place', async () => {
    const home = lockingHome(1, 1, 1, 1, 1, 1, 1, 1);
    addAged(home, 11, 10, { entries: [] });
    addAged(home, 12, 10, { meta: { cwd: '/elsewhere', git: { branch: 'tmp' } } });
    appendFileSync(addAged(home, 13, 10), 'nonsense\n');
    addAged(home, 14, 10, { archived: true });
    addAged(home, 15, 10, { meta: { source: 'cli' } });
    home.names({ [idOf(15)]: 'old try' });
    const chosen = async (...args: string[]) => {
      const { stdout } = await prune(home, '-n', '-q', ...args);
      return stdout
        .toString()
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((id) => [11, 12, 13, 14, 15].find((n) => idOf(n) === id));
    };
    expect(await chosen('--empty')).toEqual([11]);
    expect(await chosen('--cwd', '/elsewhere')).toEqual([12]);
    expect(await chosen('--branch', 'tmp')).toEqual([12]);
    expect(await chosen('--damaged', '--older-than', '0d')).toEqual([]);
    expect(await chosen('--archived=only')).toEqual([14]);
    expect(await chosen('--source', 'cli')).toEqual([15]);
    expect(await chosen('--name', 'old*')).toEqual([15]);
    expect(await chosen('--older-than', '9d')).toEqual([11, 12, 15]);
    expect(await chosen('--older-than', '9d', '--archived', '--keep-last', '2')).toHaveLength(2);
    expect(await chosen('--max-total', '8K', '--allow-mass', '20', '--archived')).not.toEqual([]);
  });

  it('may be a list of sessions, with every veto; who named one is told by the exit code', async () => {
    const home = lockingHome(0, 1, 40, 50);
    const rows = (await runProgram(['ls', '--json', '--older-than', '30d'], { env: { CODEX_HOME: home.path } })).stdout;
    expect(await prune(home, idOf(1))).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/touched within the last hour \(1\)/),
    });
    const piped = await runProgram(['prune', '-'], { env: { CODEX_HOME: home.path }, input: `${idOf(1)}\n` });
    expect(piped.code).toBe(0);
    expect(records<PruneResult>(piped)).toMatchObject([{ result: 'kept', reasons: [{ code: 'young' }] }]);
    const both = await runProgram(['prune', '-q', '-'], { env: { CODEX_HOME: home.path }, input: rows.toString() });
    expect(both.stdout.toString().trim().split('\n').sort()).toEqual([idOf(3), idOf(4)]);
  });
});

describe('a plan', () => {
  it('is printed without a change, is the same each time, and is what a run does', async () => {
    const home = lockingHome(1, 2, 3, 40, 50);
    const first = await prune(home, '--older-than', '30d', '-n');
    const plan = records<PlanHead | PlanSession>(first);
    expect(plan.map(validatePrunePlan).every(({ ok }) => ok)).toBe(true);
    expect(plan).toHaveLength(6);
    expect(existsSync(join(home.path, '.sessions'))).toBe(false);
    const { made_at: _, ...head } = plan[0] as PlanHead;
    const second = records<PlanHead>(await prune(home, '--older-than', '30d', '--dry-run'));
    expect(second[0]).toMatchObject(head);
    const goes = plan
      .filter((one): one is PlanSession => 'action' in one && one.action === 'remove')
      .map((one) => one.thread_id);
    expect([head.removes, goes]).toEqual([2, ids(await prune(home, '--older-than', '30d'))]);
  });

  it('has the same digest in three time zones, also where clocks are set back', async () => {
    const home = lockingHome(1, 1, 1);
    addAged(home, 8, 40, { time: '2026-10-25T02-30-00' });
    addAged(home, 9, 40, { time: '2026-10-25T02-30-00' });
    const digests = ['UTC', 'Pacific/Auckland', 'America/Los_Angeles'].map(async (TZ) => {
      const outcome = await runProgram(['prune', '-n', '--older-than', '30d', '--keep-daily', '1'], {
        env: { CODEX_HOME: home.path, TZ },
      });
      const [head] = records<PlanHead>(outcome);
      return [head?.digest, head?.removes];
    });
    const [one, ...others] = await Promise.all(digests);
    expect([one, one]).toEqual(others);
    expect(one?.[1]).toBe(1);
  });

  it('is applied as it is: no more, and less where a session has changed', async () => {
    const home = lockingHome(1, 1, 1, 1, 40, 50);
    const plan = (await prune(home, '--older-than', '30d', '-n')).stdout;
    const file = join(makeFolder(), 'plan.jsonl');
    writeFileSync(file, plan);
    addAged(home, 7, 60);
    appendFileSync(
      home.path + pathOf(5),
      '{"timestamp":"2026-01-02T03:04:05Z","type":"event_msg","payload":{"type":"x"}}\n',
    );
    addAged(home, 5, 40);
    const outcome = await prune(home, '--plan', file);
    const results = records<PruneResult>(outcome).map(({ thread_id, result, reasons }) => [
      thread_id,
      result,
      reasons[0]?.code,
    ]);
    expect(results).toEqual([
      [idOf(5), 'kept', 'changed'],
      [idOf(6), 'trashed', 'planned'],
    ]);
    expect(outcome.code).toBe(4);
    const again = await runProgram(['prune', '--plan', '-'], {
      env: { CODEX_HOME: home.path },
      input: plan.toString(),
    });
    expect(again.code).toBe(4);
    expect(ids(again)).toEqual([idOf(5)]);
  });

  it('that was damaged, cut off, or made for another home is not applied', async () => {
    const home = lockingHome(1, 1, 1, 40);
    const plan = (await prune(home, '--older-than', '30d', '-n')).stdout.toString();
    const apply = (input: string, to = home) =>
      runProgram(['prune', '--json', '--plan', '-'], { env: { CODEX_HOME: to.path }, input });
    const lines = plan.split('\n');
    const broken: [string, string, object][] = [
      ['another action', plan.replace('"action":"keep"', '"action":"remove"'), { line: 1 }],
      ['another size', plan.replace(/"size":\d+/, '"size":1'), { line: 1 }],
      ['a session less', [...lines.slice(0, 2), ...lines.slice(3)].join('\n'), { line: 5 }],
      ['cut off', plan.slice(0, -30), { line: 5, offset: plan.lastIndexOf('\n', plan.length - 2) + 1 }],
      ['a session twice', [...lines.slice(0, 2), ...lines.slice(1)].join('\n'), { line: 3 }],
      ['no plan', '', { line: 1, offset: 0 }],
      ['nonsense', `${lines[0]}\nnonsense\n`, { line: 2, offset: Buffer.byteLength(`${lines[0]}\n`) }],
      ['a key twice', plan.replace('"kind":"session"', '"kind":"session","kind":"session"'), { line: 2 }],
      [
        'rows of ls',
        (await runProgram(['ls', '--json'], { env: { CODEX_HOME: home.path } })).stdout.toString(),
        { line: 1 },
      ],
    ];
    for (const [what, text, place] of broken) {
      const outcome = await apply(text);
      expect(JSON.parse(outcome.stderr), what).toMatchObject({ kind: 'usage', exit: 2, ...place });
    }
    // A byte anywhere in what it says of sessions.
    for (let at = plan.indexOf('\n') + 1; at < plan.length; at += 97) {
      const text = `${plan.slice(0, at)}${plan[at] === '0' ? '1' : '0'}${plan.slice(at + 1)}`;
      expect((await applyHere(home, text)).code, `byte ${at}`).toBe(2);
    }
    expect((await apply(plan, lockingHome(1, 1, 1, 40))).stderr).toMatch(/of another home/);
    expect(Object.keys(rollouts(home))).toHaveLength(4);
    expect((await apply(plan)).code).toBe(0);
  });

  it('that names files elsewhere moves nothing there', async () => {
    const home = lockingHome(1, 1, 1, 40);
    const { createHash } = await import('node:crypto');
    const [head, ...sessions] = (await prune(home, '--older-than', '30d', '-n')).stdout
      .toString()
      .trimEnd()
      .split('\n');
    const target = join(home.path, 'target');
    writeFileSync(target, 'precious');
    const forged = sessions.map((line) => line.replace(/"path":"[^"]*"/, '"path":"target"'));
    const digest = createHash('sha256')
      .update(forged.map((line) => `${line}\n`).join(''))
      .digest('hex');
    const text = [JSON.stringify({ ...JSON.parse(head as string), digest }), ...forged, ''].join('\n');
    expect(await applyHere(home, text)).toMatchObject({ code: 4 });
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(Object.keys(rollouts(home))).toHaveLength(4);
  });

  it('is a table and the reasons on a terminal', async () => {
    const home = lockingHome(0, 1, 40, 50);
    const { code, out } = await runHere(['prune', '-n', '--older-than', '0d', '--no-pager'], {
      ...{ tty: true, columns: 100, env: { CODEX_HOME: home.path } },
    });
    expect([code, out.toString()]).toEqual([
      4,
      expect.stringMatching(/3 of 4 sessions .* would go[\s\S]*kept all the same:[\s\S]*touched within the last hour/),
    ]);
  });
});

describe('who stops reading', () => {
  it.skipIf(!existsSync('/dev/full'))('is told how to undo it when the output cannot be written', async () => {
    const home = lockingHome(1, 1, 1, 40, 50);
    const full = openSync('/dev/full', 'w');
    const child = startProgram(['prune', '--older-than', '30d'], {
      env: { CODEX_HOME: home.path },
      stdio: ['ignore', full, 'pipe'],
    });
    const { code, stderr } = await finish(child);
    closeSync(full);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/2 sessions .* moved to the trash; undo: sessions restore [\s\S]*cannot write to standard/),
    ]);
  });

  it('does not stop what is done, nor change the verdict', async () => {
    const home = lockingHome(...Array.from({ length: 60 }, (_, n) => (n < 20 ? 1 : 40)));
    const child = startProgram(['prune', '--older-than', '30d', '--allow-mass', '40'], {
      env: { CODEX_HOME: home.path },
    });
    child.stdout?.destroy();
    child.stdin?.end();
    const { code, stderr } = await finish(child);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/40 sessions .* moved to the trash/)]);
    expect(Object.keys(rollouts(home))).toHaveLength(20);
  });
});

const valid = { ok: true, unknown: null };

/** A home where it is known who is open, with sessions 1, 2, … that were left alone so many days ago. */
function lockingHome(...days: number[]): TestHome {
  const home = makeHome();
  mkdirSync(join(home.path, 'thread-writer-locks'));
  home.write('thread_history_1.sqlite', '');
  for (const [index, age] of days.entries()) addAged(home, index + 1, age);
  return home;
}

function spawnedBy(n: number): Payload {
  return { source: { subagent: { thread_spawn: { parent_thread_id: idOf(n), depth: 1 } } } };
}

function pathOf(n: number): string {
  return `/sessions/2026/01/02/rollout-2026-01-02T03-04-05-${idOf(n)}.jsonl`;
}

function rollouts(home: TestHome): { [path: string]: string } {
  const all = ['sessions', 'archived_sessions'].flatMap((folder) =>
    existsSync(join(home.path, folder))
      ? readdirSync(join(home.path, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
      : [],
  );
  const files = all.filter((path) => /rollout-[^/]*$/.test(path)).sort();
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(home.path, path), 'base64')]));
}

function prune(home: TestHome, ...args: string[]): Promise<Outcome> {
  return runProgram(['prune', ...args], { env: { CODEX_HOME: home.path } });
}

function applyHere(home: TestHome, stdin: string) {
  return runHere(['prune', '--plan', '-'], { env: { CODEX_HOME: home.path }, stdin });
}

/** The same in this process, at another time. */
async function runAt(home: TestHome, now: number, ...args: string[]) {
  const { MemoryIo } = await import('../support/memory-io.ts');
  const { runCommandLine } = await import('../../src/commands/frame/run-command-line.ts');
  const { commands } = await import('../../src/commands/registry.ts');
  const io = new MemoryIo({ env: { CODEX_HOME: home.path } });
  io.now = now;
  const code = await runCommandLine(args, commands, io);
  return { code, out: io.outText, err: io.errText };
}

function records<T>({ stdout }: Outcome): T[] {
  return stdout
    .toString()
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

function ids(outcome: Outcome): string[] {
  return records<{ thread_id: string }>(outcome).map(({ thread_id }) => thread_id);
}
