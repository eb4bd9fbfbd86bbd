import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileId } from '../../scripts/fixtures/hostile.mjs';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { validate } from '../../src/commands/validate.ts';
import { ruleTable } from '../../src/engine/validate/rule-table.ts';
import { validateFinding } from '../../src/format/schemas.ts';
import type { Finding } from '../../src/model/finding.ts';
import { MemoryIo, type MemoryIoOptions } from '../support/memory-io.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
const neighbourId = '0d9b7f64-2a41-4f0c-8a35-6d0b1c9e2f73';
const fileName = (ending = '.jsonl') => `rollout-2026-03-10T08-00-00-${hostileId}${ending}`;

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sessions-validate-'));
  cpSync(join(fixtures, 'homes/envelope-0.34'), home, { recursive: true });
  cpSync(join(fixtures, 'hostile/unmatched-turns.jsonl'), join(home, 'sessions', fileName()));
  cpSync(
    join(fixtures, 'hostile/zstd-truncated.jsonl.zst'),
    join(home, 'archived_sessions', fileName('.jsonl.zst').replace('050', '053')),
  );
  chmodSync(home, 0o700);
});
afterAll(() => rmSync(home, { recursive: true }));

/** The archived session has the id of its name only. */
const archivedId = hostileId.replace('050', '053');

async function run(args: string[], options: MemoryIoOptions = {}) {
  const io = new MemoryIo({ ...options, env: { CODEX_HOME: home, ...options.env } });
  const code = await runCommandLine(['validate', ...args], commands, io);
  const lines = io.outText.split('\n').filter(Boolean);
  return {
    code,
    lines,
    out: io.outText,
    err: io.errText,
    findings: () => lines.map((line) => JSON.parse(line) as Finding),
  };
}

const rulesIn = (findings: Finding[]) => findings.map(({ rule }) => rule).sort();

