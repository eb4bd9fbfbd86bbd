import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateDiff } from '../../src/format/schemas.ts';
import { type Entry, envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../builders.ts';
import type { Json } from '../support/json.ts';
import { run } from '../support/list-sessions.ts';
import { runHere } from '../support/run-here.ts';

const corpus = process.env.SESSIONS_CORPUS;
const hostile = 'one\x1b]0;owned\x07\x9b31m\u202e\r\ntwo';
const valid = { ok: true, unknown: null };

function homeOfForks(text = 'try it'): TestHome {
  const home = makeHome();
  const begin = [...turn('one'), ...turn(text)];
  const copied: Entry[] = [record.meta(idOf(1)), ...begin];
  home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...begin, ...turn('by hand')));
  home.rollout(
    idOf(2),
    envelope(
      record.meta(idOf(2), { forked_from_id: idOf(1) }),
      ...copied,
      ...turn(text).slice(0, 4),
      record.call('c1', text, { input: `*** Begin Patch\n*** Add File: ${text}\n` }),
      record.output('c1', 'Exit code: 1\nWall time: 1 seconds\nOutput:\n'),
      record.event('patch_apply_end', {
        call_id: 'c2',
        success: true,
        changes: { [`src/${text}.ts`]: { type: 'add' } },
      }),
      record.agentEvent(`done: ${text}`),
    ),
  );
  home.rollout(idOf(3), envelope(record.meta(idOf(3)), ...turn('another')));
  home.names({ [idOf(2)]: text });
  return home;
}

async function diff(home: TestHome, ...args: string[]): Promise<{ code: number | null; found: Json; err: string }> {
  const { code, out, err } = await run(home, 'diff', ...args);
  return { code, found: out === '' ? null : JSON.parse(out), err };
}

describe('diff', () => {
  it('ends with 1 and one object where two sessions differ', async () => {
    const { code, found, err } = await diff(homeOfForks(), idOf(1), idOf(2));
    expect([code, err, found.verdict, found.common.turns, validateDiff(found)]).toEqual([1, '', 'parted', 2, valid]);
    expect([found.b.files[0].path, found.b.outcomes.failed, found.b.turn_list]).toEqual([
      '/home/dev/widget/src/try it.ts',
      1,
      null,
    ]);
    const { found: withTurns } = await diff(homeOfForks(), '--turns', idOf(1), idOf(2));
    expect([withTurns.a.turn_list.length, validateDiff(withTurns)]).toEqual([1, valid]);
  });

  it('ends with 0 for a session and itself, by any of its names', async () => {
    const home = homeOfForks();
    const path = join(home.path, 'sessions/2026/01/02', `rollout-2026-01-02T03-04-05-${idOf(2)}.jsonl`);
    for (const [a, b] of [
      [idOf(2), 'try it'],
      [idOf(2), path],
      [path, path],
    ] as const) {
      const { code, found } = await diff(home, a, b);
      expect([code, found.verdict, validateDiff(found)]).toEqual([0, 'same', valid]);
    }
  });

  it('reads two ids or the content of one session from standard input', async () => {
    const home = homeOfForks();
    const env = { CODEX_HOME: home.path };
    const two = await runHere(['diff', '-'], { env, stdin: `${idOf(1)}\n${idOf(3)}\n` });
    expect([two.code, (JSON.parse(two.out.toString()) as Json).verdict]).toEqual([1, 'unrelated']);
    const stdin = jsonl(envelope(record.meta(idOf(3)), ...turn('another')));
    for (const args of [
      ['-', idOf(3)],
      [idOf(3), '-'],
    ])
      expect((await runHere(['diff', ...args], { env, stdin })).code).toBe(0);
  });

  it('says with -q nothing but by its exit code', async () => {
    const home = homeOfForks();
    for (const [other, expected] of [
      [idOf(1), 0],
      [idOf(2), 1],
    ] as const) {
      const { code, out, err } = await run(home, 'diff', '-q', idOf(1), other);
      expect([code, out, err]).toEqual([expected, '', '']);
    }
  });

  it('ends with 2 for wrong usage and what is no file, with 3 when something could not be read', async () => {
    const home = homeOfForks();
    const { path } = home;
    symlinkSync(join(path, 'nowhere'), join(path, 'link.jsonl'));
    const broken = home.write('broken.jsonl', `${jsonl(envelope(record.meta(idOf(3)), ...turn('another')))}{"x\n`);
    for (const args of [
      [idOf(1)],
      [idOf(1), idOf(2), idOf(3)],
      ['-', '-'],
      [idOf(1), 'nobody'],
      [idOf(1), './link.jsonl'],
    ])
      expect([args, (await diff(home, ...args)).code]).toEqual([args, 2]);
    const { code, found, err } = await diff(home, idOf(3), broken);
    expect([code, found.verdict]).toEqual([3, 'same']);
    expect(err).toContain('broken.jsonl');
  });

  it('tells of a fork that this program made what it shares, up to any turn', async () => {
    const home = homeOfForks();
    for (const [at, verdict, own] of [
      [1, 'a_goes_on', 2],
      [3, 'same', 0],
    ] as const) {
      const { out } = await run(home, 'fork', '-q', '--at', String(at), idOf(1));
      const { found } = await diff(home, idOf(1), out.trim());
      expect([found.verdict, found.common.turns, found.a.turns, found.b.turns]).toEqual([verdict, at, own, 0]);
      const { out: family } = await run(home, 'show', '--lineage', out.trim());
      expect(family).toContain(`"forked_at_turn":${at}`);
    }
  });

  it('prints both beside each other on a terminal', async () => {
    const home = homeOfForks();
    const text = await onTerminal(home, 100, '--turns', idOf(1), idOf(2));
    for (const pattern of [
      /^A {2}\S+-000000000001$/m,
      /^B {2}\S+-000000000002 {2}try it {2}fork of \S+-000000000001$/m,
      /^2 turns in common, the last one .* ago “try it”\.$/m,
      /^They part after turn 2\.$/m,
      /^turns +1 +1$/m,
      /^ended +complete +complete$/m,
      /^tool calls +0 +1, 1 failed$/m,
      /^ {2}try it +- +1, 1 failed$/m,
      /^files +0 +1$/m,
      /^ +A try it\.ts$/m,
      /^last answer +re: by hand +done: try it$/m,
      /^turn 3 +> by hand +> try it$/m,
      /^ +< re: by hand +< done: try it$/m,
    ])
      expect(text).toMatch(pattern);
    expect(await onTerminal(home, 100, idOf(1), idOf(1))).toMatch(/^The same history: 3 turns\.$/m);
    expect(await onTerminal(home, 100, idOf(1), idOf(3))).toMatch(/^They have nothing in common\.$/m);
  });

  it('lets nothing that comes from a session act on a terminal', async () => {
    const home = homeOfForks(hostile);
    for (const columns of [40, 200]) {
      const text = await onTerminal(home, columns, '--turns', idOf(1), idOf(2));
      expect(text).toContain('one^[]0;owned');
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
  });
});

async function onTerminal(home: TestHome, columns: number, ...args: string[]): Promise<string> {
  const options = { env: { CODEX_HOME: home.path, NO_COLOR: '1' }, tty: true, columns };
  return (await runHere(['diff', '--no-pager', ...args], options)).out.toString();
}

describe.skipIf(!corpus)('diff of what real Codex wrote', () => {
  it.each([
    // Copies: of a session that was rolled back, by Codex of three ages.
    ['0.98.0', '01a203d9-2cf8', '01a203d9-40be', 'b_goes_on', 10, ['in the fork']],
    ['0.120.0', '01a203e2-482b', '01a203e2-526a', 'b_goes_on', 10, ['in the fork']],
    ['0.169.0', '01a203d8-4444', '01a203d8-451b', 'same', 2, []],
    // References: plain, to a session that was reverted, to a compressed one.
    ['0.169.0', '01a203d7-e7cd', '01a203d8-2276', 'b_goes_on', 3, ['continue in the fork']],
    ['0.169.0', '01a203d8-27fc', '01a203d8-30b7', 'b_goes_on', 9, ['in the fork']],
    ['0.169.0-zst', '01a203e2-0479', '01a203e2-062c', 'b_goes_on', 2, ['in fork']],
    ['0.169.0', '01a203d8-4444', '01a203d7-e7cd', 'unrelated', 0, null],
  ])('in %s, of %s and %s', async (version, a, b, verdict, turns, prompts) => {
    const env = { CODEX_HOME: join(corpus as string, version) };
    const { code, out } = await runHere(['diff', '--turns', a, b], { env });
    const found = JSON.parse(out.toString()) as Json;
    expect([code, found.verdict, found.common.turns]).toEqual([verdict === 'same' ? 0 : 1, verdict, turns]);
    if (prompts) expect(found.b.turn_list.map((each: Json) => each.prompt)).toEqual(prompts);
    expect(validateDiff(found)).toEqual(valid);
  });
});