describe('sessions validate', () => {
  it('checks the whole home, archived sessions included, and ends with the worst', async () => {
    const { code, findings, err } = await run([]);
    expect([code, err]).toEqual([3, '']);
    expect(rulesIn(findings())).toEqual(['ID-MISMATCH', 'TURN-END-WITHOUT-START', 'TURN-UNFINISHED', 'ZSTD-TRUNCATED']);
    for (const finding of findings()) expect(validateFinding(finding)).toEqual({ ok: true, unknown: null });
  });

  it.each([
    ['a session without findings', [neighbourId], 0, []],
    ['one with errors', [hostileId], 1, ['TURN-END-WITHOUT-START', 'TURN-UNFINISHED']],
    ['one that cannot be read whole', [archivedId], 3, ['ID-MISMATCH', 'ZSTD-TRUNCATED']],
    [
      'several, each once',
      [hostileId, neighbourId, hostileId.slice(0, 35)],
      1,
      ['TURN-END-WITHOUT-START', 'TURN-UNFINISHED'],
    ],
  ])('checks %s', async (_what, args, code, rules) => {
    const outcome = await run(args);
    expect([outcome.code, rulesIn(outcome.findings())]).toEqual([code, rules]);
  });

  it.each([
    [['--rule', 'TURN-UNFINISHED'], 0, ['TURN-UNFINISHED']],
    [['--rule', 'TURN-UNFINISHED,TURN-END-WITHOUT-START'], 1, ['TURN-END-WITHOUT-START', 'TURN-UNFINISHED']],
    [['--rule=turn-unfinished', '--rule=TURN_END_WITHOUT_START'], 1, ['TURN-END-WITHOUT-START', 'TURN-UNFINISHED']],
    [['--rule', 'EMPTY'], 0, []],
    [['--severity', 'error'], 1, ['TURN-END-WITHOUT-START']],
    [['--severity', 'partial'], 1, ['TURN-END-WITHOUT-START']],
    [['--severity', 'note'], 1, ['TURN-END-WITHOUT-START', 'TURN-UNFINISHED']],
    [['--severity', 'error', '--rule', 'TURN-UNFINISHED'], 0, []],
  ])('leaves out what %j does not want, which then does not count', async (args, code, rules) => {
    const outcome = await run([...args, hostileId]);
    expect([outcome.code, rulesIn(outcome.findings()), outcome.err]).toEqual([code, rules, '']);
  });

  it('never counts as checked what could not be read', async () => {
    const { code, out, err } = await run(['--severity', 'error', '--rule', 'EMPTY', archivedId]);
    expect([code, out]).toEqual([3, '']);
    expect(err).toBe('sessions: 1 finding says that something could not be checked; it was left out of the list\n');
  });

  it('prints ids of sessions and paths of files with -q', async () => {
    expect((await run(['-q', hostileId, neighbourId])).lines).toEqual([hostileId]);
    const path = join(home, 'sessions', fileName());
    expect((await run(['-q', path])).lines).toEqual([path]);
    expect((await run(['-q', '-'], { stdin: 'garbage {\n{"a":1}\n' })).code).toBe(2);
    expect((await run(['-q', '-'], { stdin: '{"a":1}\n' })).lines).toEqual(['-']);
    expect((await run(['-q', '-0', hostileId])).out).toBe(`${hostileId}\0`);
  });

  it('takes ids, rows and content from standard input', async () => {
    expect((await run(['-'], { stdin: `${hostileId}\n` })).code).toBe(1);
    expect((await run(['-'], { stdin: `{"schema":"sessions.thread/1","thread_id":"${hostileId}"}\n` })).code).toBe(1);
    const [finding] = (await run(['-'], { stdin: '{"a":1}\n' })).findings();
    expect(finding).toMatchObject({ rule: 'SCHEMA', file: null, thread_id: null, line: 1 });
  });

  it.each([
    [['--rule', 'TORN-TIAL'], /no rule 'TORN-TIAL'\nhint: did you mean TORN-TAIL\?/],
    [['--rule', 'nonsense'], /no rule 'nonsense'\nhint: one of: SYMLINK, /],
    [['--severity', 'fatal'], /--severity does not take 'fatal'/],
    [['no-such-session'], /no session has the id or name/],
    [['/no/such/file.jsonl'], /no such file/],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  it('prints a report by file on a terminal, with the count on stderr', async () => {
    const { code, out, err } = await run(['--no-pager', '--no-color', hostileId, neighbourId], { tty: true });
    expect(code).toBe(1);
    expect(out).toBe(
      [
        join(home, 'sessions', fileName()),
        '  note     line 6      TURN-UNFINISHED  the turn "turn-1" was neither completed nor aborted: the next begins on line 7',
        '  error    line 10     TURN-END-WITHOUT-START  the turn "turn-3" ends, but none is open (/payload/type)',
        '',
      ].join('\n'),
    );
    expect(err).toBe('2 sessions, 1 error, 1 note\n');
  });

  it('says so when there is nothing to say, to people only', async () => {
    const people = await run(['--no-pager', neighbourId], { tty: true });
    expect([people.code, people.out, people.err]).toEqual([0, '', '1 session, no findings\n']);
    const pipe = await run([neighbourId]);
    expect([pipe.code, pipe.out, pipe.err]).toEqual([0, '', '']);
  });

  it('goes on to its verdict when the reader goes away, and stops for other trouble', async () => {
    const { Failure } = await import('../../src/base/failure.ts');
    const refuse = (kind: 'closed-pipe' | 'trouble') => async () => {
      throw new Failure(kind, 'no');
    };
    const gone = await run([], { onWrite: refuse('closed-pipe') });
    expect([gone.code, gone.err]).toEqual([3, '']);
    const full = await run([], { onWrite: refuse('trouble') });
    expect([full.code, full.err]).toEqual([2, 'sessions: no\n']);
  });

  it('stops when it is asked to', async () => {
    const { Stopped } = await import('../../src/base/abort.ts');
    const io = new MemoryIo({ env: { CODEX_HOME: home } });
    io.stop.abort(new Stopped('SIGINT'));
    expect(await runCommandLine(['validate'], commands, io)).toBe(130);
  });
});

describe('the rules', () => {
  const names = ruleTable.map(({ name }) => name);

  it('have names of their own', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/);
  });

  it('are listed in the help and offered by completion', async () => {
    const io = new MemoryIo();
    await runCommandLine(['validate', '--help'], commands, io);
    for (const name of names) expect(io.outText).toContain(`\n  ${name} `);
    expect(validate.spec.options.find(({ long }) => long === 'rule')?.offers).toEqual(names);
  });
});
